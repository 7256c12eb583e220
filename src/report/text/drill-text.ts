/** What a drill has shown, for people. */

import { count, formatMs } from '../../model/format.js';
import {
  type Breach,
  type ClientError,
  type Distribution,
  type DrillFigures,
  type DrillReport,
  type DrillRound,
  type DrillStep,
  type DrillWrites,
  lostIn,
  type StepName,
} from '../../model/report/drill-report.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';
import { header, type Row, table } from '../terminal/table.js';

/** What a cell says when there is nothing to say. */
const NOTHING = '-';

/** What the six steps are called. */
export const STEP_TITLES: Readonly<Record<StepName, string>> = {
  detected: '1 found down',
  elected: '2 leader elected',
  promoted: '3 replica promoted',
  reconfigured: '4 others reconfigured',
  announced: '5 clients told',
  returned: '6 old master back',
};

/** What the figures are called, in the order in which they are shown. */
const FIGURE_TITLES: Readonly<Record<keyof DrillFigures, string>> = {
  subjectivelyDown: 'first +sdown',
  objectivelyDown: '+odown',
  elected: 'leader elected',
  promoted: 'replica promoted',
  announcedFirst: 'first +switch-master',
  announcedLast: 'last +switch-master',
  withoutWrites: 'without writes',
  withoutReads: 'without reads',
  returned: 'old master back in',
};

/** In the order of {@link FIGURE_TITLES}. */
export function figureRows(
  figures: DrillFigures,
): readonly { readonly title: string; readonly values: Distribution }[] {
  return (Object.keys(FIGURE_TITLES) as (keyof DrillFigures)[]).flatMap((key) => {
    const values = figures[key];
    return values === null ? [] : [{ title: FIGURE_TITLES[key], values }];
  });
}

