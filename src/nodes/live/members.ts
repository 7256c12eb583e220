/** Finds the nodes among the members that an engine has of a group. */

import type { GroupObjects, ObservedMember } from '../../engine/engine.js';
import { sameAddress } from '../../model/address.js';
import type { AskedNodes } from '../../model/group-nodes.js';
import { naturalOrder } from '../../model/text.js';
import type { Connections } from '../client/connection.js';
import { masterNameOf } from './live-nodes.js';
import { observeLive } from './live-state.js';

/** The sentinels of a group, whether they run or not. */
export type Sentinels = Pick<AskedNodes, 'masterName' | 'sentinels'>;

/** The nodes of a group, as people count them, without the anchor. */
export function nodeMembers({ members }: GroupObjects): readonly ObservedMember[] {
  return members
    .filter(({ role }) => role === 'redis' || role === 'sentinel')
    .sort((a, b) => naturalOrder(a.node, b.node));
}

/** The node that the sentinels that answer name as the master; null: none does, or it is none of the group. */
export async function presentMaster(objects: GroupObjects, connections: Connections): Promise<string | null> {
  const { master } = await observeLive(objects, connections);
  const isIt = ({ address }: ObservedMember) =>
    master !== null && address !== null && sameAddress(address, master.address);
  return nodeMembers(objects).find(isIt)?.node ?? null;
}

/** The sentinels of a group that have an address, whether they run or not. */
export function sentinelsOf(objects: GroupObjects): Sentinels {
  const sentinels = objects.members.flatMap(({ role, node, control }) =>
    role === 'sentinel' && control !== null ? [{ name: node, control }] : [],
  );
  return { masterName: masterNameOf(objects), sentinels };
}
