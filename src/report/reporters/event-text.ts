/** Sentences that several reporters share. */

import type { RsentinelEvent } from '../../model/events.js';
import { count, formatMs } from '../../model/format.js';
import { holderText } from '../../model/lock.js';
import { divergedText } from '../../model/report/diverged-text.js';
import { type DrillFault, lostIn } from '../../model/report/drill-report.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';

type EventOf<T extends RsentinelEvent['type']> = Extract<RsentinelEvent, { readonly type: T }>;

export function warningText(message: string, style: Style): string {
  return `${style.yellow('warning:')} ${printable(message)}`;
}

export function waitingForLockText({ lock }: EventOf<'waiting-for-lock'>): string {
  return `waiting for ${printable(holderText(lock))}`;
}

export function lockBrokenText({ group, lock }: EventOf<'lock-broken'>): string {
  return `taking over ${printable(group)} from ${printable(holderText(lock))}: it ended before it was done`;
}

/** What is missing, the most telling first, the rest as a number. */
export function missingText(missing: readonly string[]): string {
  const [first, ...rest] = missing;
  if (first === undefined) return 'not proved ready yet';
  return printable(first) + (rest.length === 0 ? '' : ` (and ${rest.length} more)`);
}

export function pullText(event: EventOf<'pull-progress'>): string {
  const percent = event.percent === undefined ? '' : ` ${Math.floor(event.percent)} %`;
  return `pulling ${printable(event.image)}: ${printable(event.status)}${percent}`;
}

export function readyText(event: EventOf<'ready'>): string {
  return `proved ready (${formatMs(event.ms)})`;
}

export function flushedText({ node, ms }: EventOf<'flushed'>): string {
  return `emptied ${printable(node)} and its replicas (${formatMs(ms)})`;
}

export function switchedBackText({ from, to, ms }: EventOf<'switched-back'>): string {
  return `made ${printable(to)} the master again, in the place of ${printable(from)} (${formatMs(ms)})`;
}

export function finishingSwitchText({ from }: EventOf<'finishing-switch'>): string {
  return `finishing the switch from ${printable(from)} that the sentinels have begun; Ctrl-C again leaves it to them`;
}

export function repointedText({ node, master }: EventOf<'repointed'>): string {
  return `${printable(node)} follows ${printable(master)}, which has become the master meanwhile`;
}

export function savingText({ node, done, total }: EventOf<'saving'>): string {
  return `${printable(node)} saves its data: ${done} of ${count(total, 'key')}`;
}

export function writesLostText({ diverged }: EventOf<'writes-lost'>, style: Style): string {
  return `${style.yellow('warning:')} ${divergedText(diverged)}: they are lost`;
}

export function retryText(event: EventOf<'retrying'>): string {
  return `trying again: ${printable(event.reason)}`;
}

export function rollbackText(event: EventOf<'rollback-started'>): string {
  return `taking back what this run has done: ${printable(event.reason)}`;
}

/** What a rollback came to: all is gone, or what is left. */
export function rolledBackLines(event: EventOf<'rollback-done'>, style: Style): readonly string[] {
  const removed = `taken back: ${count(event.removed.length, 'thing')} that this run had done`;
  if (event.remaining.length === 0) return [removed];
  return [removed, ...event.remaining.map((what) => warningText(`not taken back: ${what}`, style))];
}

const FAULT_VERBS: Readonly<Record<DrillFault, string>> = {
  kill: 'killing',
  pause: 'pausing',
  partition: 'cutting off',
  failover: 'switching over from',
};

export function drillRoundText({ round, rounds, fault, node }: EventOf<'drill-round'>): string {
  const which = rounds === 1 ? '' : `round ${round} of ${rounds}: `;
  return `${which}${FAULT_VERBS[fault]} ${printable(node)}, the master`;
}

/** What most people want to see of what the sentinels say. */
const MILESTONES: ReadonlySet<string> = new Set([
  '+sdown',
  '+odown',
  '+vote-for-leader',
  '+elected-leader',
  '+selected-slave',
  '+promoted-slave',
  '+slave-reconf-done',
  '+failover-end',
  '+switch-master',
]);

export function isMilestone({ event }: EventOf<'drill-event'>): boolean {
  return MILESTONES.has(event) || event.startsWith('-failover-abort');
}

export function drillEventText({ at, sentinel, event, node }: EventOf<'drill-event'>): string {
  const about = node === null ? '' : ` ${printable(node)}`;
  return `${formatMs(at).padStart(8)}  ${printable(sentinel)}  ${printable(event)}${about}`;
}

export function drillDoneText({ round }: EventOf<'drill-round-done'>): string {
  const { from, to, writes } = round;
  const lost = lostIn(round) === 0 ? 'none lost' : `${lostIn(round)} lost`;
  return `${printable(from)} → ${printable(to)}: ${formatMs(writes.gap.ms)} without writes, ${lost}`;
}
