import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { connect } from '../../scripts/lib/docker.mjs';
import { ensureEngine } from '../../scripts/lib/engine.mjs';
import { ensureImage } from '../../scripts/lib/image.mjs';
import { interruption } from '../../scripts/lib/interrupt.mjs';
import { removeLeftovers } from '../../scripts/lib/leftovers.mjs';
import { SetupError, say } from '../../scripts/lib/log.mjs';
import { CACHE, ROOT } from '../../scripts/lib/paths.mjs';
import { freeAddresses } from './addresses.mjs';
import { findCompose } from './compose.mjs';
import { contestants } from './contestants.mjs';
import { describeMachine } from './machine.mjs';
import { reportText } from './report.mjs';
import { runRounds } from './rounds.mjs';

const RAW = join(CACHE, 'bench.json');

/** Kills of the master in one round: seven rounds are 35 of each kind. */
const KILLS = 5;

/**
 * @typedef {object} Options
 * @property {number} rounds
 * @property {string} only Part of the names of those that are measured; empty: all.
 * @property {boolean} quick Without a round that warms caches up, and with one kill of each kind.
 */

/**
 * Measures, prints the table on stdout and leaves the machine as it was found: the engine is stopped if
 * this started it, and nothing that was measured remains.
 *
 * @param {Options} options
 */
export async function bench(options) {
  const engine = await ensureEngine();
  try {
    await benchOnEngine(options);
  } finally {
    await engine.release();
  }
}

/** @param {Options} options */
async function benchOnEngine({ rounds, only, quick }) {
  const docker = connect();
  const image = await ensureImage(docker);
  const compose = await findCompose();
  const machine = await describeMachine(docker, image, compose.found ? compose.version : undefined);
  const run = randomBytes(3).toString('hex');
  const folder = await mkdtemp(join(tmpdir(), 'rsentinel-bench-'));
  /** @type {readonly import('./rounds.mjs').Contestant[]} */
  let field = [];
  try {
    const addresses = await freeAddresses(docker);
    const all = await contestants({ run, folder, image, addresses, compose, kills: quick ? 1 : KILLS });
    field = all.filter(({ name }) => name.includes(only));
    if (field.length === 0) {
      const names = all.map(({ name }) => name).join(', ');
      throw new SetupError(`Nobody's name has ${only} in it.`, { hint: `There are: ${names}.` });
    }
    const samples = await runRounds(field, { rounds, isWarm: !quick });
    const aside = compose.found ? [] : [`docker compose was not measured: ${compose.reason}`];
    process.stdout.write(reportText({ rounds, machine, samples, aside }));
    await mkdir(CACHE, { recursive: true });
    await writeFile(
      RAW,
      `${JSON.stringify({ rounds, machine, ms: Object.fromEntries(samples) }, null, 2)}\n`,
    );
    say(`All samples, in milliseconds: ${relative(ROOT, RAW)}`);
  } finally {
    // What an interrupted round has left; after a whole one there is nothing.
    const removed = await removeLeftovers(docker, run);
    if (removed > 0) say(`Removed what the bench had left: ${removed} containers or networks.`);
    await rm(folder, { recursive: true, force: true });
    for (const contestant of field) await contestant.cleanUp?.();
    interruption.throwIfAborted();
  }
}
