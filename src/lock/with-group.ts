/** Work on a group that is there: with its lock held, or only to look at it. */

import type { Context, LockedContext } from '../engine/context.js';
import type { GroupObjects } from '../engine/engine.js';
import { Connections } from '../nodes/client/connection.js';
import { loadCredentials } from '../nodes/live/load-credentials.js';
import { nodeMembers } from '../nodes/live/members.js';
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
  work: (objects: GroupObjects, connections: Connections, context: LockedContext) => Promise<T>,
): Promise<T> {
  const seen = await context.engine.observe(group);
  const [first] = nodeMembers(seen);
  if (first === undefined) throw groupAbsent(group);
  const { directory, file } = first;
  const lock = { command, waitTimeoutMs: BUSY_PATIENCE, image: seen.image, directory, file };
  const connections = new Connections();
  try {
    return await withLock(group, lock, context, async (locked) => {
      const objects = await context.engine.observe(group);
      connections.use(await loadCredentials(group, objects, context.engine));
      return work(objects, connections, locked.context);
    });
  } finally {
    connections.close();
  }
}

/**
 * Looks at a group without its lock.
 * @param work what is read of it; its connections are closed afterwards
 * @throws RsentinelError GROUP_ABSENT; what `work` throws
 */
export async function lookAtGroup<T>(
  group: string,
  { engine }: Context,
  work: (objects: GroupObjects, connections: Connections) => Promise<T>,
): Promise<T> {
  const objects = await engine.observe(group);
  if (nodeMembers(objects).length === 0) throw groupAbsent(group);
  const connections = new Connections(await loadCredentials(group, objects, engine));
  try {
    return await work(objects, connections);
  } finally {
    connections.close();
  }
}
