/** Makes a replica the master at once, without an election: for groups that have no data to lose. */

import { HELLO } from '../access/acl.js';
import { sameAddress } from '../model/address.js';
import type { GroupNode, GroupNodes } from '../model/group-nodes.js';
import type { Connections } from '../nodes/client/connection.js';
import { FORMING_PERIODS, setPeriods } from '../nodes/health/periods.js';
import { findDataFaults } from '../nodes/health/readiness.js';
import { agreedMaster, masterViews, type Snapshot } from '../nodes/health/snapshot.js';
import type { Live } from '../nodes/live/live.js';
import { waitHealthy } from '../nodes/wait/wait-healthy.js';
import { replicaOf } from './replicaof.js';

/**
 * Whether {@link appoint} can be used: a sentinel believes what it hears from another one that it knows.
 */
export function canForcePromote({ sentinels }: GroupNodes): boolean {
  return sentinels.length > 1;
}

/** Whether a node is a master by its own word while all sentinels are at rest with another. */
export function isUnannounced(
  { name, address }: Pick<GroupNode, 'name' | 'address'>,
  snapshot: Snapshot,
): boolean {
  const named = agreedMaster(snapshot);
  const own = snapshot.redis.get(name);
  const isAtRest = masterViews(snapshot).every(({ flags }) => !flags.includes('failover_in_progress'));
  const isMaster = own?.kind === 'redis' && own.role === 'master';
  return isMaster && isAtRest && named !== null && !sameAddress(named, address);
}

/**
 * Sets the replication up as it is to be, and then tells every sentinel, in the words and in the name of
 * another one, of a configuration that is newer than theirs. They take it as they take the outcome of any
 * failover that another has led. That takes a tenth of the time: no votes, and no waiting for INFO. What
 * clients write meanwhile is lost. When the replicas do not come, the sentinels are told all the same: what
 * they know and what is must not stay apart. Their periods are those of a group that forms afterwards.
 * @param live a group that has just been proved ready
 * @throws RsentinelError as {@link untilFaultless}
 */
export async function forcePromote(live: Live, successor: GroupNode): Promise<void> {
  const { group, connections } = live;
  const before = await live.with({ ...group, redis: [] }).snapshot();
  const servers = live.with({ ...group, sentinels: [] });
  try {
    await replicaOf(successor.control, null, connections);
    const others = group.redis.filter(({ name }) => name !== successor.name);
    await Promise.all(others.map(({ control }) => replicaOf(control, successor.address, connections)));
    // A sentinel whose first INFO finds a replica's link down looks again only after a second.
    const look = async () => {
      const snapshot = await servers.snapshot();
      await leadAgain(successor, group, snapshot, connections);
      return { snapshot, faults: findDataFaults(group, snapshot, successor) };
    };
    await waitHealthy(live, look);
  } finally {
    // A sentinel asks a new master who it is only when its time for INFO has come.
    await Promise.allSettled(
      group.sentinels.map(({ control }) => setPeriods(control, FORMING_PERIODS, connections)),
    );
    await tell(successor, group, before, connections);
  }
}

/** Tells those once more who have not heard it: a connection may have broken. */
async function leadAgain(
  successor: GroupNode,
  { redis }: GroupNodes,
  snapshot: Snapshot,
  connections: Connections,
): Promise<void> {
  await Promise.all(
    redis.map(async ({ name, control }) => {
      const answer = snapshot.redis.get(name);
      if (answer?.kind !== 'redis') return;
      const { link } = answer;
      if (name === successor.name) {
        if (link !== null) await replicaOf(control, null, connections);
      } else if (link === null || !sameAddress(link.master, successor.address)) {
        await replicaOf(control, successor.address, connections);
      }
    }),
  );
}

/** The epoch is one of its own: a sentinel that is away now learns it later from the others. */
async function tell(
  { address }: GroupNode,
  { sentinels, masterName }: GroupNodes,
  before: Snapshot,
  connections: Connections,
): Promise<void> {
  const epoch = Math.max(0, ...masterViews(before).map(({ configEpoch }) => configEpoch)) + 1;
  await Promise.allSettled(
    sentinels.map(async ({ name, control }) => {
      const answer = before.sentinels.get(name);
      const other = answer?.kind === 'sentinel' ? answer.sentinels[0] : undefined;
      if (other === undefined) return;
      const from = [other.address.host, other.address.port, other.runid, epoch];
      const hello = [...from, masterName, address.host, address.port, epoch].join(',');
      await connections.query(control, [['PUBLISH', HELLO, hello]]);
    }),
  );
}
