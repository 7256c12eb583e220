/** `failover`: a planned switch of the master that loses nothing. */
import { RsentinelError } from '../errors.js';
import type { Context } from '../group/context.js';
import { Presence, type PresentGroup, type PresentNode } from '../group/presence.js';
import { switchOver } from '../group/switch-over.js';
import { untilWhole } from '../group/whole.js';
import { calm, type FaultTarget, masterName, nodesOf, onGroup, PATIENCE } from './bring-on.js';
import { Milestones } from './effect.js';
import type { FaultReport } from './fault.js';
import { preferHeir } from './heir.js';

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
 * @throws RsentinelError GROUP_ABSENT, NODE_UNKNOWN, WAIT_TIMEOUT; the context's signal's reason
 */
export function plannedFailover(
  target: FaultTarget,
  settings: FailoverSettings,
  context: Context,
): Promise<FaultReport> {
  return onGroup(target.name, 'failover', context, async (engine, connections, locked) => {
    const monitored = nodesOf(engine).find(({ role }) => role === 'sentinel')?.masterName ?? '';
    const { group } = new Presence(target.name, monitored, engine);
    const before = await masterName(engine, connections);
    const master = group.redis.find(({ name }) => name === before);
    if (master === undefined) throw noMaster(target.name);
    const heir = settings.to === null ? null : heirOf(group, master, settings.to);
    const deadline = AbortSignal.timeout(settings.waitTimeoutMs ?? PATIENCE);
    const others = group.redis.filter((node) => node !== master && node !== heir);

    let restore = async (): Promise<void> => {};
    try {
      if (heir !== null) restore = await preferHeir(heir, others, group, connections, locked, deadline);
      const started = performance.now();
      const milestones = new Milestones(started);
      const promoted = await switchOver(group, master, connections, locked, deadline);
      milestones.note(`all sentinels name ${promoted.name} as the master`);
      if (settings.wait) {
        await untilWhole(group, connections, locked, deadline);
        milestones.note('every replica follows it, the former master too');
      }
      return {
        group: target.name,
        fault: 'failover',
        victims: [master.name],
        master: { before: master.name, after: promoted.name },
        milestones: milestones.list,
        ms: Math.round(performance.now() - started),
      };
    } finally {
      await restore();
      await calm(group.sentinels, connections);
    }
  });
}

function heirOf({ name: group, redis }: PresentGroup, master: PresentNode, name: string): PresentNode {
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
