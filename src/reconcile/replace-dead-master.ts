/** A plan of one step: a replica takes the place of a dead master, before nodes are started anew. */

import type { Context } from '../engine/context.js';
import type { GroupObjects } from '../engine/engine.js';
import type { Connections } from '../nodes/client/connection.js';
import { deadMasterReason } from '../plan/dead-master.js';
import { observeDeadMaster, replaceMaster } from '../shutdown/replace-master.js';
import { runPlan } from './execute/run-plan.js';

/**
 * Has a dead master replaced, if there is one. Where it cannot be replaced, a warning says so.
 * @throws the context's signal's reason
 */
export async function replaceDeadMaster(
  group: string,
  objects: GroupObjects,
  connections: Connections,
  context: Context,
): Promise<void> {
  const dead = await observeDeadMaster(objects, connections);
  if (dead === null) return;
  const step = {
    id: 'failover',
    operation: { kind: 'failover' },
    reason: deadMasterReason(dead),
    after: [],
  } as const;
  const perform = () => replaceMaster(group, objects, connections, context);
  await runPlan([step], perform, context.emit, context.signal);
}
