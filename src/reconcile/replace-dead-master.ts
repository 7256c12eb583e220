/** Before a group is stopped: a replica takes the place of a master that is dead already. */

import type { Context } from '../engine/context.js';
import type { ObservedEngine } from '../engine/engine.js';
import { failOver } from '../failover/await-failover.js';
import { Connections } from '../nodes/client/connection.js';
import { LiveNodes, masterNameOf } from '../nodes/live/live-nodes.js';
import { observeLive } from '../nodes/live/live-state.js';
import { loadCredentials } from '../nodes/live/load-credentials.js';
import { deadMasterReason, findDeadMaster } from '../plan/dead-master.js';
import { apply } from './execute/run-plan.js';

/** ms that the sentinels may take for it. */
const PATIENCE = 20_000;

/**
 * The dead master's disk may be older than what its replicas have, and the next `up` starts the
 * group with the master that it had last. Where it cannot be replaced, a warning says so.
 * @throws the context's signal's reason
 */
export async function replaceDeadMaster(
  group: string,
  engine: ObservedEngine,
  context: Context,
): Promise<void> {
  const masterName = masterNameOf(engine);
  if (masterName === '') return;
  const connections = new Connections(await loadCredentials(group, engine, context.driver));
  try {
    const live = await observeLive(engine, connections);
    const { master } = live;
    const dead = findDeadMaster(engine, live, null);
    if (dead === null || master === null) return;
    const present = new LiveNodes(group, masterName, engine).group;
    const deadline = AbortSignal.timeout(PATIENCE);
    const step = {
      id: 'failover',
      operation: { kind: 'failover' },
      reason: deadMasterReason(dead),
      after: [],
    } as const;
    const perform = async (): Promise<void> => {
      const promotion = await failOver(present, master.address, connections, context, deadline);
      if (promotion === null) throw new Error('Sentinel has no good replica to promote');
    };
    await apply([step], perform, context.emit, context.signal).catch((error: unknown) => {
      context.signal.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      const message = `${dead} stays the master, with what is on its disk: ${why}`;
      context.emit({ type: 'warning', message });
    });
  } finally {
    connections.close();
  }
}
