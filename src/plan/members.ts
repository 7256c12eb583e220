/** What the state of a member means for a plan. */
import type { ObservedMember } from '../driver/driver.js';

/** A member that has to be made again before it can run. */
export function isStale(member: ObservedMember, containerDigest: string): boolean {
  return member.digest !== containerDigest || !member.attached || member.state === 'dead';
}

/** A paused node has its process, with its data and its configuration in memory. */
export function hasProcess({ state }: ObservedMember): boolean {
  return state === 'running' || state === 'paused';
}
