/** `logs`: what the nodes of a group have logged, in the order of time. */

import type { Context } from '../../engine/context.js';
import type { ObservedMember } from '../../engine/engine.js';
import { RsentinelError } from '../../errors.js';
import { groupAbsent } from '../../lock/absent.js';
import { naturalOrder } from '../../model/text.js';
import { followLogs } from './follow-logs.js';
import { mergeByTime } from './merge.js';
import { linesOf, type NodeLine } from './node-lines.js';

export interface LogsSettings {
  /** Names of nodes, `anchor` for the anchor; empty: all nodes. */
  readonly nodes: readonly string[];
  /** ms since 1970: nothing older than this. */
  readonly since: number | null;
  /** How many lines of each node before the present; null: all that there are. */
  readonly tail: number | null;
  /** Whether to wait for more, until nothing of the group is there. */
  readonly follow: boolean;
}

export interface Logs {
  /** The nodes that are read; while it is followed, others may come. */
  readonly nodes: readonly string[];
  /** Batches, none of them empty. Never all lines at once. */
  readonly lines: AsyncIterable<readonly NodeLine[]>;
}

/**
 * @throws RsentinelError GROUP_ABSENT; USAGE for a node that there is not; from the lines, what
 *   concerns the engine, and the context's signal's reason
 */
export async function logs(group: string, settings: LogsSettings, context: Context): Promise<Logs> {
  const { members } = await context.engine.observe(group);
  const chosen = chooseMembers(group, members, settings.nodes);
  return { nodes: chosen.map(({ node }) => node), lines: read(group, chosen, settings, context) };
}

/** The members of these names; without any, all nodes. */
function chooseMembers(
  group: string,
  members: readonly ObservedMember[],
  names: readonly string[],
): readonly ObservedMember[] {
  const known = members
    .filter(({ role }) => role === 'redis' || role === 'sentinel' || role === 'anchor')
    .sort((a, b) => naturalOrder(a.node, b.node));
  if (known.length === 0) throw groupAbsent(group);
  const unknown = names.filter((name) => !known.some(({ node }) => node === name));
  if (unknown.length > 0) {
    throw new RsentinelError('USAGE', `${group} has no node ${unknown.join(', ')}`, {
      hint: `It has ${known.map(({ node }) => node).join(', ')}.`,
    });
  }
  return known.filter(({ node, role }) => (names.length === 0 ? role !== 'anchor' : names.includes(node)));
}

async function* read(
  group: string,
  members: readonly ObservedMember[],
  settings: LogsSettings,
  context: Context,
): AsyncGenerator<readonly NodeLine[]> {
  const { engine, signal } = context;
  const since = settings.since === null ? null : BigInt(settings.since) * 1_000_000n;
  // Without a line of the past, following would not know where the past ends.
  const tail = settings.tail === 0 ? 1 : settings.tail;
  const stop = new AbortController();
  const past = members.map((member) =>
    linesOf(member.node, engine.log(member.container, { since, tail, follow: false }, stop.signal)),
  );
  const last = new Map<string, bigint>();
  try {
    for await (const batch of mergeByTime(past)) {
      signal.throwIfAborted();
      for (const { node, time } of batch) last.set(node, time);
      if (settings.tail !== 0) yield batch;
    }
  } finally {
    stop.abort();
  }
  if (settings.follow) yield* followLogs(group, settings.nodes, since, last, context);
}
