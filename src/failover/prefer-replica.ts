/** Sees to it that Sentinel promotes a certain replica: it takes the one of the lowest priority. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../engine/context.js';
import { RsentinelError } from '../errors.js';
import { type Endpoint, formatAddress } from '../model/address.js';
import type { Connections } from '../nodes/client/connection.js';
import { listOf } from '../nodes/client/replies.js';
import { getSettings } from '../nodes/client/settings.js';
import { FAILOVER_PERIODS, setPeriods } from '../nodes/health/periods.js';
import type { LiveGroup, LiveNode } from '../nodes/live/live-nodes.js';

const PRIORITY = 'replica-priority';
/** Before all others that may be promoted; 0 means never (redis.conf, replica-priority). */
const FIRST = '1';
const SECOND = '100';
const POLL = 50;

/**
 * Does something while a replica has precedence, and puts the priorities back, whatever happens. Begins once
 * every sentinel knows: it asks for priorities by INFO, every 10 s where its periods cannot be lowered
 * (before 7.0).
 * @throws RsentinelError NODE_UNKNOWN when that replica may not be promoted; WAIT_TIMEOUT; what `work` throws
 */
export async function preferReplica<T>(
  heir: LiveNode,
  master: LiveNode,
  group: LiveGroup,
  connections: Connections,
  context: Context,
  deadline: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const changes = await changesFor(heir, master, group, connections);
  const set = async (which: 'before' | 'wanted'): Promise<void> => {
    for (const change of changes) await setPriority(change.node, change[which], connections);
  };
  try {
    await set('wanted');
    await Promise.allSettled(
      group.sentinels.map(({ control }) => setPeriods(control, FAILOVER_PERIODS, connections)),
    );
    await untilKnown(heir, changes, group, connections, context, deadline);
    return await work();
  } finally {
    await set('before');
  }
}

/** A priority that is changed for a while. */
interface Change {
  readonly node: LiveNode;
  readonly before: string;
  readonly wanted: string;
}

/** The heir comes first, and whoever else did comes after it. @throws RsentinelError NODE_UNKNOWN */
async function changesFor(
  heir: LiveNode,
  master: LiveNode,
  { redis }: LiveGroup,
  connections: Connections,
): Promise<readonly Change[]> {
  const replicas = redis.filter(({ name }) => name !== master.name);
  const all = await Promise.all(
    replicas.map(async (node): Promise<readonly Change[]> => {
      const [setting] = await getSettings(node.control, [PRIORITY], connections);
      if (setting === undefined) return [];
      const { value: before } = setting;
      const wanted = node === heir ? FIRST : before === FIRST ? SECOND : before;
      return [{ node, before, wanted }];
    }),
  );
  const changes = all.flat();
  if (changes.some(({ node, before }) => node === heir && before === '0')) {
    throw new RsentinelError('NODE_UNKNOWN', `${heir.name} may not be promoted: its ${PRIORITY} is 0`, {
      hint: `Set its ${PRIORITY} to something else, or choose another replica.`,
    });
  }
  return changes.filter(({ before, wanted }) => before !== wanted);
}

/** A failover has the configuration rewritten; so what is put back has to be as well. */
async function setPriority({ control }: LiveNode, value: string, connections: Connections): Promise<void> {
  await connections
    .query(control, [
      ['CONFIG', 'SET', PRIORITY, value],
      ['CONFIG', 'REWRITE'],
    ])
    .catch(() => []);
}

async function untilKnown(
  heir: LiveNode,
  changes: readonly Change[],
  { sentinels, masterName }: LiveGroup,
  connections: Connections,
  context: Context,
  deadline: AbortSignal,
): Promise<void> {
  for (;;) {
    context.signal.throwIfAborted();
    const known = await Promise.all(
      sentinels.map(({ control }) => knowsAll(control, masterName, changes, connections)),
    );
    if (!known.includes(false)) return;
    if (deadline.aborted) {
      const message = `the sentinels have not heard in time that ${heir.name} comes first`;
      throw new RsentinelError('WAIT_TIMEOUT', message, { hint: 'Give it longer with --wait-timeout.' });
    }
    await delay(POLL);
  }
}

/** A sentinel that does not answer holds nothing up. */
async function knowsAll(
  sentinel: Endpoint,
  masterName: string,
  changes: readonly Change[],
  connections: Connections,
): Promise<boolean> {
  const [reply] = await connections.query(sentinel, [['SENTINEL', 'REPLICAS', masterName]]).catch(() => []);
  const replicas = listOf(reply);
  return (
    reply === undefined ||
    changes.every(({ node, wanted }) =>
      replicas.some(
        (fields) =>
          `${fields.get('ip')}:${fields.get('port')}` === formatAddress(node.address) &&
          fields.get('slave-priority') === wanted,
      ),
    )
  );
}
