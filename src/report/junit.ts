/** A drill as a JUnit report, which CI systems show: a test case for each round. */

import { formatMs } from '../model/format.js';
import type { DrillReport, DrillRound } from '../model/report/drill-report.js';
import { escaped } from './html/markup.js';
import { breachText, figureRows, STEP_TITLES, writesText } from './text/drill-text.js';

export function drillJunit(report: DrillReport): string {
  const { group, fault, rounds, breaches, startedAt } = report;
  const failed = new Set(breaches.map(({ round }) => round)).size;
  const time = seconds(rounds.reduce((sum, { ms }) => sum + ms, 0));
  const counts = `tests="${rounds.length}" failures="${failed}" errors="0" time="${time}"`;
  const timestamp = new Date(startedAt).toISOString().slice(0, 19);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="rsentinel drill" ${counts}>`,
    `  <testsuite name="drill ${escaped(group)}: ${fault}" ${counts} skipped="0" timestamp="${timestamp}">`,
    ...propertyLines(report),
    ...rounds.flatMap((round) => caseLines(round, report)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function propertyLines({ figures }: DrillReport): readonly string[] {
  const properties = figureRows(figures).flatMap(({ title, values }) =>
    (['min', 'median', 'p95', 'max'] as const).map(
      (name) => `      <property name="${escaped(title)}, ${name} ms" value="${Math.round(values[name])}"/>`,
    ),
  );
  return ['    <properties>', ...properties, '    </properties>'];
}

function caseLines(round: DrillRound, { group, breaches }: DrillReport): readonly string[] {
  const name = escaped(`round ${round.round}: ${round.from} → ${round.to}`);
  const failures = breaches
    .filter((breach) => breach.round === round.round)
    .map((breach) => {
      const text = escaped(breachText(breach));
      return `      <failure type="${breach.limit}" message="${text}">${escaped(writesText(round))}</failure>`;
    });
  return [
    `    <testcase classname="rsentinel.drill.${escaped(group)}" name="${name}" time="${seconds(round.ms)}">`,
    ...failures,
    `      <system-out>${roundLines(round).map(escaped).join('\n')}</system-out>`,
    '    </testcase>',
  ];
}

function roundLines(round: DrillRound): readonly string[] {
  const ms = (value: number | null) => (value === null ? '-' : formatMs(value));
  return [
    ...round.steps.map(({ name, from, to }) => `${STEP_TITLES[name]}: ${ms(from)} to ${ms(to)}`),
    `without writes: ${formatMs(round.writes.gap.ms)}; without reads: ${formatMs(round.reads.gap.ms)}`,
    writesText(round),
  ];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
