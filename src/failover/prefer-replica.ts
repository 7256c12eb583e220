/** Sees to it that Sentinel promotes a certain replica: it takes the one with the lowest priority. */

import { RsentinelError } from '../errors.js';
import { type Endpoint, formatAddress } from '../model/address.js';
import type { GroupNode, GroupNodes } from '../model/group-nodes.js';
import type { Connections } from '../nodes/client/connection.js';
import { listOf } from '../nodes/client/replies.js';
import { getSettings } from '../nodes/client/settings.js';
import { FAILOVER_PERIODS, setPeriods } from '../nodes/health/periods.js';
import type { Live } from '../nodes/live/live.js';

const PRIORITY = 'replica-priority';
/** Before all others that may be promoted; 0 means never (redis.conf, replica-priority). */
const FIRST = '1';
const SECOND = '100';
const POLL = 50;

/** Precedence of one replica over the others, until it is ended. */
export class Preference {
  readonly #changes: readonly Change[];
  readonly #connections: Connections;
  #isOver = false;

  private constructor(changes: readonly Change[], connections: Connections) {
    this.#changes = changes;
    this.#connections = connections;
  }

  /**
   * Gives a replica precedence. Returns once every sentinel knows: it asks for priorities by INFO, every 10 s where its
   * periods cannot be lowered (before 7.0).
   * @throws RsentinelError NODE_UNKNOWN when that replica may not be promoted; WAIT_TIMEOUT; the context's signal's
   *   reason. The priorities are what they were then
   */
  static async begin(successor: GroupNode, master: GroupNode, live: Live): Promise<Preference> {
    const { group, connections } = live;
    const preference = new Preference(await changesFor(successor, master, group, connections), connections);
    try {
      await preference.#set('wanted');
      await Promise.allSettled(
        group.sentinels.map(({ control }) => setPeriods(control, FAILOVER_PERIODS, connections)),
      );
      await untilKnown(successor, preference.#changes, live);
      return preference;
    } catch (error) {
      await preference.end();
      throw error;
    }
  }

  /** Puts the priorities back; done once. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#set('before');
  }

  async #set(which: 'before' | 'wanted'): Promise<void> {
    for (const change of this.#changes) await setPriority(change.node, change[which], this.#connections);
  }
}

/** A priority that is changed for a while. */
interface Change {
  readonly node: GroupNode;
  readonly before: string;
  readonly wanted: string;
}

/** The successor comes first, and whoever else did comes after it. @throws RsentinelError NODE_UNKNOWN */
async function changesFor(
  successor: GroupNode,
  master: GroupNode,
  { redis }: GroupNodes,
  connections: Connections,
): Promise<readonly Change[]> {
  const replicas = redis.filter(({ name }) => name !== master.name);
  const all = await Promise.all(
    replicas.map(async (node): Promise<readonly Change[]> => {
      const [setting] = await getSettings(node.control, [PRIORITY], connections);
      if (setting === undefined) return [];
      const { value: before } = setting;
      const wanted = node === successor ? FIRST : before === FIRST ? SECOND : before;
      return [{ node, before, wanted }];
    }),
  );
  const changes = all.flat();
  if (changes.some(({ node, before }) => node === successor && before === '0')) {
    throw new RsentinelError('NODE_UNKNOWN', `${successor.name} may not be promoted: its ${PRIORITY} is 0`, {
      hint: `Set its ${PRIORITY} to something else, or choose another replica.`,
    });
  }
  return changes.filter(({ before, wanted }) => before !== wanted);
}

/** A failover has the configuration rewritten; so what is put back has to be as well. */
async function setPriority({ control }: GroupNode, value: string, connections: Connections): Promise<void> {
  await connections
    .query(control, [
      ['CONFIG', 'SET', PRIORITY, value],
      ['CONFIG', 'REWRITE'],
    ])
    .catch(() => []);
}

async function untilKnown(successor: GroupNode, changes: readonly Change[], live: Live): Promise<void> {
  const { sentinels, masterName } = live.group;
  await live.poll(
    POLL,
    async () => {
      const known = await Promise.all(
        sentinels.map(({ control }) => knowsAll(control, masterName, changes, live.connections)),
      );
      return known.includes(false) ? null : true;
    },
    () =>
      new RsentinelError(
        'WAIT_TIMEOUT',
        `the sentinels have not heard in time that ${successor.name} comes first`,
        { hint: 'Give it longer with --wait-timeout.' },
      ),
  );
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
