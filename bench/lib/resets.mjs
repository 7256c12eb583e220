import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { automaticTopologyText } from './group.mjs';
import { CLI } from './settings.mjs';

/**
 * What stands between two tests: `reset`, against `down --volumes` and `up`; after a test that broke nothing,
 * and after one that has made a replica the master.
 *
 * @param {string} group
 * @param {string} image
 * @param {string} folder
 * @returns {Promise<import('./rounds.mjs').Contestant>}
 */
export async function resets(group, image, folder) {
  const home = join(folder, group);
  await mkdir(home, { recursive: true });
  const file = join(home, 'topology.yaml');
  await writeFile(file, automaticTopologyText(image));
  const cli = (/** @type {string[]} */ ...words) =>
    runChild([process.execPath, CLI, ...words, '-f', file, '-n', group]);
  const anew = async () => (await cli('down', '--volumes')).ms + (await cli('up')).ms;
  const breakIt = () => cli('failover', '--to', 'redis-2');
  return {
    name: 'rsentinel reset',
    every: 1,
    round: async () => {
      await cli('up');
      const samples = [
        { name: 'reset, nothing broken', ms: (await cli('reset')).ms },
        { name: 'down and up, nothing broken', ms: await anew() },
      ];
      await breakIt();
      samples.push({ name: 'reset after a failover', ms: (await cli('reset')).ms });
      await breakIt();
      samples.push({ name: 'down and up after a failover', ms: await anew() });
      await cli('down', '--volumes');
      return samples;
    },
  };
}
