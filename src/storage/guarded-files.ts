/**
 * Files and directories where others may write: a node's processes own its directories, and whoever has taken
 * one over may have put anything there. Nothing is read, written or changed through a symbolic link,
 * nothing is waited for, and nothing is read that is too long.
 */

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MOST_CONF_BYTES } from '../config/conf.js';
import type { Owner } from '../model/files.js';
import { isCode, Unexpected } from './filesystem.js';

/** For nobody but the nodes: passwords may stand there, and Redis writes its files anew so that everybody can read them. */
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

/** Before the random end of the name of a file that is not yet what it will be renamed to. */
export const ASIDE = '.rsentinel-';
const UNFINISHED = /\.rsentinel-[0-9a-f]{16}$/;

/**
 * Removes files from a directory that a killed command has written and not yet renamed. Only the holder of a group's lock may call
 * this: nobody else writes them then. Does nothing where there is no directory.
 */
export async function removeUnfinished(directory: string): Promise<void> {
  // A link leads elsewhere.
  if ((await kindOf(directory)) !== 'directory') return;
  const names = await readdir(directory);
  await Promise.all(
    names.filter((name) => UNFINISHED.test(name)).map((name) => rm(join(directory, name), { force: true })),
  );
}

/** `link`: a symbolic one. */
type Kind = 'absent' | 'directory' | 'link' | 'other';

export async function kindOf(path: string): Promise<Kind> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return 'link';
    return found.isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (isCode(error, 'ENOENT')) return 'absent';
    throw error;
  }
}

/**
 * The text of a file; null: there is none.
 * @throws Error when it is no file, or longer than a configuration file can be
 */
export async function readText(path: string): Promise<string | null> {
  const file = await opened(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if (file === null) return null;
  try {
    if (!(await file.stat()).isFile()) throw new Unexpected('it is no file');
    const chunks: Buffer[] = [];
    for (let size = 0; ; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(65_536), 0, 65_536, size);
      if (bytesRead === 0) return Buffer.concat(chunks).toString('utf8');
      chunks.push(buffer.subarray(0, bytesRead));
      size += bytesRead;
      if (size > MOST_CONF_BYTES) throw new Unexpected(`it is longer than ${MOST_CONF_BYTES / 1024} KiB`);
    }
  } finally {
    await file.close();
  }
}

/** Size and time of change of a file or directory, not of what a link points to; null: there is none. */
export async function statPlain(
  path: string,
): Promise<{ readonly size: number; readonly changedAt: number } | null> {
  try {
    const { size, mtimeMs } = await lstat(path);
    return { size, changedAt: mtimeMs };
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** The bytes of a file from an offset on, fewer at its end. @throws Error when it is no file */
export async function readBytes(path: string, offset: number, length: number): Promise<Buffer> {
  const file = await opened(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if (file === null) return Buffer.alloc(0);
  try {
    if (!(await file.stat()).isFile()) throw new Unexpected('it is no file');
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Written aside and renamed: a file that a killed `up` leaves behind is whole. What was there before is replaced,
 * whatever it was.
 * @param owner undefined: whoever runs this
 * @param durability `synced`: it survives that the machine loses its power
 */
export async function replaceFile(
  path: string,
  text: string,
  owner: Owner | undefined,
  durability: 'written' | 'synced' = 'written',
): Promise<void> {
  // A name that nobody can foresee, and no file that is there already.
  const aside = `${path}${ASIDE}${randomBytes(8).toString('hex')}`;
  const file = await open(aside, 'wx', FILE_MODE);
  try {
    await file.writeFile(text);
    await belongTo(file, owner, FILE_MODE);
    if (durability === 'synced') await file.sync();
    await file.close();
    await rename(aside, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(aside, { force: true });
    throw error;
  }
}

/**
 * Makes a directory that is missing below one that is there, and sees to it that it is the owner's and closed to others.
 * @returns whether it was made
 */
export async function makeClosed(path: string, owner: Owner | undefined): Promise<boolean> {
  const isNew = await makeOpen(path);
  // Windows opens no directories.
  if (process.platform === 'win32') return isNew;
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const directory = await opened(path, flags);
  if (directory === null) throw new Error('it has just been removed');
  try {
    await belongTo(directory, owner, DIRECTORY_MODE);
    return isNew;
  } finally {
    await directory.close();
  }
}

/** Makes a directory that is missing below one that is there. @returns whether it was made */
export async function makeOpen(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function belongTo(file: FileHandle, owner: Owner | undefined, mode: number): Promise<void> {
  const now = await file.stat();
  if (owner !== undefined && (now.uid !== owner.uid || now.gid !== owner.gid)) {
    await file.chown(owner.uid, owner.gid);
  }
  if ((now.mode & 0o777) !== mode) await file.chmod(mode);
}

/** @returns null: there is nothing */
async function opened(path: string, flags: number): Promise<FileHandle | null> {
  try {
    return await open(path, flags);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    if (isCode(error, 'ELOOP')) throw new Unexpected('it is a symbolic link', { cause: error });
    throw error;
  }
}
