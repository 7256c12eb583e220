/** A master that does not run while its replicas do. */
import type { GroupObjects, ObservedMember } from '../engine/engine.js';
import { formatAddress, sameAddress } from '../model/address.js';
import { hasProcess } from './members.js';
import type { LiveState } from './observed.js';

/**
 * Its disk may be older than what its replicas have. If it came back as the master, they would copy
 * that; so one of them has to be promoted first.
 * @param last name of the node that was the master last, where no sentinel answers; null: not known
 * @returns what it is called, for people; null: the master runs, or nobody could take its place
 */
export function findDeadMaster(objects: GroupObjects, live: LiveState, last: string | null): string | null {
  if (live.master === null && last === null) return null;
  const isMaster = ({ node, address }: ObservedMember): boolean =>
    live.master === null ? node === last : address !== null && sameAddress(address, live.master.address);
  const redis = objects.members.filter(({ role }) => role === 'redis');
  const master = redis.find(isMaster);
  const hasReplica = redis.some((member) => member !== master && member.state === 'running');
  if ((master !== undefined && hasProcess(master)) || !hasReplica) return null;
  return master?.node ?? last ?? (live.master === null ? null : formatAddress(live.master.address));
}

export function deadMasterReason(name: string): string {
  return `${name}, the master, does not run, and its replicas do`;
}
