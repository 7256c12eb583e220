import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { allDone } from '../../dist/lock/all-done.js';
import { runChild } from './child.mjs';
import { automaticTopologyText } from './group.mjs';
import { CLI, SELDOM } from './settings.mjs';

/**
 * Twelve groups of one file, each with a name of its own: all at once, and one after another.
 *
 * @param {string} prefix
 * @param {string} image
 * @param {string} folder
 * @returns {Promise<import('./rounds.mjs').Contestant>}
 */
export async function twelveGroups(prefix, image, folder) {
  const home = join(folder, prefix);
  await mkdir(home, { recursive: true });
  const file = join(home, 'topology.yaml');
  await writeFile(file, automaticTopologyText(image));
  const names = Array.from({ length: 12 }, (_, index) => `${prefix}-${index + 1}`);
  // On a slow machine twelve at once take longer than what is enough for one.
  const cli = (/** @type {'up' | 'down'} */ command, /** @type {string} */ name) =>
    runChild([process.execPath, CLI, command, '-f', file, '-n', name, '--wait-timeout', '10m']);
  // None is under way any more when the first that failed is told.
  const all = (/** @type {'up' | 'down'} */ command) => allDone(names.map((name) => cli(command, name)));
  const timed = async (/** @type {() => Promise<unknown>} */ work) => {
    const started = performance.now();
    await work();
    const ms = performance.now() - started;
    await all('down');
    await rm(join(home, '.rsentinel'), { recursive: true, force: true });
    return ms;
  };
  return {
    name: 'twelve groups',
    every: SELDOM,
    round: async () => [
      { name: 'twelve at once', ms: await timed(() => all('up')) },
      {
        name: 'twelve one after another',
        ms: await timed(async () => {
          for (const name of names) await cli('up', name);
        }),
      },
    ],
  };
}
