/** Before a group is stopped: has a replica take the place of a master that is dead already. */

import type { Context } from '../engine/context.js';
import type { GroupObjects } from '../engine/engine.js';
import { failOver } from '../failover/await-failover.js';
import type { Connections } from '../nodes/client/connection.js';
import { Live } from '../nodes/live/live.js';
import { LiveNodes, masterNameOf } from '../nodes/live/live-nodes.js';
import { observeLive } from '../nodes/live/live-state.js';
import { findDeadMaster } from '../plan/dead-master.js';

/** ms that the sentinels may take for it. */
const PATIENCE = 20_000;

/** Returns what a master is called that does not run while its replicas do; null: there is none, or no sentinel answers. */
export async function observeDeadMaster(
  objects: GroupObjects,
  connections: Connections,
): Promise<string | null> {
  if (masterNameOf(objects) === '') return null;
  const live = await observeLive(objects, connections);
  return live.master === null ? null : findDeadMaster(objects, live, null);
}

/**
 * Has the sentinels promote a replica. Where they cannot, a warning says so: the dead master's disk may be older than what its replicas
 * have, and the next `up` starts the group with the master that it had last.
 * @throws the context's signal's reason
 */
export async function replaceMaster(
  group: string,
  objects: GroupObjects,
  connections: Connections,
  context: Context,
): Promise<void> {
  const { master, ...rest } = await observeLive(objects, connections);
  const dead = findDeadMaster(objects, { master, ...rest }, null);
  if (master === null || dead === null) return;
  const { address } = master;
  const present = new LiveNodes(group, masterNameOf(objects), objects).group;
  const warn = (why: string): void =>
    context.emit({ type: 'warning', message: `${dead} stays the master, with what is on its disk: ${why}` });
  try {
    const live = new Live(present, connections, context, AbortSignal.timeout(PATIENCE));
    const promotion = await failOver(live, address);
    if (promotion === null) warn('Sentinel has no good replica to promote');
  } catch (error) {
    context.signal.throwIfAborted();
    warn(error instanceof Error ? error.message : String(error));
  }
}
