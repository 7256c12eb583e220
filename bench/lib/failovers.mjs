import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { automaticTopologyText } from './group.mjs';
import { CLI } from './settings.mjs';

/** What the file says, by the name of the contestant. */
const TIMINGS = {
  normal: 'sentinel: {down-after-milliseconds: 1000, failover-timeout: 10000}',
  fast: 'timing: fast',
};

/**
 * How long a client that goes through the sentinels cannot write after its master was killed.
 *
 * @param {object} setting
 * @param {keyof typeof TIMINGS} setting.timing
 * @param {string} setting.group
 * @param {string} setting.image
 * @param {number} setting.kills Of the master in one round.
 * @param {string} folder
 * @returns {Promise<import('./rounds.mjs').Contestant>}
 */
export async function failovers({ timing, group, image, kills }, folder) {
  const home = join(folder, group);
  await mkdir(home, { recursive: true });
  const file = join(home, 'topology.yaml');
  await writeFile(file, `name: ${group}\n${automaticTopologyText(image)}${TIMINGS[timing]}\n`);
  const cli = (/** @type {string} */ command, /** @type {readonly string[]} */ ...words) =>
    runChild([process.execPath, CLI, command, '-f', file, '-q', ...words], { env: { RSENTINEL_NAME: '' } });
  return {
    name: `failovers ${timing}`,
    every: 1,
    round: async () => {
      await cli('up');
      const drill = await cli('drill', '--rounds', String(kills), '--format', 'json');
      await cli('down', '--volumes');
      await rm(join(home, '.rsentinel'), { recursive: true, force: true });
      /** @type {Pick<import('../../dist/index.js').DrillReport, 'rounds'>} */
      const { rounds } = JSON.parse(drill.stdout);
      return rounds.flatMap((round) => [
        { name: `without writes, ${timing}`, ms: round.writes.gap.ms },
        {
          name: `promoted, ${timing}`,
          ms: round.steps.find(({ name }) => name === 'promoted')?.to ?? Number.NaN,
        },
        {
          name: `aborts, ${timing}`,
          ms: round.events.filter(({ type }) => type.startsWith('-failover-abort')).length,
        },
      ]);
    },
  };
}
