/** A watched group as it stands on a terminal. Pure: data and a size in, lines out. */

import { clockTime, count, formatMs } from '../../model/format.js';
import type { GroupReport } from '../../model/report/group-report.js';
import type { FailoverProgress, FailoverState, WatchedEvent } from '../../model/report/watch-report.js';
import { printable } from '../../model/text.js';
import { cutToWidth } from '../terminal/cut.js';
import type { Style } from '../terminal/style.js';
import { header, type Row, table } from '../terminal/table.js';
import { STEP_TITLES, stepDetail } from '../text/drill-text.js';
import { statusText } from '../text/status-text.js';
import type { WatchView } from './watch-view.js';

/** In characters. */
export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

/** Events that are shown where there is room, and where there is little. */
const EVENTS = { most: 10, least: 3 } as const;
/** What a cell says when there is nothing to say, and while a step is under way. */
const NOTHING = '-';
const UNDER_WAY = '…';

/** No more lines than the terminal has rows, and none that is wider than it. */
export function watchFrame(
  { report, failover, events }: WatchView,
  size: FrameSize,
  style: Style,
): readonly string[] {
  if (report === null) return [];
  const top = [titleLine(report, style), ''];
  const status = statusText(report, style).trimEnd().split('\n');
  const steps = failover === null ? [] : ['', ...failoverLines(failover, style)];
  const room = size.rows - top.length - status.length - steps.length;
  // A line of distance, and the header.
  const shown = Math.min(EVENTS.most, Math.max(EVENTS.least, room - 2));
  const below = [...steps, ...eventLines(events.slice(-shown), style)];
  const above = cutToHeight([...top, ...status], Math.max(2, size.rows - below.length), style);
  const lines = cutToHeight([...above, ...below], size.rows, style);
  return lines.map((line) => cutToWidth(line, size.columns));
}

/** As many lines as fit, the last of them a note of how many do not. */
function cutToHeight(lines: readonly string[], rows: number, { dim }: Style): readonly string[] {
  if (lines.length <= rows) return lines;
  if (rows < 2) return lines.slice(0, rows);
  const kept = lines.slice(0, rows - 1);
  return [...kept, dim(`… ${count(lines.length - kept.length, 'more line')}: the window is too low`)];
}

function titleLine(
  { group, health, faults, observedAt }: GroupReport,
  { bold, dim, green, red }: Style,
): string {
  const state = health === 'healthy' ? green(health) : red(health);
  const wrong = faults.length === 0 ? '' : `, ${count(faults.length, 'fault')}`;
  return `${bold(printable(group))}: ${state}${wrong}  ${dim(`${clockTime(observedAt)}  Ctrl-C ends`)}`;
}

const STATES: Readonly<Record<FailoverState, string>> = {
  running: 'under way',
  done: 'done',
  'called-off': 'called off: the master answers again',
};

function failoverLines(failover: FailoverProgress, style: Style): readonly string[] {
  const { from, to, startedAt, state, steps } = failover;
  const whom = printable(to === null ? from : `${from} to ${to}`);
  const paint = state === 'running' ? style.yellow : style.green;
  const rows = steps.map((step): Row => {
    const isBegun = step.from !== null || step.to !== null;
    const isUnderWay = isBegun && step.to === null && state !== 'called-off';
    const end = step.to === null ? (isUnderWay ? UNDER_WAY : NOTHING) : formatMs(step.to);
    return [
      { text: STEP_TITLES[step.name], paint: isUnderWay ? style.yellow : undefined },
      step.from === null ? NOTHING : formatMs(step.from),
      end,
      isBegun ? printable(stepDetail(step, failover)) : '',
    ];
  });
  return [
    `Failover from ${whom}, begun ${clockTime(startedAt)}: ${paint(STATES[state])}`,
    ...table([header(['STEP', 'FROM', 'TO', ''], style.dim), ...rows]),
  ];
}

function eventLines(events: readonly WatchedEvent[], style: Style): readonly string[] {
  if (events.length === 0) return [];
  const rows = events.map(
    ({ heardAt, sentinel, event, node, text }): Row => [
      clockTime(heardAt),
      printable(sentinel),
      printable(event),
      node === null ? NOTHING : printable(node),
      { text: printable(text), paint: style.dim },
    ],
  );
  return ['', ...table([header(['HEARD', 'SENTINEL', 'EVENT', 'NODE', ''], style.dim), ...rows])];
}
