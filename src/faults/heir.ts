/** Sees to it that Sentinel promotes a certain replica: it takes the one of the lowest priority. */
import { setTimeout as delay } from 'node:timers/promises';
import { RsentinelError } from '../errors.js';
import type { Context } from '../group/context.js';
import type { PresentGroup, PresentNode } from '../group/presence.js';
import { getSettings } from '../group/settable.js';
import type { Connections } from '../sentinel/connection.js';
import { FAILOVER_PERIODS, setPeriods } from '../sentinel/periods.js';
import { type Address, formatAddress } from '../spec/address.js';

const PRIORITY = 'replica-priority';
/** Before all others that may be promoted; 0 means never (redis.conf, replica-priority). */
const FIRST = '1';
const SECOND = '100';
const POLL = 50;

/**
 * Gives a replica precedence, and waits until every sentinel knows: it asks for priorities by INFO,
 * every 10 s where its periods cannot be lowered (before 7.0).
 * @returns puts the priorities back
 * @throws RsentinelError NODE_UNKNOWN when that replica may not be promoted; WAIT_TIMEOUT
 */
export async function preferHeir(
  heir: PresentNode,
  others: readonly PresentNode[],
  group: PresentGroup,
  connections: Connections,
  context: Context,
  deadline: AbortSignal,
): Promise<() => Promise<void>> {
  const before = new Map<PresentNode, string>();
  for (const node of [heir, ...others]) {
    const [setting] = await getSettings(node.control, [PRIORITY], connections);
    if (setting !== undefined) before.set(node, setting.value);
  }
  if (before.get(heir) === '0') {
    throw new RsentinelError('NODE_UNKNOWN', `${heir.name} may not be promoted: its ${PRIORITY} is 0`, {
      hint: `Set its ${PRIORITY} to something else, or choose another replica.`,
    });
  }
  const restore = async (): Promise<void> => {
    for (const [node, value] of before) await setPriority(node, value, connections);
  };
  try {
    for (const [node, value] of before) {
      if (node === heir) await setPriority(node, FIRST, connections);
      else if (value === FIRST) await setPriority(node, SECOND, connections);
    }
    await Promise.allSettled(
      group.sentinels.map(({ control }) => setPeriods(control, FAILOVER_PERIODS, connections)),
    );
    await untilKnown(heir, group, connections, context, deadline);
  } catch (error) {
    await restore();
    throw error;
  }
  return restore;
}

/** A failover has the configuration rewritten; so what is put back has to be as well. */
async function setPriority({ control }: PresentNode, value: string, connections: Connections): Promise<void> {
  await connections
    .query(control, [
      ['CONFIG', 'SET', PRIORITY, value],
      ['CONFIG', 'REWRITE'],
    ])
    .catch(() => []);
}

async function untilKnown(
  heir: PresentNode,
  { sentinels, masterName }: PresentGroup,
  connections: Connections,
  context: Context,
  deadline: AbortSignal,
): Promise<void> {
  for (;;) {
    context.signal.throwIfAborted();
    const known = await Promise.all(
      sentinels.map(({ control }) => knownPriority(control, masterName, heir.address, connections)),
    );
    if (known.every((priority) => priority === FIRST || priority === null)) return;
    if (deadline.aborted) {
      throw new RsentinelError(
        'WAIT_TIMEOUT',
        `the sentinels have not heard in time that ${heir.name} comes first`,
        {
          hint: 'Give it longer with --wait-timeout.',
        },
      );
    }
    await delay(POLL);
  }
}

/** null: that sentinel does not answer. */
async function knownPriority(
  sentinel: Address,
  masterName: string,
  replica: Address,
  connections: Connections,
): Promise<string | null> {
  const [reply] = await connections.query(sentinel, [['SENTINEL', 'REPLICAS', masterName]]).catch(() => []);
  if (!reply?.ok || !Array.isArray(reply.value)) return null;
  for (const entry of reply.value) {
    const fields: readonly unknown[] = Array.isArray(entry) ? entry : [];
    const field = (name: string): string => String(fields[fields.indexOf(name) + 1]);
    if (`${field('ip')}:${field('port')}` === formatAddress(replica)) return field('slave-priority');
  }
  return '';
}
