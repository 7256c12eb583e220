/** What `reset` came to. */
import type { ResetResult } from '../group/reset.js';
import { printable } from '../topology/text.js';
import { formatMs } from './format.js';
import type { Style } from './style.js';

export function resetText({ report, mended, master, ms }: ResetResult, style: Style): string {
  const { bold, green, dim } = style;
  const first = mended ? 'brought up, then reset' : 'reset';
  const was = master.before === master.after ? '' : `, it was ${printable(master.before)}`;
  return [
    `${green('✔')} ${bold(printable(report.group))}: ${first}; all data is gone, proved ready ${dim(`(${formatMs(ms)})`)}`,
    `The master is ${bold(printable(master.after))}${was}`,
    '',
  ].join('\n');
}
