/**
 * Files that belong to a group and to none of its nodes: no container mounts them. In the group's
 * directory they are in a directory of their own, which no node can be called like, and which
 * nobody but the user of rsentinel may enter.
 */
import { chmod, lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isCode, removeEmpty, unusable } from './filesystem.js';
import type { Undo } from './storage.js';

/** Also what stands for it where volumes are told apart by their node: no node has a dot in its name. */
export const SHARED = '.access';

/** Where a file is. */
export function sharedPath(directory: string, file: string): string {
  return join(directory, SHARED, file);
}

/** @returns null: there is none. @throws RsentinelError DIRECTORY_UNUSABLE */
export async function readSharedFile(directory: string, file: string): Promise<string | null> {
  const path = sharedPath(directory, file);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return null;
    throw unusable(path, 'read', error);
  }
}

/** @throws RsentinelError DIRECTORY_UNUSABLE */
export async function writeSharedFile(directory: string, file: string, text: string): Promise<Undo> {
  const place = join(directory, SHARED);
  const path = join(place, file);
  try {
    const made = await mkdir(place, { recursive: true, mode: 0o700 });
    if (!(await lstat(place)).isDirectory()) throw new Error('it is not a directory');
    await chmod(place, 0o700);
    const before = await readSharedFile(directory, file);
    await replace(path, text);
    return async () => {
      if (before !== null) return replace(path, before);
      await rm(path, { force: true });
      if (made !== undefined) await removeEmpty(place);
    };
  } catch (error) {
    throw unusable(path, 'written', error);
  }
}

/** Written aside and renamed, so that it is whole at any moment. */
async function replace(path: string, text: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  await rm(aside, { force: true });
  const file = await open(aside, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
}
