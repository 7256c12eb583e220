import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { interruption } from '../../scripts/lib/interrupt.mjs';
import { say } from '../../scripts/lib/log.mjs';
import { ensureMmdebstrap } from '../../scripts/lib/mmdebstrap.mjs';
import { CACHE, ROOT } from '../../scripts/lib/paths.mjs';
import { runQuietly } from '../../scripts/lib/run.mjs';
import { runChild } from './child.mjs';

/**
 * @typedef {{ found: true, command: readonly [string, ...string[]], version: string }} Found
 * @typedef {Found | { found: false, reason: string }} Compose
 */

/** Debian's package of docker compose 2, taken apart; it runs on older releases too. */
const DEBIAN = {
  suite: 'trixie',
  package: 'docker-compose',
  path: 'usr/libexec/docker/cli-plugins/docker-compose',
};

const KEPT = join(CACHE, 'compose', 'docker-compose');

/**
 * docker compose 2: the machine's own, or Debian's, which is unpacked into the cache and not installed.
 *
 * @returns {Promise<Compose>}
 */
export async function findCompose() {
  for (const command of /** @type {const} */ ([['docker', 'compose'], ['docker-compose'], [KEPT]])) {
    const found = await check(command);
    if (found !== undefined) return found;
  }
  try {
    await unpack();
  } catch (error) {
    interruption.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    say(`docker compose 2 cannot be had, so it is left out: ${reason}`);
    return { found: false, reason };
  }
  return (await check([KEPT])) ?? { found: false, reason: 'the one from Debian does not run here' };
}

/**
 * @param {readonly [string, ...string[]]} command
 * @returns {Promise<Found | undefined>}
 */
async function check(command) {
  try {
    const { stdout } = await runChild([...command, 'version', '--short']);
    const version = stdout.trim().replace(/^v/, '');
    return Number.parseInt(version, 10) >= 2 ? { found: true, command, version } : undefined;
  } catch {
    interruption.throwIfAborted();
    return undefined;
  }
}

async function unpack() {
  await ensureMmdebstrap({
    missing: 'docker compose 2 is not installed, and mmdebstrap, which would unpack it, cannot be.',
    hint: 'https://docs.docker.com/compose/install/linux/',
  });
  say(`Unpacking Debian's docker-compose to ${relative(ROOT, KEPT)} (kept as a cache, not installed).`);
  const folder = await mkdtemp(join(tmpdir(), 'rsentinel-compose-'));
  try {
    const root = join(folder, 'root');
    await runQuietly('mmdebstrap', ['--variant=extract', `--include=${DEBIAN.package}`, DEBIAN.suite, root]);
    await mkdir(join(KEPT, '..'), { recursive: true });
    await copyFile(join(root, DEBIAN.path), KEPT);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
