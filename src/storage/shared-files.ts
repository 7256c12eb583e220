/**
 * Files that belong to a group and to none of its nodes: no container mounts them. In the group's
 * directory they are in a directory of their own, which no node can be called like, and which
 * nobody but the user of rsentinel may enter.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Undo } from '../model/step.js';
import { removeEmpty, Unexpected, unusable } from './filesystem.js';
import { kindOf, makeClosed, readText, replaceFile } from './guarded-files.js';

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
    return (await isThere(directory)) ? await readText(path) : null;
  } catch (error) {
    throw unusable(path, 'read', error);
  }
}

/** @throws RsentinelError DIRECTORY_UNUSABLE */
export async function writeSharedFile(directory: string, file: string, text: string): Promise<Undo> {
  const place = join(directory, SHARED);
  const path = join(place, file);
  try {
    await isThere(directory);
    const made = await makeClosed(place, undefined);
    const before = await readSharedFile(directory, file);
    await replaceFile(path, text, undefined, 'synced');
    return async () => {
      if (before !== null) return replaceFile(path, before, undefined, 'synced');
      await rm(path, { force: true });
      if (made) await removeEmpty(place);
    };
  } catch (error) {
    throw unusable(path, 'written', error);
  }
}

/** Whether there is the directory. @throws Unexpected where something else has its name, as a link to another */
async function isThere(directory: string): Promise<boolean> {
  const kind = await kindOf(join(directory, SHARED));
  if (kind === 'absent' || kind === 'directory') return kind === 'directory';
  throw new Unexpected(`its directory is ${kind === 'link' ? 'a symbolic link' : 'no directory'}`);
}
