/**
 * The directories of a group on this machine: `<directory>/<node>/conf` and `/data`.
 *
 * The conf *directory* is what gets mounted: Redis and Sentinel rewrite their file by a temporary
 * file beside it and a rename, which fails with EBUSY on a file that is mounted by itself.
 */

import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CONF_FILE } from '../config/conf.js';
import { RsentinelError } from '../errors.js';
import type { DirectoryMounts, Owner } from '../model/files.js';
import type { NodeKind } from '../model/group-spec.js';
import type { Undo } from '../model/step.js';
import { asideSuffix } from './data/aside.js';
import type { DataReader } from './data/inspect-data.js';
import { removeEmpty, unusable } from './filesystem.js';
import { kindOf, readBytes, readText, replaceFile, statPlain } from './guarded-files.js';
import { IGNORE_FILE, isIgnored, removeIgnoreFile, writeIgnoreFile } from './ignore-file.js';
import { checkPlaces, makePlaces, nodeMounts, removeUnfinishedIn } from './node-places.js';
import { readSharedFile, writeSharedFile } from './shared-files.js';
import type { Storage } from './storage.js';

function pathOf(directory: string, node: string, file: string): string {
  return join(directory, node, 'conf', file);
}

/** The text of a node's configuration file; null when there is none. @throws RsentinelError DIRECTORY_UNUSABLE */
export function readConf(directory: string, node: string, kind: NodeKind): Promise<string | null> {
  return readFrom(directory, node, CONF_FILE[kind]);
}

/** @throws RsentinelError DIRECTORY_UNUSABLE */
async function readFrom(directory: string, node: string, file: string): Promise<string | null> {
  const path = pathOf(directory, node, file);
  try {
    await checkPlaces(directory, node);
    return await readText(path);
  } catch (error) {
    throw error instanceof RsentinelError ? error : unusable(path, 'read', error);
  }
}

export class DirectoryStorage implements Storage {
  readonly #directory: string;
  readonly #owner: () => Promise<Owner>;
  readonly #dataNames: (node: string) => readonly string[];

  /**
   * @param directory absolute path that holds the nodes' directories
   * @param owner asked for when something is written
   * @param dataNames what the topology calls what a node writes into its data
   */
  constructor(
    directory: string,
    owner: () => Promise<Owner>,
    dataNames: (node: string) => readonly string[] = () => [],
  ) {
    this.#directory = directory;
    this.#owner = owner;
    this.#dataNames = dataNames;
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  readConf(node: string, kind: NodeKind): Promise<string | null> {
    return readConf(this.#directory, node, kind);
  }

  /**
   * Makes the group's directory, with those above it that are missing, and keeps git and npm out of it.
   * @throws RsentinelError DIRECTORY_UNUSABLE
   */
  async prepare() {
    const directory = this.#directory;
    await removeUnfinishedIn(directory);
    try {
      const first = await mkdir(directory, { recursive: true });
      const isWritten = await writeIgnoreFile(directory);
      if (first === undefined) {
        if (!isWritten) return null;
        return { what: `${IGNORE_FILE} of ${directory}`, undo: () => removeIgnoreFile(directory) };
      }
      const undo = async () => {
        await removeIgnoreFile(directory);
        for (let path = directory; path.length >= first.length; path = dirname(path)) await removeEmpty(path);
      };
      return { what: `directory ${directory}`, undo };
    } catch (error) {
      throw unusable(directory, 'written', error);
    }
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  writeConf(node: string, kind: NodeKind, text: string): Promise<Undo> {
    return this.#write(node, CONF_FILE[kind], text);
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  readBeside(node: string, file: string): Promise<string | null> {
    return readFrom(this.#directory, node, file);
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  writeBeside(node: string, file: string, text: string): Promise<Undo> {
    return this.#write(node, file, text);
  }

  async #write(node: string, file: string, text: string): Promise<Undo> {
    const path = pathOf(this.#directory, node, file);
    const owner = await this.#owner();
    const made: string[] = [];
    try {
      await makePlaces(this.#directory, node, owner, this.#dataNames(node), made);
      const before = await readText(path);
      await replaceFile(path, text, owner);
      return async () => {
        if (before !== null) return replaceFile(path, before, owner);
        await removeMade(made, nodeMounts(this.#directory, node));
        if (made.length === 0) await rm(path, { force: true });
      };
    } catch (error) {
      await removeMade(made, nodeMounts(this.#directory, node));
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
    const made: string[] = [];
    try {
      await makePlaces(this.#directory, node, await this.#owner(), this.#dataNames(node), made);
      return mounts;
    } catch (error) {
      await removeMade(made, nodeMounts(this.#directory, node));
      throw error instanceof RsentinelError ? error : unusable(mounts.data, 'written', error);
    }
  }

  data(node: string): DataReader {
    const { data } = nodeMounts(this.#directory, node);
    /** @throws RsentinelError DIRECTORY_UNUSABLE */
    const reading = async <T>(path: string, work: (path: string) => Promise<T>): Promise<T> => {
      try {
        await checkPlaces(this.#directory, node);
        return await work(join(data, path));
      } catch (error) {
        throw error instanceof RsentinelError ? error : unusable(join(data, path), 'read', error);
      }
    };
    return {
      stat: (path) => reading(path, statPlain),
      read: (path, offset, length) => reading(path, (whole) => readBytes(whole, offset, length)),
    };
  }

  /** @throws RsentinelError DIRECTORY_UNUSABLE */
  async setDataAside(node: string, files: readonly string[]) {
    const { data } = nodeMounts(this.#directory, node);
    const suffix = asideSuffix(new Date());
    const names = files.map((file) => file + suffix);
    const move = async (from: string, to: string): Promise<void> => {
      const [source, target] = [join(data, from), join(data, to)];
      try {
        await checkPlaces(this.#directory, node);
        // A server that was started meanwhile has made a file of its own there.
        if ((await kindOf(target)) === 'absent') await rename(source, target);
      } catch (error) {
        throw error instanceof RsentinelError ? error : unusable(source, 'written', error);
      }
    };
    for (const file of files) await move(file, file + suffix);
    const undo = async (): Promise<void> => {
      for (const file of files) await move(file + suffix, file);
    };
    return { names, undo };
  }

  isIgnored(): Promise<boolean> {
    return isIgnored(this.#directory);
  }

  async close(): Promise<void> {}
}

/** Of the node's own places with what it has put there; of what is above them, where others may be, what is empty. */
async function removeMade(made: readonly string[], { conf, data }: DirectoryMounts): Promise<void> {
  for (const path of made) {
    if (path === conf || path === data) await rm(path, { recursive: true, force: true });
    else await removeEmpty(path);
  }
}
