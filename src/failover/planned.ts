/**
 * A planned failover that loses nothing. A bare SENTINEL FAILOVER of a healthy master leaves it
 * accepting writes for seconds, which are lost when it becomes a replica. So writes are paused
 * first, every replica has what was written, one is promoted, the old master is made a replica at
 * once, and only then do the writes that wait go on: their connections were closed, and the
 * clients ask the sentinels. Where Sentinel can do all this itself, it does (Valkey 9).
 *
 * Once a sentinel has accepted the request there is no way back: it promotes a replica whether rsentinel looks on or not,
 * and demotes the old master some ten seconds later. So neither a signal nor the deadline ends the switch from
 * there on, see {@link finishSwitch}.
 */

import { hasCode, RsentinelError } from '../errors.js';
import type { GroupNode } from '../model/group-nodes.js';
import { FAILOVER_PERIODS, setPeriods } from '../nodes/health/periods.js';
import type { Live } from '../nodes/live/live.js';
import { waitTilt } from '../nodes/wait/wait-tilt.js';
import {
  isUnknownToVersion,
  NO_GOOD_REPLICA,
  NO_REPLY,
  type Promotion,
  requestFailover,
  requestHandOver,
} from './await-failover.js';
import { finishSwitch } from './finish-planned.js';
import { WritePause } from './pause-writes.js';

const POLL = 10;
/** ms between two requests that are refused. */
const REQUEST_POLL = 20;

const WARNINGS = {
  refusal:
    'cannot pause writes (Redis before 6.2): it refuses them until a replica has taken over (NOREPLICAS)',
  none: 'can neither pause nor refuse writes: some that it accepts during the failover may be lost',
} as const;

/**
 * Makes the sentinels promote a replica in the place of a healthy master.
 * @param from the present master
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason. Thrown before a sentinel has accepted the
 *   request, nothing has changed; thrown behind that, no failover goes on any more, or the message says that it does
 */
export async function switchOver(live: Live, from: GroupNode): Promise<Promotion> {
  const { group, connections } = live;
  await Promise.allSettled(
    group.sentinels.map(({ control }) => setPeriods(control, FAILOVER_PERIODS, connections)),
  );
  // A failover that is asked for in TILT stands still until that ends, with writes paused.
  await waitTilt(live);
  live.signal.throwIfAborted();
  const first = await requestHandOver(group, connections);
  // Asked once more where no reply came: one that is under way is refused (INPROG).
  const refusal = first === NO_REPLY ? await requestHandOver(group, connections) : first;
  const canHandOver = refusal === null || !isUnknownToVersion(refusal);
  const writes = canHandOver ? null : await pauseWrites(live, from);
  try {
    if (writes !== null) await untilCaughtUp(live, from);
    // A process that is killed from here on leaves a pause that outlasts what Sentinel does by itself.
    await writes?.outlastFailover();
    const request = canHandOver ? requestHandOver : requestFailover;
    for (let isAccepted = refusal === null; ; isAccepted = false) {
      if (!isAccepted) await untilAccepted(() => request(group, connections), from, live);
      try {
        return await finishSwitch(live, from, writes);
      } catch (error) {
        // Sentinel gives up where what it has heard of the replicas is too old; it is asked again.
        const isOver = live.deadline.aborted || live.signal.aborted;
        if (isOver || !hasCode(error, 'FAILOVER_ABORTED')) throw error;
      }
    }
  } finally {
    await writes?.end();
  }
}

async function pauseWrites(live: Live, from: GroupNode): Promise<WritePause> {
  const writes = await WritePause.begin(from.control, live.connections);
  const warning = writes.kind === 'pause' ? null : WARNINGS[writes.kind];
  if (warning !== null) live.emit({ type: 'warning', message: `${from.name} ${warning}` });
  return writes;
}

/**
 * Asks for a failover until a sentinel accepts it, or one is in progress already.
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason
 */
async function untilAccepted(
  request: () => Promise<string | null>,
  from: GroupNode,
  live: Live,
): Promise<void> {
  const giveUp = performance.now() + NO_GOOD_REPLICA;
  let last = '';
  await live.poll(
    REQUEST_POLL,
    async () => {
      const refusal = await request();
      // INPROG: the sentinels have begun one themselves. Whether one has been begun where no reply came is seen by what follows.
      if (refusal === null || refusal === NO_REPLY || /INPROG/.test(refusal)) return true;
      last = refusal;
      if (performance.now() > giveUp) throw notAccepted(from, refusal);
      return null;
    },
    () => notAccepted(from, last),
  );
}

function notAccepted({ name }: GroupNode, refusal: string): RsentinelError {
  if (/NOGOODSLAVE/.test(refusal)) {
    const message = `Sentinel has no good replica to take the place of ${name}`;
    return new RsentinelError('WAIT_TIMEOUT', message, {
      hint: 'Look at `rsentinel status`, and at replica-priority: one replica at least must not have 0.',
    });
  }
  return new RsentinelError('WAIT_TIMEOUT', `the sentinels do not replace ${name}: ${refusal}`, {
    hint: 'Look at the log of the sentinels, or give it longer with --wait-timeout.',
  });
}

/**
 * Waits until every replica has what the master had at the first look.
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason
 */
export async function untilCaughtUp(live: Live, from: GroupNode): Promise<void> {
  const { group } = live;
  const servers = live.with({ ...group, sentinels: [] });
  let goal: number | null = null;
  let behind: readonly GroupNode[] = [];
  await live.poll(
    POLL,
    async () => {
      const { redis } = await servers.snapshot();
      const master = redis.get(from.name);
      if (goal === null && master?.kind === 'redis') goal = master.offset;
      behind = group.redis.filter(({ name }) => {
        const answer = redis.get(name);
        return name !== from.name && (answer?.kind !== 'redis' || goal === null || answer.offset < goal);
      });
      return behind.length === 0 ? true : null;
    },
    () => {
      const names = behind.map(({ name }) => name).join(', ');
      return new RsentinelError('WAIT_TIMEOUT', `${names} did not catch up with ${from.name} in time`, {
        hint: 'Look at the log of the replica, or give it longer with --wait-timeout.',
      });
    },
  );
}
