/** Names of groups that are made from names of folders. Pure. */
import { createHash } from 'node:crypto';
import anyAscii from 'any-ascii';

/** No group can be called so: `up -n auto` makes a name up. */
export const AUTO = 'auto';

/** Characters of a group's name at the most. */
const LONGEST = 41;
const HASH = 6;

/**
 * Returns the name of a group for a folder: its letters in ASCII, in lower case. Where letters are lost, because there are too
 * many, or because nothing is left of them, a hash of the whole name tells folders apart.
 * @param directory the name of a directory, or any text
 * @param fallback what the name begins with where nothing is left
 */
export function groupNameFrom(directory: string, fallback = 'rsentinel'): string {
  const letters = anyAscii(directory.normalize('NFC'))
    .toLowerCase()
    .replace(/[_\s]+/g, '-')
    .replace(/[^a-z0-9-]/g, '')
    .replace(/^-+/, '');
  const name = letters.slice(0, LONGEST).replace(/-+$/, '');
  const isWhole = name !== '' && name !== AUTO && letters.length <= LONGEST;
  if (isWhole || (name === '' && (fallback === '' || /^[\s._/-]*$/.test(directory)))) return name || fallback;
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, HASH);
  return `${(name || fallback).slice(0, LONGEST - 1 - HASH).replace(/-+$/, '')}-${hash}`;
}
