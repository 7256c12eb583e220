/** A failover that nobody has asked for, while a plan is carried out that counts on the former master. */

import { RsentinelError } from '../errors.js';
import { type Address, sameAddress } from '../model/address.js';
import type { GroupNode, GroupNodes } from '../model/group-nodes.js';
import type { Connections } from '../nodes/client/connection.js';
import { takeSnapshot } from '../nodes/health/observe.js';
import { agreedMaster, masterViews, type Snapshot } from '../nodes/health/snapshot.js';
import type { Live } from '../nodes/live/live.js';
import { waitConverged } from '../nodes/wait/wait-converged.js';
import { replicaOf } from './replicaof.js';

/**
 * Waits until a group is whole, whoever is its master by then. A node that was started as the replica of a former master is told
 * the present one: Sentinel would do so only when the group has been calm for as long as `failover-timeout`.
 * @param expected address of the master that the plan counts on
 * @param started the node that has just been started, perhaps as the replica of that one
 * @returns the master that all sentinels name instead; null: it is the expected one
 * @throws RsentinelError as {@link untilWhole}
 */
export async function waitConvergedUnder(
  expected: Address,
  started: GroupNode | null,
  live: Live,
): Promise<GroupNode | null> {
  const { group } = live;
  const follow = async (snapshot: Snapshot): Promise<void> => {
    const master = movedMaster(group, expected, snapshot);
    if (master === null || started?.kind !== 'redis') return;
    if (!followsAnother(started, master, snapshot)) return;
    await replicaOf(started.control, master.address, live.connections);
    live.emit({ type: 'repointed', node: started.name, master: master.name });
  };
  return movedMaster(group, expected, await waitConverged(live, follow));
}

/** @returns the master that all sentinels name instead of the expected one; null: they do not */
function movedMaster({ redis }: GroupNodes, expected: Address, snapshot: Snapshot): GroupNode | null {
  const agreed = agreedMaster(snapshot);
  if (agreed === null || sameAddress(agreed, expected)) return null;
  return redis.find(({ address }) => sameAddress(address, agreed)) ?? null;
}

/** Whether a node is the master by its own word and by that of a sentinel. */
export async function isMasterNow(
  node: GroupNode,
  { sentinels, masterName }: GroupNodes,
  connections: Connections,
): Promise<boolean> {
  const snapshot = await takeSnapshot({ masterName, redis: [node], sentinels }, connections);
  const answer = snapshot.redis.get(node.name);
  const isNamed = masterViews(snapshot).some(({ address }) => sameAddress(address, node.address));
  return isNamed && answer?.kind === 'redis' && answer.role === 'master';
}

/** Whether a node is the replica of another node than the master. */
function followsAnother(node: GroupNode, master: GroupNode, { redis }: Snapshot): boolean {
  const answer = redis.get(node.name);
  if (node.name === master.name || answer?.kind !== 'redis' || answer.link === null) return false;
  return !sameAddress(answer.link.master, master.address);
}

/** What ends a plan that has been overtaken; all is planned anew then. */
export function masterMoved(name: string): RsentinelError {
  return new RsentinelError('MASTER_MOVED', `${name} has become the master meanwhile`, {
    hint: 'Run the command again: it goes by what is there then.',
  });
}
