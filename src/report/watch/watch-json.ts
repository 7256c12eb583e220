/** A watched group as reports for programs, one a line. Pure. */
import type { GroupReport } from '../../model/report/group-report.js';
import { harmlessJson } from '../terminal/harmless.js';

/** Offsets and the time change with every look. */
const ALWAYS_CHANGING: ReadonlySet<string> = new Set(['offset', 'lag', 'observedAt']);

/** @returns null: nothing is new that a program would want to hear of */
export function changedReport(before: GroupReport | null, after: GroupReport): string | null {
  return before !== null && essence(before) === essence(after)
    ? null
    : `${harmlessJson(JSON.stringify(after))}\n`;
}

function essence(report: GroupReport): string {
  return JSON.stringify(report, (key, value: unknown) => (ALWAYS_CHANGING.has(key) ? undefined : value));
}
