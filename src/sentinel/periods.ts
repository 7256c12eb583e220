/**
 * Sentinel's timer periods. `SENTINEL DEBUG` sets them on Redis ≥ 7.0 and Valkey; they are never
 * persisted, so a sentinel that starts again has its defaults again.
 */
import type { Address } from '../spec/address.js';
import type { Connections } from './connection.js';
import type { SentinelAnswer } from './snapshot.js';

/** ms, by the names that SENTINEL DEBUG has. */
export type Periods = Readonly<
  Record<'info-period' | 'ping-period' | 'publish-period' | 'ask-period', number>
>;

/** Sentinel's own, Redis 6.0 – 8.0 and Valkey 8. */
export const DEFAULT_PERIODS: Periods = {
  'info-period': 10_000,
  'ping-period': 1_000,
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

/** Sets the periods of one sentinel. @returns false where the version has no SENTINEL DEBUG */
export async function setPeriods(at: Address, periods: Periods, connections: Connections): Promise<boolean> {
  const settings = Object.entries(periods).flatMap(([name, ms]) => [name, String(ms)]);
  const [reply] = await connections.query(at, [['SENTINEL', 'DEBUG', ...settings]]);
  return reply?.ok ?? false;
}

/** Whether a sentinel runs with other periods than its defaults. */
export function hasOtherPeriods(answer: SentinelAnswer): boolean {
  const { periods } = answer;
  return (
    periods !== null && Object.entries(DEFAULT_PERIODS).some(([name, ms]) => (periods.get(name) ?? ms) !== ms)
  );
}
