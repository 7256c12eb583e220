/** Writes what `render` rendered: `<node>/conf` with its file and an empty `<node>/data`. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RenderedFile } from '../../api/render.js';
import { RsentinelError } from '../../errors.js';
import { makeClosed, readText, replaceFile } from '../../storage/guarded-files.js';
import { checkPlaces, nodeMounts } from '../../storage/node-places.js';

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
      files.map(async (file) => {
        if (file.node !== null) await checkPlaces(directory, file.node);
        return { file, before: await readText(join(directory, file.path)) };
      }),
    );
    const differing = found.filter(({ file, before }) => before !== null && before !== file.text);
    if (differing.length > 0 && onDifference === 'refuse') throw refusal(directory, differing);
    const written: string[] = [];
    for (const { file, before } of found) {
      if (file.node === null) {
        await mkdir(directory, { recursive: true });
        await makeClosed(dirname(join(directory, file.path)), undefined);
      } else {
        const { conf, data } = nodeMounts(directory, file.node);
        await mkdir(dirname(conf), { recursive: true });
        // As `up` makes them: configuration may hold secrets, so it is for nobody else.
        for (const path of [conf, data]) await makeClosed(path, undefined);
      }
      if (before === file.text) continue;
      await replaceFile(join(directory, file.path), file.text, undefined);
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
