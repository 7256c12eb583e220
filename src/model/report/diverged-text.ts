/** Sentences about writes that only a former master has. */

import { clockTime, count } from '../format.js';
import { printable } from '../text.js';
import type { DivergedWrites } from './diverged-writes.js';

/**
 * `redis-1 has acknowledged 171 writes (9876 bytes) that redis-2, the master since 18:03:12, does not have`. Where they could not be
 * counted, it says that there may be some: the bytes of the stream have Redis' own pings among them.
 */
export function divergedText({ node, master, writes, bytes, since }: DivergedWrites): string {
  const what =
    writes === null
      ? `may have acknowledged writes (${bytes === null ? 'how many cannot be told' : `up to ${count(bytes, 'byte')}, with Redis’ own pings`})`
      : `has acknowledged ${count(writes, 'write')}${bytes === null ? '' : ` (${count(bytes, 'byte')})`}`;
  const time = since === null ? '' : ` since ${clockTime(since).slice(0, 8)}`;
  return `${printable(node)} ${what} that ${printable(master)}, the master${time}, does not have`;
}
