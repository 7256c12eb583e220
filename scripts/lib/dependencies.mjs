import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from './log.mjs';
import { ROOT } from './paths.mjs';
import { runNpm } from './run.mjs';

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} Lockfile
 */

/** Installs the dependencies with `npm ci` when they are missing or not what package-lock.json names. */
export async function ensureDependencies() {
  const locked = await readLockfile(join(ROOT, 'package-lock.json'));
  // npm writes this file at the end of an install: after one that was cut off it is not there.
  const installed = await readLockfile(join(ROOT, 'node_modules', '.package-lock.json'));
  const reason = whyInstall(locked, installed);
  if (reason === undefined) return;
  say(`Installing the dependencies with npm ci (${reason}).`);
  // NODE_ENV=production would leave out what builds and tests the project.
  await runNpm(['ci', '--include=dev', '--no-audit', '--no-fund']);
}

/**
 * Says why what is installed is not what is locked; undefined when it is.
 *
 * @param {Lockfile | undefined} locked
 * @param {Lockfile | undefined} installed
 * @returns {string | undefined}
 */
export function whyInstall(locked, installed) {
  if (installed === undefined) return 'none are installed';
  for (const [path, wanted] of Object.entries(locked?.packages ?? {})) {
    if (path === '') continue;
    const found = installed.packages?.[path];
    const name = path.replace(/^.*node_modules\//, '');
    if (found === undefined) {
      // Packages for other platforms are locked too, but never installed here.
      if (wanted.optional || wanted.devOptional) continue;
      return `${name} is missing`;
    }
    if (found.version !== wanted.version) return `${name} is ${found.version}, not ${wanted.version}`;
  }
  return undefined;
}

/**
 * @param {string} path
 * @returns {Promise<Lockfile | undefined>}
 */
async function readLockfile(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined; // missing or cut off: to be installed anew
  }
}
