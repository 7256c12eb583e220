/** A picture of one round of a drill: the six steps, a lane for the client, each node and each sentinel. */

import { formatMs } from '../../model/format.js';
import type { DrillEvent, DrillReport, DrillRound, Gap, StepName } from '../../model/report/drill-report.js';
import { STEP_TITLES } from '../text/drill-text.js';
import { escaped } from './markup.js';

/** Units of the picture, which are px where it is not scaled. */
const WIDTH = 1000;
const LABELS = 170;
const MARGIN = 20;
const LANE = 24;
const TOP = 12;
const AXIS = 30;
/** The narrowest bar that is seen. */
const NARROW = 3;
/** Labels of the axis at the most. */
const TICKS = 9;

/** What was so when the picture begins. */
const BEFORE = Number.NEGATIVE_INFINITY;

/** Milliseconds → x. */
type Scale = (ms: number) => number;

interface Lane {
  readonly label: string;
  readonly draw: (y: number, x: Scale, end: number) => string;
}

/** What a sentinel says that is marked in its lane. */
const MARKS: Readonly<Record<string, string>> = {
  '+sdown': 'down',
  '+odown': 'down',
  '+vote-for-leader': 'vote',
  '+elected-leader': 'vote',
  '+promoted-slave': 'lead',
  '+slave-reconf-done': 'lead',
  '+failover-end': 'lead',
  '+switch-master': 'switch',
};

/** An `<svg>` element; its colours are classes that the page defines. */
export function roundSvg(round: DrillRound, report: DrillReport): string {
  const lanes = [
    ...stepLanes(round),
    ...clientLanes(round),
    ...nodeLanes(round, report),
    ...sentinelLanes(round, report),
  ];
  const begin = Math.min(-50, round.writes.gap.from, round.reads.gap.from);
  const end = endOf(round);
  const x: Scale = (ms) => LABELS + ((ms - begin) / (end - begin)) * (WIDTH - LABELS - MARGIN);
  const bottom = TOP + lanes.length * LANE;
  const title = `${round.from} to ${round.to}: the six steps of the failover, in ms after the fault`;
  return [
    `<svg viewBox="0 0 ${WIDTH} ${bottom + AXIS}" role="img" aria-label="${escaped(title)}">`,
    shade(round.writes.gap, x, bottom),
    axis(begin, end, x, bottom),
    ...lanes.map(({ label, draw }, index) => {
      const y = TOP + index * LANE;
      return `<text class="label" x="0" y="${y + 16}">${escaped(label)}</text>${draw(y, x, end)}`;
    }),
    '</svg>',
  ].join('\n');
}

/** A little more than the last that there is to see. */
function endOf({ steps, writes, reads }: DrillRound): number {
  const last = Math.max(...steps.map(({ to }) => to ?? 0), writes.gap.to, reads.gap.to);
  return last * 1.06 + 50;
}

function stepLanes({ steps }: DrillRound): readonly Lane[] {
  return steps.map(({ name, from, to }) => ({
    label: STEP_TITLES[name],
    draw: (y, x) => {
      const begin = from ?? to;
      if (begin === null) return text('none', LABELS + 4, y + 16, 'none');
      const until = to ?? begin;
      return (
        bar(`step ${name}`, begin, until, y, x, `${STEP_TITLES[name]}: ${spanText(begin, until)}`) +
        beside(spanText(begin, until), begin, until, y, x)
      );
    },
  }));
}

function clientLanes({ writes, reads }: DrillRound): readonly Lane[] {
  const lane = (label: string, gap: Gap): Lane => ({
    label,
    draw: (y, x, end) => {
      const gapText = `${formatMs(gap.ms)} without`;
      return [
        bar('client', BEFORE, gap.from, y, clamped(x)),
        bar('client', gap.to, end, y, x),
        beside(gapText, gap.from, gap.to, y, x, 'inside'),
      ].join('');
    },
  });
  return [lane('client: writes', writes.gap), lane('client: reads', reads.gap)];
}

