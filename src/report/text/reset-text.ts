/** What `reset` came to. */
import type { ResetResult } from '../../api/reset.js';
import { formatMs } from '../../model/format.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';

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
