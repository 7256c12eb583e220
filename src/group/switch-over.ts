/**
 * A planned failover that loses nothing. A bare SENTINEL FAILOVER of a healthy master leaves it
 * accepting writes for seconds, which are lost when it becomes a replica. So writes are stopped
 * first, every replica has what was written, one is promoted, the old master is made a replica at
 * once, and only then are the writes that wait let go: they are refused there (READONLY), and the
 * clients ask the sentinels. Where Sentinel can do all this itself, it does (Valkey 9).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { RsentinelError } from '../errors.js';
import type { Connections } from '../sentinel/connection.js';
import { takeSnapshot } from '../sentinel/observe.js';
import type { Address, Endpoint } from '../spec/address.js';
import type { Watching } from './context.js';
import { failOver, isUnknownToVersion, type Promotion, requestHandOver } from './fail-over.js';
import type { PresentGroup, PresentNode } from './presence.js';
import { WriteStop } from './write-stop.js';

const POLL = 10;

const WARNINGS = {
  refusal:
    'cannot pause writes (Redis before 6.2): it refuses them until a replica has taken over (NOREPLICAS)',
  none: 'can neither pause nor refuse writes: some that it accepts during the failover may be lost',
} as const;

/**
 * @param from the present master
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason; writes are let go again
 */
export async function switchOver(
  group: PresentGroup,
  from: PresentNode,
  connections: Connections,
  context: Watching,
  deadline: AbortSignal,
): Promise<Promotion> {
  const refusal = await requestHandOver(group, connections);
  const canHandOver = refusal === null || !isUnknownToVersion(refusal);
  const promotion = canHandOver
    ? await failOver(group, from.address, connections, context, deadline, async () => {}, requestHandOver)
    : await holdAndFailOver(group, from, connections, context, deadline);
  if (promotion !== null) return promotion;
  throw new RsentinelError('WAIT_TIMEOUT', `Sentinel has no good replica to take the place of ${from.name}`, {
    hint: 'Look at `rsentinel status`, and at replica-priority: one replica at least must not have 0.',
  });
}

/** Where Sentinel cannot hand over by itself. @returns null: it has no good replica */
async function holdAndFailOver(
  group: PresentGroup,
  from: PresentNode,
  connections: Connections,
  context: Watching,
  deadline: AbortSignal,
): Promise<Promotion | null> {
  const writes = await WriteStop.begin(from.control, connections);
  const warning = writes.kind === 'pause' ? null : WARNINGS[writes.kind];
  if (warning !== null) context.emit({ type: 'warning', message: `${from.name} ${warning}` });
  try {
    await untilCaughtUp(group, from, connections, context, deadline);
    return await failOver(group, from.address, connections, context, deadline, async (heir) => {
      await demote(from.control, heir.address, connections);
      await writes.end();
    });
  } finally {
    await writes.end();
  }
}

/**
 * Waits until every replica has what the master had at the first look.
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason
 */
export async function untilCaughtUp(
  group: PresentGroup,
  from: PresentNode,
  connections: Connections,
  context: Watching,
  deadline: AbortSignal,
): Promise<void> {
  let goal: number | null = null;
  for (;;) {
    context.signal.throwIfAborted();
    const { redis } = await takeSnapshot({ ...group, sentinels: [] }, connections);
    const master = redis.get(from.name);
    if (goal === null && master?.kind === 'redis') goal = master.offset;
    const behind = group.redis.filter(({ name }) => {
      const answer = redis.get(name);
      return name !== from.name && (answer?.kind !== 'redis' || goal === null || answer.offset < goal);
    });
    if (behind.length === 0) return;
    if (deadline.aborted) {
      const names = behind.map(({ name }) => name).join(', ');
      throw new RsentinelError('WAIT_TIMEOUT', `${names} did not catch up with ${from.name} in time`, {
        hint: 'Look at the log of the replica, or give it longer with --wait-timeout.',
      });
    }
    await delay(POLL);
  }
}

/** Sentinel would do so itself, up to 10 seconds later. */
export async function demote(control: Endpoint, to: Address, connections: Connections): Promise<void> {
  await connections.query(control, [['REPLICAOF', to.host, String(to.port)]]).catch(() => []);
}
