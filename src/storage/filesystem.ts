/** What the file system answers, in our terms. */
import { rmdir } from 'node:fs/promises';
import { RsentinelError } from '../errors.js';

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** What stands there is none of what rsentinel or a node makes. */
export class Unexpected extends Error {}

/** An error that says which path could not be used, how, and why. */
export function unusable(path: string, verb: 'read' | 'written' | 'removed', cause: unknown): RsentinelError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RsentinelError('DIRECTORY_UNUSABLE', `${path} cannot be ${verb}: ${reason}`, {
    hint:
      cause instanceof Unexpected
        ? 'Look at what it is, and who has put it there; then remove it.'
        : 'Set `directory` in the topology file to a place that you may write to.',
    cause,
  });
}

/** @returns whether it was there, empty, and is gone now */
export async function removeEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].some((code) => isCode(error, code))) return false;
    throw error;
  }
}
