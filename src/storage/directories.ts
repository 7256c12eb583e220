/**
 * The directories of a group on this machine: `<directory>/<node>/conf` and `/data`.
 *
 * The conf *directory* is what gets mounted: Redis and Sentinel rewrite their file by a temporary
 * file beside it and a rename, which fails with EBUSY on a file that is mounted by itself.
 */
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NodeMounts } from '../driver/driver.js';
import { RsentinelError } from '../errors.js';
import { CONF_FILE } from '../render/conf.js';
import type { NodeKind } from '../spec/group-spec.js';
import { isCode, removeEmpty, unusable } from './filesystem.js';

/** The user that the nodes run as: files belong to it, so that Redis can rewrite them. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Before the pid in the name of a file that is not yet what it will be renamed to. */
export const ASIDE = '.rsentinel-';

/** Takes back what a write has changed. */
export type Undo = () => Promise<void>;

/**
 * Where the directories of a node are.
 * @public the bench mounts them as `up` does
 */
export function nodeMounts(directory: string, node: string): NodeMounts {
  return { conf: join(directory, node, 'conf'), data: join(directory, node, 'data') };
}

function confPath(directory: string, node: string, kind: NodeKind): string {
  return join(directory, node, 'conf', CONF_FILE[kind]);
}

/** The text of a node's configuration file; null when there is none. */
export async function readConf(directory: string, node: string, kind: NodeKind): Promise<string | null> {
  const path = confPath(directory, node, kind);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw unusable(path, 'read', error);
  }
}

/**
 * Makes a group's directory, with those above it that are missing.
 * @returns how to take it back, once it is empty again; null: it was there
 * @throws RsentinelError DIRECTORY_UNUSABLE
 */
export async function makeDirectory(directory: string): Promise<Undo | null> {
  try {
    const first = await mkdir(directory, { recursive: true });
    if (first === undefined) return null;
    return async () => {
      for (let path = directory; path.length >= first.length; path = dirname(path)) await removeEmpty(path);
    };
  } catch (error) {
    throw unusable(directory, 'written', error);
  }
}

/**
 * Makes the directories of a node that are missing, each owned by `owner`.
 * @returns what was made; nothing stays when it throws
 */
async function makeMounts(directory: string, node: string, owner: Owner): Promise<readonly string[]> {
  const mounts = nodeMounts(directory, node);
  const made: string[] = [];
  try {
    for (const wanted of [mounts.conf, mounts.data]) {
      const first = await mkdir(wanted, { recursive: true });
      if (first === undefined) continue;
      for (let path = wanted; path.length >= first.length; path = dirname(path)) {
        made.push(path);
        await own(path, owner);
      }
    }
    return made;
  } catch (error) {
    await removeMade(made);
    throw error;
  }
}

/**
 * What a container of the node needs to be there: somebody may have removed the data.
 * @throws RsentinelError DIRECTORY_UNUSABLE
 */
export async function ensureMounts(directory: string, node: string, owner: Owner): Promise<NodeMounts> {
  const mounts = nodeMounts(directory, node);
  try {
    await makeMounts(directory, node, owner);
  } catch (error) {
    throw unusable(mounts.data, 'written', error);
  }
  return mounts;
}

/**
 * Makes a node's directories in that of its group, and writes its configuration file, each owned by `owner`.
 * @returns how to take it back: the former text, or nothing of what was not there before
 * @throws RsentinelError DIRECTORY_UNUSABLE
 */
export async function writeConf(
  directory: string,
  node: string,
  kind: NodeKind,
  text: string,
  owner: Owner,
): Promise<Undo> {
  const path = confPath(directory, node, kind);
  let made: readonly string[] = [];
  try {
    made = await makeMounts(directory, node, owner);
    const before = await readConf(directory, node, kind);
    await replaceFile(path, text, owner);
    return async () => {
      if (before !== null) return replaceFile(path, before, owner);
      await removeMade(made);
      if (made.length === 0) await rm(path, { force: true });
    };
  } catch (error) {
    await removeMade(made);
    throw error instanceof RsentinelError ? error : unusable(path, 'written', error);
  }
}

/** Written aside and renamed: a file that a killed `up` leaves behind is whole. */
async function replaceFile(path: string, text: string, owner: Owner): Promise<void> {
  const aside = `${path}${ASIDE}${process.pid}`;
  await writeFile(aside, text, { mode: 0o640 });
  await own(aside, owner);
  await rename(aside, path);
}

async function own(path: string, owner: Owner): Promise<void> {
  const { uid, gid } = await stat(path);
  if (uid !== owner.uid || gid !== owner.gid) await chown(path, owner.uid, owner.gid);
}

/** With what the node has put there. */
async function removeMade(made: readonly string[]): Promise<void> {
  for (const path of made) await rm(path, { recursive: true, force: true });
}
