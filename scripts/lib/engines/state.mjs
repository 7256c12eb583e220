import { readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { commandLine, readPid } from '../processes.mjs';

/** How the directories of the laboratory's machines begin. */
export const STATE_PREFIX = 'rsentinel-engine-';

const CGROUPS = '/sys/fs/cgroup';

/**
 * Removes what machines left that are no more: a machine ends with whoever started it, but its directory
 * and its empty cgroups stay when that one was killed. Machines of others that run are left alone.
 *
 * @returns {Promise<number>} how many they were
 */
export async function sweepMachines() {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(STATE_PREFIX));
  let swept = 0;
  for (const state of names.map((name) => join(tmpdir(), name))) {
    const pid = await readPid(join(state, 'machine.pid'));
    if (pid !== undefined && (await commandLine(pid))?.includes(state)) continue;
    await removeState(state);
    swept += 1;
  }
  return swept;
}

/** Removes what a machine that is off has left: its directory, its cgroups. */
export async function removeState(/** @type {string} */ state) {
  // The kernel takes its mounts away a moment after its last process.
  await rm(state, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  const parent = cgroupParent(state);
  const hierarchies = ['.', ...(await readdir(CGROUPS).catch(() => []))];
  for (const hierarchy of hierarchies) await removeCgroup(join(CGROUPS, hierarchy, parent));
}

/** The cgroup that the containers of a machine's engine are in. */
export function cgroupParent(/** @type {string} */ state) {
  return `/${basename(state)}`;
}

/** A cgroup is removed as an empty directory, its files notwithstanding. */
async function removeCgroup(/** @type {string} */ folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeCgroup(join(folder, entry.name));
  await rmdir(folder).catch(() => {});
}
