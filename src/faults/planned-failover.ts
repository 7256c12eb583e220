/** `failover`: a planned switch of the master that loses nothing. */

import type { Context, LockedContext } from '../engine/context.js';
import type { GroupObjects } from '../engine/engine.js';
import { RsentinelError } from '../errors.js';
import { KeptTimers } from '../failover/keep-timers.js';
import { switchOver } from '../failover/planned.js';
import { Preference } from '../failover/prefer-replica.js';
import { lookAtGroup, onGroup } from '../lock/with-group.js';
import type { GroupNode, GroupNodes } from '../model/group-nodes.js';
import type { Step } from '../model/step.js';
import type { Connections } from '../nodes/client/connection.js';
import { Live } from '../nodes/live/live.js';
import { LiveNodes, masterNameOf } from '../nodes/live/live-nodes.js';
import { observeLive } from '../nodes/live/live-state.js';
import { presentMaster, sentinelsOf } from '../nodes/live/members.js';
import { waitConverged } from '../nodes/wait/wait-converged.js';
import { type FailoverOperation, planFailover as planSteps } from '../plan/plan-failover.js';
import { runPlan } from '../reconcile/execute/run-plan.js';
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
  return onGroup(group, 'failover', context, async (objects, connections, locked) => {
    const roles = await rolesOf(group, settings.to, objects, connections);
    const steps = await plan(roles, settings, objects, connections);
    locked.emit({ type: 'plan', group, steps });
    const timers = await KeptTimers.of(sentinelsOf(objects), connections);
    const executor = new FailoverExecutor(roles, settings, timers, connections, locked);
    return executor.execute(steps);
  });
}

/**
 * Returns the steps that `failover` would take now; nothing is changed.
 * @throws RsentinelError GROUP_ABSENT, NODE_UNKNOWN
 */
export function planFailover(
  group: string,
  settings: FailoverSettings,
  context: Context,
): Promise<readonly Step[]> {
  return lookAtGroup(group, context, async (objects, connections) => {
    const roles = await rolesOf(group, settings.to, objects, connections);
    return plan(roles, settings, objects, connections);
  });
}

/** Who hands over, and to whom. */
interface Roles {
  readonly group: GroupNodes;
  readonly master: GroupNode;
  /** null: whom Sentinel chooses. */
  readonly successor: GroupNode | null;
}

/** @throws RsentinelError NODE_UNKNOWN */
async function rolesOf(
  name: string,
  to: string | null,
  objects: GroupObjects,
  connections: Connections,
): Promise<Roles> {
  const group = new LiveNodes(name, masterNameOf(objects), objects).group;
  const before = await presentMaster(objects, connections);
  const master = group.redis.find((node) => node.name === before);
  if (master === undefined) throw noMaster(name);
  return { group, master, successor: to === null ? null : successorOf(group, master, to) };
}

async function plan(
  { group, master }: Roles,
  { to, wait }: FailoverSettings,
  objects: GroupObjects,
  connections: Connections,
): Promise<readonly Step<FailoverOperation>[]> {
  const { timing } = await observeLive(objects, connections);
  const sentinels = group.sentinels.map(({ name }) => name);
  return planSteps({ master: master.name, to, sentinels, timing }, wait);
}

/** Carries out the steps of a planned failover, and notes when each part of it was seen. */
class FailoverExecutor {
  readonly #roles: Roles;
  readonly #timers: KeptTimers;
  readonly #live: Live;
  readonly #confirmLock: LockedContext['confirmLock'];
  #started = performance.now();
  #milestones = new Milestones(this.#started);
  #preference: Preference | null = null;
  #promoted: GroupNode | null = null;

  constructor(
    roles: Roles,
    { waitTimeoutMs }: FailoverSettings,
    timers: KeptTimers,
    connections: Connections,
    context: LockedContext,
  ) {
    this.#roles = roles;
    this.#timers = timers;
    const deadline = AbortSignal.timeout(waitTimeoutMs ?? PATIENCE);
    this.#live = new Live(roles.group, connections, context, deadline);
    this.#confirmLock = context.confirmLock;
  }

  /** Whatever happens, the sentinels and the replicas get back what was changed for the failover. */
  async execute(steps: readonly Step<FailoverOperation>[]): Promise<FaultReport> {
    const { emit, signal } = this.#live;
    try {
      await runPlan(steps, this.#execute, emit, signal);
    } finally {
      await this.#preference?.end();
      await this.#timers.restoreAll();
    }
    const { group, master } = this.#roles;
    return {
      group: group.name,
      fault: 'failover',
      victims: [master.name],
      master: { before: master.name, after: this.#promoted?.name ?? null },
      milestones: this.#milestones.list,
      lost: [],
      ms: Math.round(performance.now() - this.#started),
    };
  }

  readonly #execute = async (operation: FailoverOperation): Promise<void> => {
    const { master, successor } = this.#roles;
    await this.#confirmLock();
    switch (operation.kind) {
      case 'prefer':
        if (successor === null) throw new Error('the plan prefers a replica that was not asked for');
        this.#preference = await Preference.begin(successor, master, this.#live);
        return;
      case 'switch':
        return this.#switch();
      case 'wait-converged':
        await waitConverged(this.#live);
        this.#milestones.note('every replica follows it, the former master too');
        return;
      case 'restore-priorities':
        return this.#preference?.end();
      case 'restore-timers':
        return this.#timers.restore(operation.node);
    }
  };

  async #switch(): Promise<void> {
    const { master } = this.#roles;
    this.#started = performance.now();
    this.#milestones = new Milestones(this.#started);
    const { master: promoted } = await switchOver(this.#live, master);
    this.#promoted = promoted;
    this.#milestones.note(`all sentinels name ${promoted.name} as the master`);
  }
}

function successorOf({ name: group, redis }: GroupNodes, master: GroupNode, name: string): GroupNode {
  const successor = redis.find((node) => node.name === name && node !== master);
  if (successor !== undefined) return successor;
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
