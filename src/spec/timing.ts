/** How quickly a group fails over: what `timing: fast` means, and where it may not be. */
import type { SentinelSettings, TimingChoice } from '../topology/topology.js';

export type Timing = 'normal' | 'fast';

export function timingOf(choice: TimingChoice): Timing {
  return choice === 'normal' ? 'normal' : 'fast';
}

/** ms. What `sentinel` says where the file does not. */
export const DEFAULT_TIMES: Readonly<
  Record<Timing, Pick<SentinelSettings, 'down-after-milliseconds' | 'failover-timeout'>>
> = {
  // Sentinel's own.
  normal: { 'down-after-milliseconds': 30_000, 'failover-timeout': 180_000 },
  // Below 500 healthy nodes are taken for down now and then; below 3000 failovers are given up half way.
  fast: { 'down-after-milliseconds': 500, 'failover-timeout': 10_000 },
};

export const FAST_ELSEWHERE =
  'timing: fast takes a node that is silent for half a second for down, and a network between the nodes is silent for longer now and then';
export const FAST_ELSEWHERE_REMEDY =
  'write timing: fast-anywhere if a failover without a reason does no harm';