export function drillText(report: DrillReport, style: Style): string {
  const [only, ...others] = report.rounds;
  const sections =
    only !== undefined && others.length === 0
      ? [roundLines(only, style)]
      : [roundsLines(report, style), figureLines(report, style), remarkLines(report, style)];
  sections.push([verdict(report, style)]);
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function roundLines(round: DrillRound, style: Style): readonly string[] {
  const steps = round.steps.map(
    (step): Row => [STEP_TITLES[step.name], ms(step.from), ms(step.to), stepDetail(step, round)],
  );
  const { writes, reads } = round;
  return [
    ...table([header(['STEP', 'FROM', 'TO', ''], style.dim), ...steps]),
    '',
    ...table([
      header(['CLIENT', 'LONGEST GAP', 'DONE', 'ERRORS'], style.dim),
      ['writes', formatMs(writes.gap.ms), String(writes.acknowledged), errorsText(writes.errors)],
      ['reads', formatMs(reads.gap.ms), String(reads.answered), errorsText(reads.errors)],
    ]),
    '',
    writesText(round),
    ...cutOffLines(round),
    ...oddLines(round, '', style),
  ];
}

/** What is told of a step beside its times. */
type Failover = Pick<
  DrillRound,
  'from' | 'subjectivelyDown' | 'votes' | 'leader' | 'epoch' | 'announced' | 'events'
>;

/** Who did it, and when. */
export function stepDetail({ name }: DrillStep, failover: Failover): string {
  const { subjectivelyDown, votes, leader, epoch, announced, events } = failover;
  switch (name) {
    case 'detected':
      return moments('+sdown', subjectivelyDown);
    case 'elected': {
      const by = votes.filter((vote) => vote.leader === leader).length;
      const epochText = epoch === null ? '' : `, epoch ${epoch}`;
      return leader === null ? '' : `${leader}${by === 0 ? '' : ` by ${count(by, 'vote')}`}${epochText}`;
    }
    case 'promoted':
      return events.find(({ type }) => type === '+promoted-slave')?.node ?? '';
    case 'reconfigured': {
      const done = events.filter(({ type }) => type === '+slave-reconf-done');
      return done.map(({ node, at }) => `${node} ${formatMs(at)}`).join(', ');
    }
    case 'announced':
      return moments('+switch-master', announced);
    case 'returned':
      return failover.from;
  }
}

function moments(type: string, all: readonly { readonly sentinel: string; readonly at: number }[]): string {
  if (all.length === 0) return '';
  return `${type} ${all.map(({ sentinel, at }) => `${sentinel} ${formatMs(at)}`).join(', ')}`;
}

/** Nobody expects that; null: it went as it should. */
export function oddText({ failovers, aborts, to }: DrillRound): string | null {
  const again = `the sentinels failed over ${failovers} times, in the end to ${to}: the steps are those of the first`;
  const given = `Sentinel gave up ${count(aborts.length, 'attempt')} before (${aborts.join(', ')})`;
  const odd = [...(failovers > 1 ? [again] : []), ...(aborts.length > 0 ? [given] : [])];
  return odd.length === 0 ? null : odd.join('; ');
}

/** `4210 writes acknowledged, none lost; …`: what became of the client's writes. */
export function writesText({ writes }: DrillRound): string {
  const { acknowledged, lost, unknown } = writes;
  const lostText = lostWritesText(lost);
  const unknownText =
    unknown.count === 0
      ? ''
      : `; of ${unknown.count} more the client could not know, ${unknown.present} are there`;
  return `${count(acknowledged, 'write')} acknowledged, ${lostText}${unknownText}`;
}

function lostWritesText({ count: times, first }: DrillWrites['lost']): string {
  if (times === 0) return 'none lost';
  return `${times} lost (${first.join(', ')}${times > first.length ? ', …' : ''})`;
}

/** What became of the writes on the old master's side; nothing where nobody was cut off. */
export function cutOffLines({ from, cutOff }: DrillRound): readonly string[] {
  if (cutOff === null) return [];
  const { acknowledged, lost } = cutOff;
  const where = `by ${printable(from)} to a client on its side`;
  return [`${count(acknowledged, 'write')} acknowledged ${where}, ${lostWritesText(lost)}`];
}

function roundsLines({ rounds }: DrillReport, style: Style): readonly string[] {
  const titles = [
    'ROUND',
    'FROM',
    'TO',
    '+ODOWN',
    'PROMOTED',
    'TOLD',
    'BACK',
    'NO WRITES',
    'NO READS',
    'LOST',
    'UNKNOWN',
  ];
  const rows = rounds.map((round): Row => {
    const { writes, reads } = round;
    const end = (name: StepName) => ms(round.steps.find((step) => step.name === name)?.to ?? null);
    const lost = lostIn(round);
    return [
      String(round.round),
      round.from,
      round.to,
      ms(round.objectivelyDown),
      end('promoted'),
      end('announced'),
      end('returned'),
      formatMs(writes.gap.ms),
      formatMs(reads.gap.ms),
      { text: String(lost), paint: lost === 0 ? undefined : style.red },
      String(writes.unknown.count),
    ];
  });
  return table([header(titles, style.dim), ...rows]);
}

function figureLines({ figures }: DrillReport, style: Style): readonly string[] {
  const rows = figureRows(figures).map(
    ({ title, values: { min, median, p95, max, count } }): Row => [
      title,
      ...[min, median, p95, max].map(formatMs),
      String(count),
    ],
  );
  return table([header(['', 'MIN', 'MEDIAN', 'P95', 'MAX', 'ROUNDS'], style.dim), ...rows]);
}

/** What there is to say of single rounds. */
function remarkLines({ rounds }: DrillReport, style: Style): readonly string[] {
  return rounds.flatMap((round) => {
    const { unknown } = round.writes;
    const start = `round ${round.round}: `;
    const isRemarkable = lostIn(round) > 0 || unknown.count > 0;
    const writes = isRemarkable ? [writesText(round), ...cutOffLines(round)].map((line) => start + line) : [];
    return [...writes, ...oddLines(round, start, style)];
  });
}

function oddLines(round: DrillRound, start: string, { yellow }: Style): readonly string[] {
  const odd = oddText(round);
  return odd === null ? [] : [yellow(printable(start + odd))];
}

function verdict(report: DrillReport, { bold, green, red }: Style): string {
  const { group, breaches, limits, rounds } = report;
  const name = bold(printable(group));
  if (breaches.length > 0) return breaches.map((breach) => `${red('✖')} ${breachText(breach)}`).join('\n');
  const kept = limits.maxDowntime === null && limits.maxLost === null ? '' : ', within the limits';
  return `${name} ${green('is healthy again')} after ${count(rounds.length, 'round')}${kept}`;
}

export function breachText({ round, limit, allowed, actual }: Breach): string {
  return limit === 'maxDowntime'
    ? `round ${round}: ${formatMs(actual)} without writes, more than ${formatMs(allowed)}`
    : `round ${round}: ${count(actual, 'acknowledged write')} lost, more than ${allowed}`;
}

export function errorsText(errors: readonly ClientError[]): string {
  if (errors.length === 0) return NOTHING;
  return errors.map(({ kind, count: times }) => `${printable(kind)} ${times}`).join(', ');
}

function ms(value: number | null): string {
  return value === null ? NOTHING : formatMs(value);
}
