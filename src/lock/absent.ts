/** A group that is not there. */
import { RsentinelError } from '../errors.js';

export function groupAbsent(group: string): RsentinelError {
  return new RsentinelError('GROUP_ABSENT', `there is no group ${group} on this engine`, {
    hint: '`rsentinel ls` shows those that there are; `rsentinel up` makes one.',
  });
}
