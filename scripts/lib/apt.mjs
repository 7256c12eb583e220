import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError, say } from './log.mjs';
import { runQuietly } from './run.mjs';

/** The path of a program, looked for where root finds its own as well; undefined when it is not there. */
export function findProgram(/** @type {string} */ name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Whether this machine's packages can be installed by us: root, and apt. */
export function canInstall() {
  return process.getuid?.() === 0 && findProgram('apt-get') !== undefined;
}

/**
 * Installs Debian packages, without questions and without what they only recommend.
 *
 * @param {readonly string[]} packages
 * @param {string} why
 */
export async function aptInstall(packages, why) {
  say(`Installing ${packages.join(', ')} with apt-get (${why}).`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];
  try {
    await runQuietly('apt-get', ['update', ...options], { env });
  } catch (error) {
    // One unreachable source is an error to apt, yet the packages may well come from another.
    if (!(error instanceof SetupError)) throw error;
    say('apt-get update reported a failure; trying with the package lists as they are.');
  }
  await runQuietly('apt-get', ['install', '--yes', '--no-install-recommends', ...options, ...packages], {
    env,
  });
}

function isExecutable(/** @type {string} */ path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
