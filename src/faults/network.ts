/** Cutting a node off needs a network connection of its own. */
import type { GroupObjects } from '../engine/engine.js';
import { RsentinelError } from '../errors.js';

/** Empty: nothing tells. */
export function modeOf({ members }: GroupObjects): string {
  return members.find(({ networkMode }) => networkMode !== '')?.networkMode ?? '';
}

/** @throws RsentinelError NETWORK_UNSUITABLE elsewhere than in bridge mode */
export function refuseSharedNetwork(command: string, mode: string | null): void {
  if (mode === 'bridge') return;
  const message = `${command} needs mode: bridge, and the group is in mode: ${mode}`;
  throw new RsentinelError('NETWORK_UNSUITABLE', message, {
    hint: 'There each node has a network connection of its own. Elsewhere they share one: use pause, or kill.',
  });
}
