/**
 * Sentinel's timer periods. `SENTINEL DEBUG` sets them on Redis ≥ 7.0 and Valkey; they are never
 * persisted, so a sentinel that starts again has its defaults again.
 */
import type { Endpoint } from '../../model/address.js';
import { FAST_PING_PERIOD, PING_PERIOD, type Timing } from '../../model/timing.js';
import type { Connections } from '../client/connection.js';
import type { SentinelAnswer, Snapshot } from './snapshot.js';

/** ms, by the names that SENTINEL DEBUG has. */
export type Periods = Readonly<
  Record<'info-period' | 'ping-period' | 'publish-period' | 'ask-period', number>
>;

/** Sentinel's own, Redis 6.0 – 8.0 and Valkey 8. */
export const DEFAULT_PERIODS: Periods = {
  'info-period': 10_000,
  'ping-period': PING_PERIOD,
  'publish-period': 2_000,
  'ask-period': 1_000,
};

/**
 * For as long as a group forms. They must not stay: with a ping period under about 250 ms no
 * replica counts as good, and failovers abort (measured on 7.0 and 8.0).
 */
export const FORMING_PERIODS: Periods = {
  'info-period': 100,
  'ping-period': 50,
  'publish-period': 50,
  'ask-period': 100,
};

/**
 * As low as they may be for a failover: at these none of 23 aborted (measured on 7.0 and 8.0).
 */
export const FAILOVER_PERIODS: Periods = {
  'info-period': 700,
  'ping-period': 300,
  'publish-period': 500,
  'ask-period': 100,
};

/**
 * As low as a group that is used for tests may have them for good: as {@link FAILOVER_PERIODS}, and a quicker
 * election. Lower ones gain nothing: while a failover goes on, Sentinel asks the replica that it promotes once
 * in 1000 ms, counted from the last time before, whatever its info-period is (sentinel.c, 6.0 – 8.0:
 * sentinelSendPeriodicCommands), and tells nobody of the new master until it has seen it so. At 700 that
 * comes 0.3 to 1.0 s after the master is objectively down; at 100, 0.4 to 1.0 s; above 780 a second later
 * whenever it just misses the promotion.
 */
export const FAST_PERIODS: Periods = {
  'info-period': 700,
  'ping-period': FAST_PING_PERIOD,
  'publish-period': 500,
  'ask-period': 50,
};

export const PERIODS: Readonly<Record<Timing, Periods>> = { normal: DEFAULT_PERIODS, fast: FAST_PERIODS };

/** Sets the periods of one sentinel. @returns false where the version has no SENTINEL DEBUG */
export async function setPeriods(at: Endpoint, periods: Periods, connections: Connections): Promise<boolean> {
  const settings = Object.entries(periods).flatMap(([name, ms]) => [name, String(ms)]);
  const [reply] = await connections.query(at, [['SENTINEL', 'DEBUG', ...settings]]);
  return reply?.ok ?? false;
}

/** Whether a sentinel runs with these periods; also where the version has none that one could set. */
export function runsWith({ periods }: SentinelAnswer, wanted: Periods): boolean {
  return periods === null || Object.entries(wanted).every(([name, ms]) => (periods.get(name) ?? ms) === ms);
}

/**
 * The timing that a group has been given: nobody but rsentinel sets just those periods. A sentinel that
 * was started anew has its own, so that one of them is enough.
 */
export function timingSeen({ sentinels }: Snapshot): Timing {
  const isFast = [...sentinels.values()].some(
    (answer) => answer.kind === 'sentinel' && answer.periods !== null && runsWith(answer, FAST_PERIODS),
  );
  return isFast ? 'fast' : 'normal';
}
