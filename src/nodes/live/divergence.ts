/** What a former master has acknowledged and will lose when it follows the present one. */

import type { Endpoint } from '../../model/address.js';
import type { DivergedWrites } from '../../model/report/diverged-writes.js';
import { readBacklog, type StreamPart } from '../client/backlog.js';
import type { Connections } from '../client/connection.js';
import { countWrites } from '../client/replication-stream.js';
import { type Fields, infoFields, pairs, text } from '../client/replies.js';
import type { Sentinels } from './members.js';

/** Where the streams of two masters part. */
export type Divergence =
  | { readonly kind: 'none' }
  /** `part`: what only the former one has; null where its backlog does not reach back so far. */
  | { readonly kind: 'known'; readonly bytes: number; readonly part: StreamPart | null }
  /** More than one failover lies between them, or one of them was started anew: nothing tells. */
  | { readonly kind: 'unknown' };

/** Bytes of the PING that a master sends its replicas every 10 s, until they count as gone; no write is as short (`DEL k`: 20). */
const PING = 14;

/**
 * Compares two masters by what INFO replication says of each. The present one has kept the former one's replication id, and the
 * offset at which it went on by itself (`second_repl_offset`, replication.c: shiftReplicationId).
 */
export function divergenceOf(former: Fields, present: Fields): Divergence {
  const number = (fields: Fields, name: string): number => Number(fields.get(name) ?? -1);
  const id = former.get('master_replid') ?? '';
  const offset = number(former, 'master_repl_offset');
  if (former.get('role') !== 'master' || present.get('role') !== 'master') return { kind: 'none' };
  if (id === present.get('master_replid') || offset <= 0) return { kind: 'none' };
  if (id !== present.get('master_replid2')) return { kind: 'unknown' };
  const from = number(present, 'second_repl_offset');
  const bytes = offset - from + 1;
  if (bytes <= 0) return { kind: 'none' };
  const isKept =
    former.get('repl_backlog_active') === '1' && number(former, 'repl_backlog_first_byte_offset') <= from;
  return { kind: 'known', bytes, part: isKept ? { id, from, length: bytes } : null };
}

/** A Redis node, as this machine reaches it. */
interface Reached {
  readonly name: string;
  readonly control: Endpoint;
}

/** Those that a former master's writes are compared by. */
export interface Rivals {
  readonly former: Reached;
  readonly present: Reached;
  /** Which tell since when the present one is the master. */
  readonly sentinels: Sentinels;
}

/**
 * Tells what the former master has that the present one lacks, by its backlog.
 * @param counting `exact`: nobody writes to it now; `cautious`: its clients go on. Whoever reads the backlog counts as a replica for that
 *   moment, so that a master with `min-replicas-to-write` would take writes because of it: it is not read then
 * @returns null: there is nothing; or one of them does not answer
 */
export async function divergedWrites(
  rivals: Rivals,
  counting: 'exact' | 'cautious',
  connections: Connections,
): Promise<DivergedWrites | null> {
  const info = async ({ control }: Reached): Promise<Fields | null> => {
    const [reply] = await connections.query(control, [['INFO', 'replication']]).catch(() => []);
    return reply?.ok ? infoFields(text(reply)) : null;
  };
  const [former, present] = await Promise.all([info(rivals.former), info(rivals.present)]);
  if (former === null || present === null) return null;
  const divergence = divergenceOf(former, present);
  if (divergence.kind === 'none') return null;
  const part = divergence.kind === 'known' ? divergence.part : null;
  const mayRead = counting === 'exact' || !former.has('min_slaves_good_slaves');
  const writes = part === null || !mayRead ? null : await writesIn(part, rivals.former.control, connections);
  return described(divergence, writes, rivals, connections);
}

/** The same of a former master that only a client inside of its container reaches. @param info what INFO replication says of it */
export async function divergedByInfo(
  info: string,
  rivals: Rivals,
  connections: Connections,
): Promise<DivergedWrites | null> {
  const [reply] = await connections.query(rivals.present.control, [['INFO', 'replication']]).catch(() => []);
  if (!reply?.ok) return null;
  return described(divergenceOf(infoFields(info), infoFields(text(reply))), null, rivals, connections);
}

async function writesIn(part: StreamPart, at: Endpoint, connections: Connections): Promise<number | null> {
  const stream = await readBacklog(at, part, connections).catch(() => null);
  return stream === null ? null : countWrites(stream);
}

async function described(
  divergence: Divergence,
  writes: number | null,
  { former, present, sentinels }: Rivals,
  connections: Connections,
): Promise<DivergedWrites | null> {
  if (divergence.kind === 'none' || writes === 0) return null;
  const bytes = divergence.kind === 'known' ? divergence.bytes : null;
  if (bytes !== null && bytes <= PING) return null;
  const since = await announcedAt(sentinels, connections);
  return { node: former.name, master: present.name, writes, bytes, since };
}

/**
 * When the sentinels made the present master the master, ms since 1970. `role-reported-time` counts from there (sentinel.c:
 * sentinelResetMaster), unless a sentinel was started anew since: the longest counts.
 */
async function announcedAt(
  { masterName, sentinels }: Sentinels,
  connections: Connections,
): Promise<number | null> {
  const ages = await Promise.all(
    sentinels.map(async ({ control }) => {
      const [reply] = await connections.query(control, [['SENTINEL', 'MASTER', masterName]]).catch(() => []);
      return reply?.ok ? Number(pairs(reply.value).get('role-reported-time') ?? 0) : 0;
    }),
  );
  const longest = Math.max(0, ...ages);
  return longest === 0 ? null : Date.now() - longest;
}
