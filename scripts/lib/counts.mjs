import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE } from './paths.mjs';

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {readonly string[]} failures One text for each failure: its place, then its message.
 */

/** The file that the named test run writes its counts to. */
export function countsFile(/** @type {string} */ name) {
  return join(CACHE, 'test', `${name}.json`);
}

/** Makes sure that no counts of an earlier run are taken for this one's. */
export async function forgetCounts(/** @type {string} */ name) {
  await rm(countsFile(name), { force: true });
}

/**
 * The counts of a test run that ended with the given exit code. A run that failed without a failed
 * test (it did not start, or left something behind) counts as one failure.
 *
 * @param {string} name
 * @param {number} exitCode
 * @returns {Promise<Counts>}
 */
export async function readCounts(name, exitCode) {
  /** @type {Counts} */
  let counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  try {
    counts = JSON.parse(await readFile(countsFile(name), 'utf8'));
  } catch {
    // The runner never came to its end: the exit code says so.
  }
  if (exitCode === 0 || counts.failed > 0) return counts;
  return {
    ...counts,
    failed: 1,
    failures: [`${name} ended with exit code ${exitCode}, without a failed test`],
  };
}

/** The sum of the counts of several runs. */
export function sum(/** @type {readonly Counts[]} */ runs) {
  return runs.reduce(
    (total, run) => ({
      passed: total.passed + run.passed,
      failed: total.failed + run.failed,
      skipped: total.skipped + run.skipped,
      failures: [...total.failures, ...run.failures],
    }),
    { passed: 0, failed: 0, skipped: 0, failures: /** @type {readonly string[]} */ ([]) },
  );
}

/** Returns the line that a test run closes with. */
export function closingLine(/** @type {Omit<Counts, 'failures'>} */ { passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
