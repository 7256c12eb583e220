/** Names for groups that are made many at a time from one file. */
import { randomBytes } from 'node:crypto';

/** Base 32 (RFC 4648): no upper case, no 0 that looks like an o, no 1 that looks like an l. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** A thousand million names: of a thousand groups at once, two are called the same once in 2000 times. */
const LENGTH = 6;
/** A group's name has at most 41 characters. */
const LONGEST_BASE = 41 - 1 - LENGTH;

/** @param base the name that the topology says */
export function generateName(base: string): string {
  const random = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return `${beginning(base)}-${random}`;
}

/** Whether a name looks as if it had been made up for a topology of the name `base`. */
export function isGeneratedName(name: string, base: string): boolean {
  const start = `${beginning(base)}-`;
  return name.startsWith(start) && /^[a-z2-7]{6}$/.test(name.slice(start.length));
}

function beginning(base: string): string {
  return base.slice(0, LONGEST_BASE).replace(/-+$/, '');
}
