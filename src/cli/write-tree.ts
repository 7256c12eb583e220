/** Writes what `render` rendered: `<node>/conf` with its file and an empty `<node>/data`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RsentinelError } from '../errors.js';
import type { RenderedFile } from '../render/tree.js';

/** For files that are there with another text. */
export type OnDifference = 'refuse' | 'overwrite';

/**
 * Nothing is written when one file is refused.
 * @returns paths of the files that were written, relative to the directory
 * @throws RsentinelError FOREIGN_CONF, DIRECTORY_UNUSABLE
 */
export async function writeTree(
  directory: string,
  files: readonly RenderedFile[],
  onDifference: OnDifference,
): Promise<readonly string[]> {
  try {
    const found = await Promise.all(
      files.map(async (file) => ({ file, before: await read(join(directory, file.path)) })),
    );
    const differing = found.filter(({ file, before }) => before !== null && before !== file.text);
    if (differing.length > 0 && onDifference === 'refuse') throw refusal(directory, differing);
    const written: string[] = [];
    for (const { file, before } of found) {
      const path = join(directory, file.path);
      if (basename(dirname(path)) === 'conf')
        await mkdir(join(dirname(dirname(path)), 'data'), { recursive: true });
      if (before === file.text) continue;
      await mkdir(dirname(path), { recursive: true });
      // As `up` writes them: configuration may hold secrets, so it is not for everyone.
      await writeFile(path, file.text, { mode: file.isPrivate ? 0o600 : 0o640 });
      written.push(file.path);
    }
    return written;
  } catch (cause) {
    if (cause instanceof RsentinelError) throw cause;
    throw new RsentinelError('DIRECTORY_UNUSABLE', `the files cannot be written into ${directory}`, {
      details: [cause instanceof Error ? cause.message : String(cause)],
      hint: 'Name a directory that you may write to with -o.',
      cause,
    });
  }
}

function refusal(directory: string, differing: readonly { readonly file: RenderedFile }[]): RsentinelError {
  return new RsentinelError('FOREIGN_CONF', `files in ${directory} differ from what would be written`, {
    details: differing.map(({ file }) => file.path),
    hint: 'They may hold the state of a group that ran. --force overwrites them; another -o keeps them.',
  });
}

async function read(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
