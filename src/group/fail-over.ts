/** Lets the sentinels promote a replica in the place of a master that does not run. */
import { setTimeout as delay } from 'node:timers/promises';
import { RsentinelError } from '../errors.js';
import type { Connections } from '../sentinel/connection.js';
import { takeSnapshot } from '../sentinel/observe.js';
import { FAILOVER_PERIODS, setPeriods } from '../sentinel/periods.js';
import { agreedMaster, masterViews, type Snapshot } from '../sentinel/snapshot.js';
import { type Address, sameAddress } from '../spec/address.js';
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
  const { masterName, redis } = spec;
  const sentinels = spec.sentinels.filter(({ name }) => running.includes(name));
  await Promise.allSettled(
    sentinels.map(({ control }) => setPeriods(control, FAILOVER_PERIODS, connections)),
  );
  const giveUp = performance.now() + NO_GOOD_REPLICA;
  for (;;) {
    context.signal.throwIfAborted();
    const progress = failoverProgress(
      spec,
      old,
      await takeSnapshot({ masterName, redis, sentinels }, connections),
    );
    if (progress.kind === 'done') return progress.master;
    if (deadline.aborted) {
      throw new RsentinelError('WAIT_TIMEOUT', `no replica was promoted in the place of ${old} in time`, {
        hint: 'Look at the log of the sentinels, or give it longer with --wait-timeout.',
      });
    }
    if (progress.kind === 'not-begun') {
      // INPROG: one is under way, ours or one that the sentinels have begun themselves.
      const refusal = await requestFailover(spec, sentinels, connections);
      if (refusal !== null && /NOGOODSLAVE/.test(refusal) && performance.now() > giveUp) return null;
    }
    await delay(POLL);
  }
}

/** How far the group is: still with the old master, between two, or with the new one for everybody. */
export type Progress =
  | { readonly kind: 'not-begun' }
  | { readonly kind: 'switching' }
  | { readonly kind: 'done'; readonly master: string };

/**
 * Reads off a snapshot how far a failover is. As soon as one sentinel names another master, no
 * failover may be asked for any more: it would be one of the new master, which is healthy.
 */
export function failoverProgress(spec: GroupSpec, old: string, snapshot: Snapshot): Progress {
  const isOld = (address: Address): boolean =>
    spec.redis.some((node) => node.name === old && sameAddress(node.address, address));
  if (masterViews(snapshot).every(({ address }) => isOld(address))) return { kind: 'not-begun' };
  const address = agreedMaster(snapshot);
  const node = spec.redis.find((other) => address !== null && sameAddress(other.address, address));
  const answer = node === undefined ? undefined : snapshot.redis.get(node.name);
  return node !== undefined && answer?.kind === 'redis' && answer.role === 'master'
    ? { kind: 'done', master: node.name }
    : { kind: 'switching' };
}

/** @returns null when a sentinel has accepted or none answers, otherwise what the first that answers has against it */
async function requestFailover(
  spec: GroupSpec,
  sentinels: readonly SentinelNodeSpec[],
  connections: Connections,
): Promise<string | null> {
  for (const { control } of sentinels) {
    const [reply] = await connections
      .query(control, [['SENTINEL', 'FAILOVER', spec.masterName]])
      .catch(() => []);
    if (reply !== undefined) return reply.ok ? null : reply.error;
  }
  return null;
}
