/** Failovers that rsentinel asks for, as far as those of a dead master and of a healthy one are alike; and those of a dead one. */

import { RsentinelError } from '../errors.js';
import { type Address, sameAddress } from '../model/address.js';
import type { GroupNode, GroupNodes } from '../model/group-nodes.js';
import { newest } from '../model/history.js';
import type { Connections } from '../nodes/client/connection.js';
import { FAILOVER_PERIODS, setPeriods } from '../nodes/health/periods.js';
import { agreedMaster, masterViews, type Snapshot } from '../nodes/health/snapshot.js';
import type { Live } from '../nodes/live/live.js';

/** ms between two looks at what the sentinels say. */
const POLL = 20;
/**
 * ms for which Sentinel may find no good replica: it wants news from one that are at most 5 s old,
 * and asks each only every 10 s where its periods cannot be lowered (before 7.0).
 */
export const NO_GOOD_REPLICA = 12_000;

/** Asks the sentinels of a group for a failover. @returns what the first that answers has against it; null: nothing, or none answers */
type Request = (group: GroupNodes, connections: Connections) => Promise<string | null>;

/**
 * Asks for a failover of a master that does not run, or joins the one that is under way, and waits until every answering
 * sentinel names the new master and that node says so itself. A signal or the deadline ends the wait and not the failover:
 * nobody writes to a dead master.
 * @param live the nodes that run
 * @param old address of the former master
 * @returns null when Sentinel has no good replica to promote
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason
 */
export async function failOver(live: Live, old: Address): Promise<Promotion | null> {
  const { group, connections } = live;
  await Promise.allSettled(
    group.sentinels.map(({ control }) => setPeriods(control, FAILOVER_PERIODS, connections)),
  );
  const giveUp = performance.now() + NO_GOOD_REPLICA;
  const outcome = await live.poll<Promotion | 'no-good-replica'>(
    POLL,
    async () => {
      const progress = failoverProgress(group, old, await live.snapshot());
      if (progress.kind === 'done') return progress;
      if (live.deadline.aborted || progress.kind !== 'not-begun') return null;
      // INPROG: one is under way, ours or one that the sentinels have begun themselves.
      const refusal = await requestFailover(group, connections);
      const isInVain = refusal !== null && /NOGOODSLAVE/.test(refusal) && performance.now() > giveUp;
      return isInVain ? 'no-good-replica' : null;
    },
    () => tooLate(group, old),
  );
  return outcome === 'no-good-replica' ? null : outcome;
}

function tooLate({ redis }: GroupNodes, old: Address): RsentinelError {
  const name = redis.find(({ address }) => sameAddress(address, old))?.name ?? 'the master';
  return new RsentinelError('WAIT_TIMEOUT', `no replica was promoted in the place of ${name} in time`, {
    hint: 'Look at the log of the sentinels, or give it longer with --wait-timeout.',
  });
}

/** A failover that has come to its end. */
export interface Promotion {
  readonly master: GroupNode;
  /** Of the sentinels' new configuration. */
  readonly configEpoch: number;
}

/** How far the group is: still with the old master, between two, or with the new one for everybody. */
export type Progress =
  | { readonly kind: 'not-begun' }
  /** `master`: the new one, as soon as a sentinel names it and it says so itself. */
  | { readonly kind: 'switching'; readonly master: GroupNode | null }
  | ({ readonly kind: 'done' } & Promotion);

/**
 * Reads off a snapshot how far a failover is. As soon as one sentinel names another master, no
 * failover may be asked for any more: it would be one of the new master, which is healthy.
 */
export function failoverProgress(
  { redis }: Pick<GroupNodes, 'redis'>,
  old: Address,
  snapshot: Snapshot,
): Progress {
  const views = masterViews(snapshot);
  const named = views.map(({ address }) => address);
  const others = named.filter((address) => !sameAddress(address, old));
  if (others.length === 0) return { kind: 'not-begun' };
  const master =
    redis.find((node) => {
      const answer = snapshot.redis.get(node.name);
      const isNamed = others.some((address) => sameAddress(address, node.address));
      return isNamed && answer?.kind === 'redis' && answer.role === 'master';
    }) ?? null;
  const agreed = agreedMaster(snapshot);
  return master !== null && agreed !== null && sameAddress(agreed, master.address)
    ? { kind: 'done', master, configEpoch: newest(views)?.configEpoch ?? 0 }
    : { kind: 'switching', master };
}

export const requestFailover: Request = (group, connections) => requestOf(group, [], connections);

/**
 * One in which the master itself hands over to the replica that Sentinel has chosen: it pauses writes until
 * that one has all of them. Valkey 9.0 and newer.
 */
export const requestHandOver: Request = (group, connections) =>
  requestOf(group, ['COORDINATED'], connections);

/** Stands for the refusal of a sentinel whose reply is not known: perhaps it has begun a failover. */
export const NO_REPLY = 'no reply';

/** Whether a refusal means that the version knows of no such failover, rather than that there can be none now. */
export function isUnknownToVersion(refusal: string): boolean {
  return /wrong number of arguments|syntax error|unknown/i.test(refusal);
}

async function requestOf(
  { sentinels, masterName }: GroupNodes,
  options: readonly string[],
  connections: Connections,
): Promise<string | null> {
  for (const { control } of sentinels) {
    const [pong] = await connections.query(control, [['PING']]).catch(() => []);
    if (pong === undefined) continue;
    const command = ['SENTINEL', 'FAILOVER', masterName, ...options] as const;
    const [reply] = await connections.query(control, [command]).catch(() => []);
    // The reply may have been lost and not the request: another sentinel would begin a second failover, of another replica.
    if (reply === undefined) return NO_REPLY;
    return reply.ok ? null : reply.error;
  }
  return null;
}
