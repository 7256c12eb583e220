import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { groupPrefix } from '../../scripts/lib/leftovers.mjs';
import { SetupError } from '../../scripts/lib/log.mjs';
import { runChild } from './child.mjs';
import { untilComposeReady } from './compose-ready.mjs';
import { failovers } from './failovers.mjs';
import { describeGroup, topologyText } from './group.mjs';
import { resets } from './resets.mjs';
import { CLI, SELDOM } from './settings.mjs';
import { twelveGroups } from './twelve.mjs';

/** @typedef {import('./rounds.mjs').Contestant} Contestant */
/** @typedef {import('./group.mjs').Asked} Asked */

const BARE = fileURLToPath(new URL('../bare-engine.mjs', import.meta.url));
/** The hand-written file, and what somebody adds to it who knows why it is slow. */
const COMPOSE_FILES = ['compose.yaml', 'compose.tuned.yaml'].map((name) =>
  fileURLToPath(new URL(`../${name}`, import.meta.url)),
);

/**
 * Everyone who takes part.
 *
 * @param {object} setting
 * @param {string} setting.run Tells what this run has made from anybody else's.
 * @param {string} setting.folder For files; removed at the end.
 * @param {string} setting.image
 * @param {import('./addresses.mjs').Addresses} setting.addresses
 * @param {import('./compose.mjs').Compose} setting.compose
 * @param {number} setting.kills Of the master in one round.
 * @returns {Promise<readonly Contestant[]>}
 */
export async function contestants({ run, folder, image, addresses, compose, kills }) {
  const prefix = groupPrefix(run);
  const { port } = addresses;
  const field = [
    await rsentinel({ kind: 'loopback', group: `${prefix}loopback`, image, port }, folder),
    await bareEngine({ kind: 'loopback', group: `${prefix}bare-loopback`, image, port }, folder),
    await rsentinel({ kind: 'bridge', group: `${prefix}bridge`, image, port }, folder),
    await bareEngine({ kind: 'bridge', group: `${prefix}bare-bridge`, image, port }, folder),
    await rsentinel({ kind: 'large', group: `${prefix}large`, image, port }, folder),
    await bareEngine({ kind: 'large', group: `${prefix}bare-large`, image, port }, folder),
    await failovers({ timing: 'normal', group: `${prefix}failovers-normal`, image, kills }, folder),
    await failovers({ timing: 'fast', group: `${prefix}failovers-fast`, image, kills }, folder),
    await resets(`${prefix}reset`, image, folder),
    await twelveGroups(`${prefix}of-twelve`, image, folder),
  ];
  if (!compose.found) return field;
  const rival = { command: compose.command, image, addresses };
  return [
    ...field,
    handWritten('compose', COMPOSE_FILES.slice(0, 1), { ...rival, project: `${prefix}compose` }),
    handWritten('tuned compose', COMPOSE_FILES, { ...rival, project: `${prefix}tuned` }),
  ];
}

/**
 * The command line, as a user runs it; in loopback mode also `up` on the group that is there already.
 *
 * @param {Asked} asked
 * @param {string} folder
 * @returns {Promise<Contestant>}
 */
async function rsentinel(asked, folder) {
  const { kind, group } = asked;
  const home = join(folder, group);
  await mkdir(home, { recursive: true });
  const file = join(home, 'topology.yaml');
  await writeFile(file, topologyText(asked));
  // A name in the environment would win over the file's.
  const env = { RSENTINEL_NAME: '' };
  const cli = (/** @type {string} */ command) =>
    runChild([process.execPath, CLI, command, '-f', file], { env });
  return {
    name: `rsentinel ${kind}`,
    every: kind === 'large' ? SELDOM : 1,
    round: async () => {
      const up = await cli('up');
      const within = readyMs(up.stderr);
      const samples = [
        { name: `rsentinel ${kind} up`, ms: up.ms },
        { name: `rsentinel ${kind} up, process apart`, ms: within },
      ];
      if (kind === 'loopback') {
        samples.push({ name: 'rsentinel up, nothing to do', ms: (await cli('up')).ms });
        samples.push({ name: 'node -e 0', ms: (await runChild([process.execPath, '-e', '0'])).ms });
      }
      samples.push({ name: `rsentinel ${kind} down`, ms: (await cli('down')).ms });
      await rm(join(home, '.rsentinel'), { recursive: true, force: true });
      return samples;
    },
  };
}

/** What `up` says it took, from `proved ready (979 ms)`. */
function readyMs(/** @type {string} */ stderr) {
  const [, number, unit] = /proved ready \(([\d.]+) (ms|s)\)/.exec(stderr) ?? [];
  if (number === undefined)
    throw new SetupError('rsentinel up did not say that the group is ready.', { output: stderr });
  return Number(number) * (unit === 's' ? 1000 : 1);
}

/**
 * The same containers with nobody waiting for Redis: what no tool on this engine can be faster than.
 *
 * @param {Asked} asked
 * @param {string} folder
 * @returns {Promise<Contestant>}
 */
async function bareEngine(asked, folder) {
  const { kind, group } = asked;
  const home = join(folder, group);
  const directory = join(home, 'nodes');
  await mkdir(home, { recursive: true });
  const file = join(home, 'group.json');
  await writeFile(file, JSON.stringify(await describeGroup({ ...asked, directory })));
  const bare = (/** @type {string} */ command) => runChild([process.execPath, BARE, command, file]);
  return {
    name: `bare engine ${kind}`,
    every: kind === 'large' ? SELDOM : 1,
    round: async () => {
      const up = await bare('up');
      const down = await bare('down');
      await rm(directory, { recursive: true, force: true });
      return [
        { name: `bare engine ${kind} up`, ms: up.ms },
        { name: `bare engine ${kind} up, process apart`, ms: Number(up.stdout) },
        { name: `bare engine ${kind} down`, ms: down.ms },
      ];
    },
  };
}

/**
 * A compose group, waited for until it is as ready as one of rsentinel.
 *
 * @param {string} name
 * @param {readonly string[]} files
 * @param {object} rival
 * @param {readonly [string, ...string[]]} rival.command
 * @param {string} rival.project
 * @param {string} rival.image
 * @param {import('./addresses.mjs').Addresses} rival.addresses
 * @returns {Contestant}
 */
function handWritten(name, files, { command, project, image, addresses }) {
  const chosen = files.flatMap((file) => ['-f', file]);
  const env = { BENCH_IMAGE: image, BENCH_NET: addresses.composeNet };
  const compose = (/** @type {readonly string[]} */ args, always = false) =>
    runChild([...command, '-p', project, ...chosen, ...args], { env, always });
  return {
    name,
    every: 1,
    round: async () => {
      const up = await compose(['up', '-d', '--wait']);
      const waited = await untilComposeReady(image, addresses);
      const down = await compose(['down', '--volumes']);
      return [
        { name: `${name} up --wait`, ms: up.ms },
        { name: `${name} up --wait, then ready`, ms: up.ms + waited },
        { name: `${name} down`, ms: down.ms },
      ];
    },
    cleanUp: async () => {
      await compose(['down', '--volumes', '--timeout', '1'], true);
    },
  };
}
