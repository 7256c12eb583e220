/** `failover`: a planned switch of the master that loses nothing. */

import type { Context } from '../engine/context.js';
import { RsentinelError } from '../errors.js';
import { keepingPeriods } from '../failover/keep-timers.js';
import { switchOver } from '../failover/planned.js';
import { preferReplica } from '../failover/prefer-replica.js';
import { onGroup } from '../lock/with-group.js';
import type { Connections } from '../nodes/client/connection.js';
import { type LiveGroup, type LiveNode, LiveNodes, masterNameOf } from '../nodes/live/live-nodes.js';
import { presentMaster, sentinelsOf } from '../nodes/live/members.js';
import { waitConverged } from '../nodes/wait/wait-converged.js';
import { PATIENCE } from './bring-on.js';
import { Milestones } from './effect.js';
import type { FaultReport } from './fault.js';

export interface FailoverSettings {
  /** Name of the replica that is to take over; null: Sentinel's choice. */
  readonly to: string | null;
  /** Whether to wait until all replicas follow, the old master among them. */
  readonly wait: boolean;
  /** ms */
  readonly waitTimeoutMs: number | undefined;
}

/**
 * Holds writes, has every replica catch up and one of them promoted, and lets writes go. Whatever
 * fails midway, they are let go.
 * @throws RsentinelError GROUP_ABSENT, GROUP_BUSY, NODE_UNKNOWN, WAIT_TIMEOUT; the context's signal's reason
 */
export function plannedFailover(
  group: string,
  settings: FailoverSettings,
  context: Context,
): Promise<FaultReport> {
  return onGroup(group, 'failover', context, async (engine, connections, locked) => {
    const present = new LiveNodes(group, masterNameOf(engine), engine).group;
    const before = await presentMaster(engine, connections);
    const master = present.redis.find(({ name }) => name === before);
    if (master === undefined) throw noMaster(group);
    const switching: Switching = { group: present, master, connections, context: locked };
    const heir = settings.to === null ? null : heirOf(present, master, settings.to);
    return keepingPeriods(sentinelsOf(engine), connections, () => handOver(switching, heir, settings));
  });
}

/** A master that hands over. */
interface Switching {
  readonly group: LiveGroup;
  readonly master: LiveNode;
  readonly connections: Connections;
  readonly context: Context;
}

function handOver(
  { group, master, connections, context }: Switching,
  heir: LiveNode | null,
  { wait, waitTimeoutMs }: FailoverSettings,
): Promise<FaultReport> {
  const deadline = AbortSignal.timeout(waitTimeoutMs ?? PATIENCE);
  const work = async (): Promise<FaultReport> => {
    const started = performance.now();
    const milestones = new Milestones(started);
    const { master: promoted } = await switchOver(group, master, connections, context, deadline);
    milestones.note(`all sentinels name ${promoted.name} as the master`);
    if (wait) {
      await waitConverged(group, connections, context, deadline);
      milestones.note('every replica follows it, the former master too');
    }
    return {
      group: group.name,
      fault: 'failover',
      victims: [master.name],
      master: { before: master.name, after: promoted.name },
      milestones: milestones.list,
      lost: [],
      ms: Math.round(performance.now() - started),
    };
  };
  return heir === null ? work() : preferReplica(heir, master, group, connections, context, deadline, work);
}

function heirOf({ name: group, redis }: LiveGroup, master: LiveNode, name: string): LiveNode {
  const heir = redis.find((node) => node.name === name && node !== master);
  if (heir !== undefined) return heir;
  const replicas = redis.filter((node) => node !== master).map((node) => node.name);
  const why =
    name === master.name
      ? `${name} is the master already`
      : `the group ${group} has no replica ${name} that runs`;
  throw new RsentinelError('NODE_UNKNOWN', why, {
    hint: replicas.length === 0 ? 'It has no replica that runs.' : `Its replicas are ${replicas.join(', ')}.`,
  });
}

function noMaster(group: string): RsentinelError {
  return new RsentinelError('NODE_UNKNOWN', `the sentinels of ${group} name no master that runs`, {
    hint: '`rsentinel status` shows what they see; `rsentinel up` has a dead master replaced.',
  });
}