function nodeLanes(round: DrillRound, { redis, fault }: DrillReport): readonly Lane[] {
  const step = (name: StepName) => round.steps.find((one) => one.name === name);
  const promoted = step('promoted')?.to ?? step('announced')?.from ?? 0;
  const back = step('returned')?.from ?? promoted;
  return redis.map((node): Lane => {
    const spans = (end: number): readonly (readonly [string, number, number])[] => {
      if (node === round.to)
        return [
          ['replica', BEFORE, promoted],
          ['master', promoted, end],
        ];
      if (node !== round.from) return [['replica', BEFORE, end]];
      const gone = fault === 'failover' ? back : 0;
      return [
        ['master', BEFORE, gone],
        ['replica', back, end],
      ];
    };
    const reconfigured = round.events.filter(
      (event) => event.type === '+slave-reconf-done' && event.node === node,
    );
    return {
      label: node,
      draw: (y, x, end) =>
        spans(end)
          .map(([role, from, to]) => bar(role, from, to, y, clamped(x), `${node}: ${role}`))
          .join('') + marks(reconfigured, y, x),
    };
  });
}

function sentinelLanes(round: DrillRound, { sentinels }: DrillReport): readonly Lane[] {
  return sentinels.map(
    (sentinel): Lane => ({
      label: sentinel === round.leader ? `${sentinel}, leader` : sentinel,
      draw: (y, x, end) =>
        line(LABELS, x(end), y) +
        marks(
          round.events.filter((event) => event.sentinel === sentinel && event.type in MARKS),
          y,
          x,
        ),
    }),
  );
}

function marks(events: readonly DrillEvent[], y: number, x: Scale): string {
  return events
    .map(({ type, at, node, sentinel }) => {
      const said = escaped(`${formatMs(at)}: ${sentinel} ${type}${node === null ? '' : ` ${node}`}`);
      return `<circle class="mark ${MARKS[type] ?? ''}" cx="${px(x(at))}" cy="${y + LANE / 2}" r="4.5"><title>${said}</title></circle>`;
    })
    .join('');
}

function line(from: number, to: number, y: number): string {
  return `<line class="wire" x1="${px(from)}" x2="${px(to)}" y1="${y + LANE / 2}" y2="${y + LANE / 2}"/>`;
}

function bar(classes: string, from: number, to: number, y: number, x: Scale, title = ''): string {
  const [left, right] = [x(from), x(to)];
  const width = Math.max(NARROW, right - left);
  const inner = title === '' ? '' : `<title>${escaped(title)}</title>`;
  return `<rect class="${classes}" x="${px(left)}" y="${y + 4}" width="${px(width)}" height="${LANE - 8}" rx="2">${inner}</rect>`;
}

/**
 * Text behind a bar, or before it where there is no room. `inside`: in a gap between two bars, and on one of
 * them where it does not fit.
 */
function beside(
  words: string,
  from: number,
  to: number,
  y: number,
  x: Scale,
  place: 'inside' | 'outside' = 'outside',
): string {
  const room = words.length * 6.5;
  const [left, right] = [x(from), x(to)];
  if (place === 'inside' && right - left > room + 8)
    return text('note', (left + right) / 2, y + 16, words, 'middle');
  const classes = place === 'inside' ? 'on-bar' : 'note';
  return right + room + 6 < WIDTH
    ? text(classes, right + 6, y + 16, words)
    : text(classes, left - 6, y + 16, words, 'end');
}

function text(
  classes: string,
  x: number,
  y: number,
  words: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  return `<text class="${classes}" x="${px(x)}" y="${y}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

function shade({ from, to }: Gap, x: Scale, bottom: number): string {
  return `<rect class="gap" x="${px(x(from))}" y="${TOP - 8}" width="${px(Math.max(1, x(to) - x(from)))}" height="${bottom - TOP + 8}"><title>without writes</title></rect>`;
}

function axis(begin: number, end: number, x: Scale, bottom: number): string {
  const every = tickEvery((end - begin) / TICKS);
  const ticks: string[] = [];
  for (let ms = 0; ms <= end; ms += every) {
    const at = px(x(ms));
    ticks.push(
      `<line class="${ms === 0 ? 'zero' : 'grid'}" x1="${at}" x2="${at}" y1="${TOP - 8}" y2="${bottom + 4}"/>`,
      text('tick', x(ms), bottom + 20, ms === 0 ? 'fault' : formatMs(ms), 'middle'),
    );
  }
  return ticks.join('\n');
}

/** The least of 1, 2, 5, 10, 20, … that is not below. */
function tickEvery(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= atLeast) ?? 10);
}

/** Nothing is drawn over the labels. */
function clamped(x: Scale): Scale {
  return (ms) => Math.max(LABELS, x(ms));
}

function spanText(from: number, to: number): string {
  return from === to ? formatMs(from) : `${formatMs(from)} – ${formatMs(to)}`;
}

/** Tenths are finer than any screen. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
