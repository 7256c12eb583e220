import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { build } from './build.mjs';
import { closingLine, countsFile, forgetCounts, readCounts } from './counts.mjs';
import { connect } from './docker.mjs';
import { ensureEngine } from './engine.mjs';
import { interruption } from './interrupt.mjs';
import { removeLeftovers } from './leftovers.mjs';
import { say } from './log.mjs';
import { ROOT } from './paths.mjs';
import { runForeground } from './run.mjs';

/**
 * @typedef {object} TestRun
 * @property {string} name Of the file that keeps its counts.
 * @property {readonly string[]} projects Of vitest.config.ts.
 * @property {readonly string[]} args Handed on to vitest.
 * @property {(docker: import('dockerode')) => Promise<NodeJS.ProcessEnv>} images Sees to the images and
 *   tells the tests about them by environment.
 */

/**
 * Builds, sees to an engine and images, runs vitest on them, prints the closing line and leaves the
 * machine's engine as it was found: what was started is stopped, what the tests left is removed.
 *
 * @param {TestRun} test
 * @returns {Promise<number>} The exit code.
 */
export async function runTests(test) {
  await build();
  await forgetCounts(test.name);
  const engine = await ensureEngine();
  const exitCode = await testOnEngine(test).finally(() => engine.release());
  process.stdout.write(`${closingLine(await readCounts(test.name, exitCode))}\n`);
  return exitCode;
}

/**
 * The same for tests that need neither an engine nor what is built.
 *
 * @param {Omit<TestRun, 'images'> & { readonly env: NodeJS.ProcessEnv }} test
 * @returns {Promise<number>} The exit code.
 */
export async function runTestsAlone(test) {
  await forgetCounts(test.name);
  const exitCode = await runVitest(test, test.env);
  process.stdout.write(`${closingLine(await readCounts(test.name, exitCode))}\n`);
  return exitCode;
}

/** @param {TestRun} test */
async function testOnEngine(test) {
  const docker = connect();
  const env = await test.images(docker);
  const run = randomBytes(3).toString('hex');
  try {
    return await runVitest(test, { ...env, RSENTINEL_TEST_RUN: run });
  } finally {
    const removed = await removeLeftovers(docker, run);
    if (removed > 0) say(`Removed what the tests had left: ${removed} containers, networks or volumes.`);
    interruption.throwIfAborted();
  }
}

/**
 * @param {Omit<TestRun, 'images'>} test
 * @param {NodeJS.ProcessEnv} env
 */
function runVitest({ name, projects, args }, env) {
  say(`Running the tests with vitest (${projects.join(', ')}).`);
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const selected = projects.flatMap((project) => ['--project', project]);
  return runForeground(process.execPath, [vitest, 'run', ...selected, ...args], {
    env: { ...env, RSENTINEL_TEST_COUNTS: countsFile(name) },
  });
}
