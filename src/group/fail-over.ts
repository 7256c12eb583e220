/** Lets the sentinels promote a replica in the place of a master that does not run. */
import { setTimeout as delay } from 'node:timers/promises';
import { RsentinelError } from '../errors.js';
import type { Connections } from '../sentinel/connection.js';
import { takeSnapshot } from '../sentinel/observe.js';
import { FAILOVER_PERIODS, setPeriods } from '../sentinel/periods.js';
import { sameAddress } from '../spec/address.js';
import type { GroupSpec, SentinelNodeSpec } from '../spec/group-spec.js';
import type { Context } from './context.js';

/** ms between two looks at what the sentinels say. */
const POLL = 50;
/**
 * ms for which Sentinel may find no good replica: it wants news from one that are at most 5 s old,
 * and asks each only every 10 s where its periods cannot be lowered (before 7.0).
 */
const NO_GOOD_REPLICA = 12_000;

/**
 * Asks for a failover, or joins the one that is under way, and waits until every answering sentinel
 * names the new master and that node says so itself.
 * @param old name of the master that does not run
 * @param running names of the sentinels that can be asked
 * @returns name of the new master; null when Sentinel has no good replica to promote
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason
 */
export async function failOver(
  spec: GroupSpec,
  old: string,
  running: readonly string[],
  connections: Connections,
  context: Context,
  deadline: AbortSignal,
): Promise<string | null> {
  const sentinels = spec.sentinels.filter(({ name }) => running.includes(name));
  await Promise.allSettled(
    sentinels.map(({ control }) => setPeriods(control, FAILOVER_PERIODS, connections)),
  );
  const giveUp = performance.now() + NO_GOOD_REPLICA;
  for (;;) {
    context.signal.throwIfAborted();
    const master = await agreedMaster(spec, sentinels, connections);
    if (master !== null && master !== old) return master;
    if (deadline.aborted) {
      throw new RsentinelError('WAIT_TIMEOUT', `no replica was promoted in the place of ${old} in time`, {
        hint: 'Look at the log of the sentinels, or give it longer with --wait-timeout.',
      });
    }
    // INPROG: one is under way, ours or one that the sentinels have begun themselves.
    const refusal = await requestFailover(spec, sentinels, connections);
    if (refusal !== null && /NOGOODSLAVE/.test(refusal) && performance.now() > giveUp) return null;
    await delay(POLL);
  }
}

/** @returns null when a sentinel has accepted, otherwise what the first one says against it */
async function requestFailover(
  spec: GroupSpec,
  [first]: readonly SentinelNodeSpec[],
  connections: Connections,
): Promise<string | null> {
  if (first === undefined) return null;
  const [reply] = await connections
    .query(first.control, [['SENTINEL', 'FAILOVER', spec.masterName]])
    .catch(() => []);
  return reply === undefined || reply.ok ? null : reply.error;
}

/** Name of the node that all of them call the master and that says the same; null: not yet. */
async function agreedMaster(
  spec: GroupSpec,
  sentinels: readonly SentinelNodeSpec[],
  connections: Connections,
): Promise<string | null> {
  const { masterName, redis } = spec;
  const snapshot = await takeSnapshot({ masterName, redis, sentinels }, connections);
  const named = [...snapshot.sentinels.values()].flatMap((answer) =>
    answer.kind === 'sentinel' && answer.master !== null ? [answer.master.address] : [],
  );
  const [address, ...others] = named;
  if (address === undefined || others.some((other) => !sameAddress(other, address))) return null;
  const node = redis.find((other) => sameAddress(other.address, address));
  const answer = node === undefined ? undefined : snapshot.redis.get(node.name);
  return node !== undefined && answer?.kind === 'redis' && answer.role === 'master' ? node.name : null;
}
