import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { automaticTopologyText } from './group.mjs';
import { CLI } from './settings.mjs';

/** Kills of the master in one round of the bench: seven rounds are 35 of each kind. */
const KILLS = 5;

/** What the file says, by the name of the contestant. */
const TIMINGS = {
  normal: 'sentinel: {down-after-milliseconds: 1000, failover-timeout: 10000}',
  fast: 'timing: fast',
};

/**
 * How long a client that goes through the sentinels cannot write after its master was killed.
 *
 * @param {keyof typeof TIMINGS} timing
 * @param {string} group
 * @param {string} image
 * @param {string} folder
 * @returns {Promise<import('./rounds.mjs').Contestant>}
 */
export async function failovers(timing, group, image, folder) {
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
      const drill = await cli('drill', '--rounds', String(KILLS), '--format', 'json');
      await cli('down', '--volumes');
      await rm(join(home, '.rsentinel'), { recursive: true, force: true });
      const { rounds } = JSON.parse(drill.stdout);
      return rounds.flatMap((/** @type {import('../../dist/index.js').DrillRound} */ round) => [
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
