/** What a fault has brought about. */
import type { FaultReport } from '../../faults/fault.js';
import { formatMs } from '../../model/format.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';

const DONE: Readonly<Record<FaultReport['fault'], string>> = {
  kill: 'killed',
  pause: 'paused',
  unpause: 'let go on',
  restart: 'restarted',
  partition: 'cut off from the network',
  heal: 'back on the network',
  failover: 'handed over',
};

export function faultText(report: FaultReport, { dim, bold }: Style): string {
  const { group, fault, victims, master, milestones } = report;
  if (victims.length === 0) return `${printable(group)}: there was nothing to do\n`;
  const lines = [`${printable(victims.join(', '))} ${DONE[fault]}`];
  const width = Math.max(0, ...milestones.map(({ ms }) => formatMs(ms).length));
  for (const { what, ms } of milestones)
    lines.push(`${dim(formatMs(ms).padStart(width + 2))}  ${printable(what)}`);
  if (master.after !== null) {
    const was =
      master.before === null || master.before === master.after ? '' : `, it was ${printable(master.before)}`;
    lines.push(`The master is ${bold(printable(master.after))}${was}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The same for programs (docs/json.md). */
export interface FaultDocument extends FaultReport {
  readonly version: 1;
}
