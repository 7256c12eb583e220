/** TILT: a sentinel whose clock or process has made a jump of 2 s acts on nothing for 30 s (sentinel.c, 6.0 – 8.0 and Valkey). */
import type { SentinelAnswer, Snapshot } from './snapshot.js';

/** Seconds (SENTINEL_TILT_PERIOD). */
const TILT_PERIOD = 30;

/** Says that a sentinel is in TILT, and for how long; null: it is not. */
export function tiltText(name: string, { tilt }: SentinelAnswer): string | null {
  if (tilt === null) return null;
  const rest = tilt.since === null ? `up to ${TILT_PERIOD} s` : `${Math.max(1, TILT_PERIOD - tilt.since)} s`;
  return `${name} is in TILT mode, after its process or clock has stood still: it takes part in no failover for another ${rest}`;
}

/** Says which sentinels are in TILT, a sentence each. */
export function tiltTexts({ sentinels }: Snapshot): readonly string[] {
  return [...sentinels].flatMap(([name, answer]) =>
    answer.kind === 'sentinel' ? (tiltText(name, answer) ?? []) : [],
  );
}
