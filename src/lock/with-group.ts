/** Work on a group that is there, with its lock held. */

import type { Context, LockedContext } from '../engine/context.js';
import type { ObservedEngine, ObservedMember } from '../engine/engine.js';
import type { Sentinels } from '../failover/keep-timers.js';
import { sameAddress } from '../model/address.js';
import { Connections } from '../nodes/client/connection.js';
import { masterNameOf } from '../nodes/live/live-nodes.js';
import { observeLive } from '../nodes/live/live-state.js';
import { keyringOn } from '../nodes/live/load-credentials.js';
import { groupAbsent } from './absent.js';
import { withLock } from './lock.js';

/** ms that another rsentinel may be at the group. */
const BUSY_PATIENCE = 60_000;

/**
 * @param command what the lock says of it
 * @param work what is done with what there is; its connections are closed afterwards
 * @throws RsentinelError GROUP_ABSENT, GROUP_BUSY; what `work` throws
 */
export async function onGroup<T>(
  group: string,
  command: string,
  context: Context,
  work: (engine: ObservedEngine, connections: Connections, context: LockedContext) => Promise<T>,
): Promise<T> {
  const seen = await context.driver.observe(group);
  const [first] = nodeMembers(seen);
  if (first === undefined) throw groupAbsent(group);
  const { directory, file } = first;
  const lock = { command, waitTimeoutMs: BUSY_PATIENCE, image: seen.image, directory, file };
  const connections = new Connections();
  try {
    return await withLock(group, lock, context, async (locked) => {
      const engine = await context.driver.observe(group);
      connections.use(await keyringOn(group, engine, context.driver));
      return work(engine, connections, locked.context);
    });
  } finally {
    connections.close();
  }
}

/** The nodes of a group, as people count them, without the anchor. */
export function nodeMembers({ members }: ObservedEngine): readonly ObservedMember[] {
  return members
    .filter(({ role }) => role === 'redis' || role === 'sentinel')
    .sort((a, b) => a.node.localeCompare(b.node, 'en', { numeric: true }));
}

/** The node that the sentinels that answer name as the master; null: none does, or it is none of the group. */
export async function presentMaster(
  engine: ObservedEngine,
  connections: Connections,
): Promise<string | null> {
  const { master } = await observeLive(engine, connections);
  const isIt = ({ address }: ObservedMember) =>
    master !== null && address !== null && sameAddress(address, master.address);
  return nodeMembers(engine).find(isIt)?.node ?? null;
}

/** The sentinels of a group that have an address, whether they run or not. */
export function sentinelsOf(engine: ObservedEngine): Sentinels {
  const sentinels = engine.members.flatMap(({ role, node, control }) =>
    role === 'sentinel' && control !== null ? [{ name: node, control }] : [],
  );
  return { masterName: masterNameOf(engine), sentinels };
}
