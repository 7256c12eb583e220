/**
 * A `.gitignore` in a group's directory: passwords, private keys and data lie there, often in the folder of a project. git reads
 * it, and npm does where there is no `.npmignore` beside it.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { kindOf, readText, replaceFile } from './guarded-files.js';

export const IGNORE_FILE = '.gitignore';
const TEXT = `# Written by rsentinel: passwords, private keys and data are in here.
*
`;

/** Returns whether the directory has such a file, of whomever, or is not there. */
export async function isIgnored(directory: string): Promise<boolean> {
  if ((await kindOf(directory)) === 'absent') return true;
  return (await kindOf(join(directory, IGNORE_FILE))) !== 'absent';
}

/** Writes the file unless there is one: a user's own is not touched. @returns whether it was written */
export async function writeIgnoreFile(directory: string): Promise<boolean> {
  if (await isIgnored(directory)) return false;
  await replaceFile(join(directory, IGNORE_FILE), TEXT, undefined);
  return true;
}

/** Removes the file where it is ours. */
export async function removeIgnoreFile(directory: string): Promise<void> {
  const path = join(directory, IGNORE_FILE);
  if ((await readText(path).catch(() => null)) === TEXT) await rm(path, { force: true });
}
