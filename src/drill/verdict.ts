/** After a round: what the final master has of what the client has written. */

import type { Endpoint } from '../model/address.js';
import type { GroupNode } from '../model/group-nodes.js';
import type { DrillCutOff, DrillReads, DrillWrites } from '../model/report/drill-report.js';
import type { Connections } from '../nodes/client/connection.js';
import { text } from '../nodes/client/replies.js';
import type { Ledger } from './ledger.js';

/** Lost writes that are named. */
const NAMED = 20;
/** Elements of the list in one reply. */
const CHUNK = 10_000;
/** More than a client can write while a drill lasts: whoever has more does not tell the truth, and need not come to an end. */
const MOST = 10_000_000;

/**
 * Looks every write of the client up on the final master.
 * @param faultAt the moment that times are counted from
 */
export async function writesOf(
  ledger: Ledger,
  key: string,
  master: GroupNode,
  faultAt: number,
  connections: Connections,
): Promise<DrillWrites> {
  const there = await numbersIn(key, master, connections);
  return {
    ...acknowledgedOf(ledger, there),
    unknown: {
      count: ledger.unknown.length,
      present: ledger.unknown.filter((number) => there.has(number)).length,
    },
    gap: ledger.gap(faultAt),
    errors: ledger.errors,
  };
}

/** Looks every write of the client on the old master's side up on the final master. */
export async function cutOffOf(
  ledger: Ledger,
  key: string,
  master: GroupNode,
  connections: Connections,
): Promise<DrillCutOff> {
  const there = await numbersIn(key, master, connections);
  return { ...acknowledgedOf(ledger, there), errors: ledger.errors };
}

function acknowledgedOf(
  { done }: Ledger,
  there: ReadonlySet<number>,
): Pick<DrillWrites, 'acknowledged' | 'lost'> {
  const lost = done.filter((number) => !there.has(number));
  return { acknowledged: done.length, lost: { count: lost.length, first: lost.slice(0, NAMED) } };
}

export function readsOf(ledger: Ledger, faultAt: number): DrillReads {
  return { answered: ledger.done.length, gap: ledger.gap(faultAt), errors: ledger.errors };
}

async function numbersIn(
  key: string,
  { control }: GroupNode,
  connections: Connections,
): Promise<ReadonlySet<number>> {
  const numbers = new Set<number>();
  for (let start = 0; ; start += CHUNK) {
    const range = ['LRANGE', key, String(start), String(start + CHUNK - 1)] as const;
    const [reply] = await connections.query(control, [range]);
    if (!reply?.ok || !Array.isArray(reply.value)) {
      throw new Error(`the new master does not say what it has: ${text(reply)}`);
    }
    if (start > MOST) throw new Error('the new master has more than was written');
    for (const value of reply.value) numbers.add(Number(value));
    if (reply.value.length < CHUNK) return numbers;
  }
}

/** Whichever node is the master takes it, and the others follow; where none answers, they go by their lifetime. */
export async function removeKeys(
  keys: readonly string[],
  redis: readonly Endpoint[],
  connections: Connections,
): Promise<void> {
  await Promise.allSettled(redis.map((control) => connections.query(control, [['UNLINK', ...keys]])));
}
