import { interruption } from '../../scripts/lib/interrupt.mjs';
import { say } from '../../scripts/lib/log.mjs';

/** @typedef {{ name: string, ms: number }} Sample */

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {number} every It runs in every round (1), or in the first of so many, without a warm-up.
 * @property {() => Promise<readonly Sample[]>} round Sets up, measures and removes what it has made.
 * @property {() => Promise<void>} [cleanUp] Removes what an interrupted round may have left.
 */

/**
 * Lets every contestant run once a round, each round in another order, so that what changes on the
 * machine in the meantime concerns all of them alike.
 *
 * @param {readonly Contestant[]} field
 * @param {{ rounds: number, isWarm: boolean }} extent `isWarm`: a round before the first warms caches up.
 * @returns {Promise<ReadonlyMap<string, readonly number[]>>} Milliseconds by the name of the sample.
 */
export async function runRounds(field, { rounds, isWarm }) {
  /** @type {Map<string, number[]>} */
  const samples = new Map();
  for (let round = isWarm ? 0 : 1; round <= rounds; round += 1) {
    say(round === 0 ? 'Warming up.' : `Round ${round} of ${rounds}.`);
    for (const contestant of rotated(field, round)) {
      interruption.throwIfAborted();
      if (contestant.every > 1 && round % contestant.every !== 1) continue;
      const measured = await contestant.round();
      if (round === 0) continue;
      for (const { name, ms } of measured) samples.set(name, [...(samples.get(name) ?? []), ms]);
    }
  }
  return samples;
}

/**
 * @template T
 * @param {readonly T[]} list
 * @param {number} by
 */
function rotated(list, by) {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
