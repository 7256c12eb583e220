/**
 * Nodes that the others do not talk to because of their certificates: expired, or not those that they
 * were given. A roll-out would wait for them before it touches anything.
 */

import type { ObservedState } from '../observed.js';
import type { FullRestart } from './full-restart.js';

export const UNTRUSTED_REASON = 'nobody accepts its certificate';

/** @returns null: those that are left are a group that goes on, and the others join it again one by one */
export function untrustedRestart({ tls, objects, history }: ObservedState): FullRestart | null {
  const { untrusted } = tls;
  if (untrusted.size === 0) return null;
  const isLeft = objects.members.some(
    ({ role, node, state }) => role === 'sentinel' && state === 'running' && !untrusted.has(node),
  );
  if (isLeft && !untrusted.has(history.master.name)) return null;
  const names = [...untrusted].sort().join(', ');
  return {
    reason: `nobody accepts the certificates of ${names}`,
    network: null,
    anchor: null,
    containers: 'stay',
  };
}
