/**
 * A planned failover that loses nothing. A bare SENTINEL FAILOVER of a healthy master leaves it
 * accepting writes for seconds, which are lost when it becomes a replica. So writes are paused
 * first, every replica has what was written, one is promoted, the old master is made a replica at
 * once, and only then are the writes that wait let go: they are refused there (READONLY), and the
 * clients ask the sentinels.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { RsentinelError } from '../errors.js';
import type { Connections } from '../sentinel/connection.js';
import { takeSnapshot } from '../sentinel/observe.js';
import type { Address } from '../spec/address.js';
import type { Context } from './context.js';
import { failOver } from './fail-over.js';
import type { PresentGroup, PresentNode } from './presence.js';

/** ms after which Redis lets writes go by itself: whoever paused them may have been killed. */
const PAUSE = 5_000;
/** ms after which the pause is prolonged. */
const PROLONG = 1_500;
const POLL = 10;

/**
 * @param from the present master
 * @returns the new master
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason; writes are let go again
 */
export async function switchOver(
  group: PresentGroup,
  from: PresentNode,
  connections: Connections,
  context: Context,
  deadline: AbortSignal,
): Promise<PresentNode> {
  const writes = await WritePause.begin(from.control, connections);
  if (!writes.isPaused) {
    const message = `${from.name} cannot pause writes (Redis before 6.2): some that it accepts during the failover may be lost`;
    context.emit({ type: 'warning', message });
  }
  try {
    await untilCaughtUp(group, from, connections, context, deadline);
    const master = await failOver(group, from.address, connections, context, deadline, async (heir) => {
      await demote(from, heir.address, connections);
      await writes.end();
    });
    if (master !== null) return master;
  } finally {
    await writes.end();
  }
  throw new RsentinelError('WAIT_TIMEOUT', `Sentinel has no good replica to take the place of ${from.name}`, {
    hint: 'Look at `rsentinel status`, and at replica-priority: one replica at least must not have 0.',
  });
}

/** Every replica has what the master had when writes were paused. */
async function untilCaughtUp(
  group: PresentGroup,
  from: PresentNode,
  connections: Connections,
  context: Context,
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
async function demote(from: PresentNode, to: Address, connections: Connections): Promise<void> {
  await connections.query(from.control, [['REPLICAOF', to.host, String(to.port)]]).catch(() => []);
}

/** CLIENT PAUSE … WRITE (Redis 6.2), kept up until it is ended, and for {@link PAUSE} at the most beyond our own end. */
export class WritePause {
  readonly isPaused: boolean;
  readonly #at: Address;
  readonly #connections: Connections;
  #timer: NodeJS.Timeout | undefined;

  private constructor(at: Address, connections: Connections, isPaused: boolean) {
    this.#at = at;
    this.#connections = connections;
    this.isPaused = isPaused;
    if (isPaused) this.#timer = setInterval(() => void this.#pause().catch(() => false), PROLONG);
  }

  static async begin(at: Address, connections: Connections): Promise<WritePause> {
    const [reply] = await connections.query(at, [['CLIENT', 'PAUSE', String(PAUSE), 'WRITE']]);
    return new WritePause(at, connections, reply?.ok ?? false);
  }

  async #pause(): Promise<void> {
    await this.#connections.query(this.#at, [['CLIENT', 'PAUSE', String(PAUSE), 'WRITE']]);
  }

  /** Lets writes go; a second call does nothing. */
  async end(): Promise<void> {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#connections.query(this.#at, [['CLIENT', 'UNPAUSE']]).catch(() => []);
  }
}
