/** How quickly a group fails over: what `timing: fast` means, and where it may not be. */
import type { SentinelSettings, TimingChoice } from './topology.js';

export type Timing = 'normal' | 'fast';

export function timingOf(choice: TimingChoice): Timing {
  return choice === 'normal' ? 'normal' : 'fast';
}

/** ms. Sentinel's own. */
export const PING_PERIOD = 1_000;
/** ms */
export const FAST_PING_PERIOD = 300;

/** ms. What `sentinel` says where the file does not. */
export const DEFAULT_TIMES: Readonly<
  Record<Timing, Pick<SentinelSettings, 'down-after-milliseconds' | 'failover-timeout'>>
> = {
  // Sentinel's own.
  normal: { 'down-after-milliseconds': 30_000, 'failover-timeout': 180_000 },
  // Below 500 healthy nodes are taken for down now and then; below 3000 failovers are given up half way.
  fast: { 'down-after-milliseconds': 500, 'failover-timeout': 10_000 },
};

/**
 * ms below which `down-after-milliseconds` makes failovers without a reason. A sentinel that has been told of
 * a new master connects to it once in its ping period, counted from its last attempt at the old one, and
 * counts the silence until then (sentinel.c, 6.0 – 9.1: sentinelReconnectInstance, sentinelResetMaster). Where
 * down-after is not longer than that and a tick of 100 ms, it takes the new master for down now and then, and a
 * second failover loses what clients have written by then (seen with 1000 and the ping period of 1000).
 * Below 500 a node that is busy for a moment is taken for down.
 * @param pingPeriod ms
 */
export function leastDownAfter(pingPeriod: number): number {
  return Math.max(500, pingPeriod + 200);
}

export const FAST_ELSEWHERE =
  'timing: fast takes a node that is silent for half a second for down, and a network between the nodes is silent for longer now and then';
export const FAST_ELSEWHERE_REMEDY =
  'write timing: fast-anywhere if a failover without a reason does no harm';
