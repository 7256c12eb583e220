/**
 * The directories of a group on this machine: `<directory>/<node>/conf` and `/data`.
 *
 * The conf *directory* is what gets mounted: Redis and Sentinel rewrite their file by a temporary
 * file beside it and a rename, which fails with EBUSY on a file that is mounted by itself.
 */
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DirectoryMounts } from '../driver/driver.js';
import { RsentinelError } from '../errors.js';
import { CONF_FILE } from '../render/conf.js';
import type { NodeKind } from '../spec/group-spec.js';
import { isCode, removeEmpty, unusable } from './filesystem.js';
import { readSharedFile, writeSharedFile } from './shared-files.js';
import type { Owner, Storage, Undo } from './storage.js';

/** Before the pid in the name of a file that is not yet what it will be renamed to. */
export const ASIDE = '.rsentinel-';

/**
 * Where the directories of a node are.
 * @public the bench mounts them as `up` does
 */
export function nodeMounts(directory: string, node: string): DirectoryMounts {
  return { kind: 'directory', conf: join(directory, node, 'conf'), data: join(directory, node, 'data') };
}

function pathOf(directory: string, node: string, file: string): string {
  return join(directory, node, 'conf', file);
}

/** Configuration may hold secrets. */
const CONF_MODE = 0o640;
/** Keys are read by nobody else. */
const PRIVATE_MODE = 0o600;

/** The text of a node's configuration file; null when there is none. */
export function readConf(directory: string, node: string, kind: NodeKind): Promise<string | null> {
  return readText(pathOf(directory, node, CONF_FILE[kind]));
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw unusable(path, 'read', error);
  }
}

export class DirectoryStorage implements Storage {
  readonly #directory: string;
  readonly #owner: () => Promise<Owner>;

  /**
   * @param directory absolute path that holds the nodes' directories
   * @param owner asked for when something is written
   */
  constructor(directory: string, owner: () => Promise<Owner>) {
    this.#directory = directory;
    this.#owner = owner;
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  readConf(node: string, kind: NodeKind): Promise<string | null> {
    return readConf(this.#directory, node, kind);
  }

  /** Makes the group's directory, with those above it that are missing. @throws RsentinelError DIRECTORY_UNUSABLE */
  async prepare() {
    const directory = this.#directory;
    try {
      const first = await mkdir(directory, { recursive: true });
      if (first === undefined) return null;
      const undo = async () => {
        for (let path = directory; path.length >= first.length; path = dirname(path)) await removeEmpty(path);
      };
      return { what: `directory ${directory}`, undo };
    } catch (error) {
      throw unusable(directory, 'written', error);
    }
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  writeConf(node: string, kind: NodeKind, text: string): Promise<Undo> {
    return this.#write(node, CONF_FILE[kind], text, CONF_MODE);
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  readBeside(node: string, file: string): Promise<string | null> {
    return readText(pathOf(this.#directory, node, file));
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  writeBeside(node: string, file: string, text: string): Promise<Undo> {
    return this.#write(node, file, text, PRIVATE_MODE);
  }

  async #write(node: string, file: string, text: string, mode: number): Promise<Undo> {
    const path = pathOf(this.#directory, node, file);
    const owner = await this.#owner();
    let made: readonly string[] = [];
    try {
      made = await makeMounts(this.#directory, node, owner);
      const before = await readText(path);
      await replaceFile(path, text, owner, mode);
      return async () => {
        if (before !== null) return replaceFile(path, before, owner, mode);
        await removeMade(made);
        if (made.length === 0) await rm(path, { force: true });
      };
    } catch (error) {
      await removeMade(made);
      throw error instanceof RsentinelError ? error : unusable(path, 'written', error);
    }
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  readShared(file: string): Promise<string | null> {
    return readSharedFile(this.#directory, file);
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  writeShared(file: string, text: string): Promise<Undo> {
    return writeSharedFile(this.#directory, file, text);
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  async ensureMounts(node: string): Promise<DirectoryMounts> {
    const mounts = nodeMounts(this.#directory, node);
    try {
      await makeMounts(this.#directory, node, await this.#owner());
    } catch (error) {
      throw unusable(mounts.data, 'written', error);
    }
    return mounts;
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  async hasData(node: string): Promise<boolean> {
    const { data } = nodeMounts(this.#directory, node);
    try {
      return (await readdir(data)).length > 0;
    } catch (error) {
      if (isCode(error, 'ENOENT')) return false;
      throw unusable(data, 'read', error);
    }
  }

  async close(): Promise<void> {}
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

/** Written aside and renamed: a file that a killed `up` leaves behind is whole. */
async function replaceFile(path: string, text: string, owner: Owner, mode: number): Promise<void> {
  const aside = `${path}${ASIDE}${process.pid}`;
  await writeFile(aside, text, { mode });
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
