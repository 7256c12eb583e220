/** `reset`: between two tests, a group is what its file says again, with the file's master and without data. */

import type { Context, LockedContext } from '../engine/context.js';
import type { GroupObjects } from '../engine/engine.js';
import { canForcePromote, forcePromote, isUnannounced } from '../failover/force-promote.js';
import { keepingPeriods } from '../failover/keep-timers.js';
import { masterMoved } from '../failover/master-moved.js';
import { switchOver } from '../failover/planned.js';
import { Preference } from '../failover/prefer-replica.js';
import { groupAbsent } from '../lock/absent.js';
import type { GroupNode } from '../model/group-nodes.js';
import type { GroupSpec } from '../model/group-spec.js';
import type { GroupReport } from '../model/report/group-report.js';
import type { Step } from '../model/step.js';
import type { Topology } from '../model/topology.js';
import { Connections } from '../nodes/client/connection.js';
import { takeSnapshot } from '../nodes/health/observe.js';
import type { Snapshot } from '../nodes/health/snapshot.js';
import { Live } from '../nodes/live/live.js';
import { LiveNodes, masterNameOf } from '../nodes/live/live-nodes.js';
import { loadCredentials } from '../nodes/live/load-credentials.js';
import { nodeMembers, presentMaster, type Sentinels, sentinelsOf } from '../nodes/live/members.js';
import { otherMasters, removeMasters } from '../nodes/live/other-masters.js';
import { verifyReady } from '../nodes/wait/verify-ready.js';
import { waitConverged } from '../nodes/wait/wait-converged.js';
import { planReset as planSteps, type ResetOperation } from '../plan/plan-reset.js';
import { type StandingGroup, standingReport } from '../reconcile/attempt.js';
import { runPlan } from '../reconcile/execute/run-plan.js';
import { preparePlan } from '../reconcile/input/plan-input.js';
import { resolveTopology } from '../reconcile/input/resolve-topology.js';
import { noRefusals, retryAttempts, underLock } from '../reconcile/retry.js';
import { flush } from './flush.js';
import { foreseenSteps } from './up.js';

export interface ResetSettings {
  /** ms that the group may take to be brought up, and then to be ready again without its data. */
  readonly waitTimeoutMs: number;
  /** What becomes of masters that the sentinels watch beside the group's. */
  readonly otherMasters: 'keep' | 'remove';
}

export interface ResetResult {
  readonly report: GroupReport;
  /** Whether anything had to be done before it could be emptied, as by `up`. */
  readonly mended: boolean;
  /** Names of nodes; the same where the file's master was the master. */
  readonly master: { readonly before: string; readonly after: string };
  /** From the call to the report. */
  readonly ms: number;
}

/**
 * Brings a group up as `up` does, makes the first Redis node of its topology the master again, and removes
 * all data and functions from every node. Nothing is asked, and nothing of the data is kept. Returns once
 * the group has been proved ready again. Containers that are as they should be stay, and so do the
 * connections of clients where the master stays the same.
 * @throws RsentinelError GROUP_ABSENT, GROUP_BUSY, FLUSH_REFUSED, WAIT_TIMEOUT; MASTER_MOVED when the sentinels
 *   have promoted another meanwhile; as `up` does, what that has made being removed again then
 */
export async function reset(
  asked: Topology,
  settings: ResetSettings,
  context: Context,
): Promise<ResetResult> {
  const { waitTimeoutMs } = settings;
  const started = performance.now();
  const topology = await resolveTopology(asked, context);
  const connections = new Connections();
  try {
    const seen = await context.engine.observe(topology.name);
    if (nodeMembers(seen).length === 0) throw groupAbsent(topology.name);
    connections.use(await loadCredentials(topology.name, seen, context.engine));
    const holder = { command: 'reset', image: seen.image };
    return await underLock(topology, holder, waitTimeoutMs, context, async (locked) => {
      await endPauses(seen, connections);
      await finishForcedPromotion(topology, seen, waitTimeoutMs, connections, locked.context);
      const attempts = { waitTimeoutMs, onFailure: 'rollback' } as const;
      const group = await retryAttempts(topology, attempts, connections, locked);
      const done = await startOver(group, settings, connections, locked.context);
      const ms = performance.now() - started;
      context.emit({ type: 'ready', ms });
      return { ...done, mended: group.changed, ms };
    });
  } finally {
    connections.close();
  }
}

/**
 * Ends every `CLIENT PAUSE` on a node that answers. A paused server does not answer the PUBLISH of a sentinel either (server.c,
 * CMD_MAY_REPLICATE), nor the PINGs behind it: its sentinels take it for down, and fail over, until the pause is over.
 */
async function endPauses(objects: GroupObjects, connections: Connections): Promise<void> {
  const nodes = objects.members.flatMap(({ role, control }) =>
    role === 'redis' && control !== null ? [control] : [],
  );
  await Promise.allSettled(nodes.map((control) => connections.query(control, [['CLIENT', 'UNPAUSE']])));
}

/**
 * The file's master may be a master already that no sentinel knows of: by a reset that was killed in between, or
 * because it has just been started again. Left alone, the sentinels would make something of that within a
 * minute.
 * @param objects as it was before the lock was held: who has gone since does not answer
 */
async function finishForcedPromotion(
  { name, redis }: Topology,
  objects: GroupObjects,
  waitTimeoutMs: number,
  connections: Connections,
  context: Context,
): Promise<void> {
  if (objects.members.some(({ state }) => state !== 'running')) return;
  const group = new LiveNodes(name, masterNameOf(objects), objects).group;
  const successor = group.redis.find((node) => node.name === redis[0].name);
  if (successor === undefined || !canForcePromote(group)) return;
  if (!isUnannounced(successor, await takeSnapshot(group, connections))) return;
  const started = performance.now();
  const from = (await presentMaster(objects, connections)) ?? 'another node';
  const live = new Live(group, connections, context, AbortSignal.timeout(waitTimeoutMs));
  await keepingPeriods(sentinelsOf(objects), connections, async () => {
    await forcePromote(live, successor);
    await waitConverged(live);
  });
  context.emit({ type: 'switched-back', from, to: successor.name, ms: performance.now() - started });
}

/**
 * Returns the steps that `reset` would take now: those of `up`, then its own; nothing is changed. What they depend on and only `reset` can
 * find out is told by warnings.
 * @throws RsentinelError as `reset` does
 */
export async function planReset(
  asked: Topology,
  { otherMasters: others }: Pick<ResetSettings, 'otherMasters'>,
  context: Context,
): Promise<readonly Step[]> {
  const topology = await resolveTopology(asked, context);
  const connections = new Connections();
  try {
    const input = await preparePlan(topology, noRefusals(), 'none', connections, context);
    const { spec, observed } = input;
    await input.storage.close();
    if (nodeMembers(observed.objects).length === 0) throw groupAbsent(topology.name);
    const steps = foreseenSteps(input, null, context);
    const names = others === 'remove' ? await otherMasters(spec, connections) : [];
    return [...steps, ...planSteps(spec, observed.history.master.name, names)];
  } finally {
    connections.close();
  }
}

/** Carries out what is behind `up` in a reset, with the lock held. */
async function startOver(
  group: StandingGroup,
  { waitTimeoutMs, otherMasters: others }: ResetSettings,
  connections: Connections,
  context: LockedContext,
): Promise<Pick<ResetResult, 'report' | 'master'>> {
  const { spec, objects } = group;
  const [first] = spec.redis;
  const before = spec.redis.find(({ name }) => name === group.report.master?.node);
  if (before === undefined) throw new Error('a group was proved ready whose sentinels do not agree');
  const names = await otherMasters(spec, connections);
  const steps = planSteps(spec, before.name, others === 'remove' ? names : []);
  context.emit({ type: 'plan', group: spec.name, steps });
  const live = new Live(spec, connections, context, AbortSignal.timeout(waitTimeoutMs));
  const executor = new ResetExecutor(live, sentinelsOf(objects), before, context.confirmLock);
  const snapshot = await executor.execute(steps);
  const report = standingReport(spec, objects, snapshot, connections);
  const after = report.master?.node ?? 'another node';
  if (after !== first.name) throw masterMoved(after);
  if (others === 'keep' && names.length > 0) {
    const message = `the sentinels also watch ${names.join(', ')}, which is not in the topology and stays; --all-masters removes it`;
    context.emit({ type: 'warning', message });
  }
  return { report, master: { before: before.name, after } };
}

/** Carries out the steps of a reset on a group that has just been proved ready. */
class ResetExecutor {
  readonly #live: Live<GroupSpec>;
  readonly #sentinels: Sentinels;
  readonly #master: GroupNode;
  readonly #confirmLock: LockedContext['confirmLock'];
  #snapshot: Snapshot | null = null;

  constructor(
    live: Live<GroupSpec>,
    sentinels: Sentinels,
    master: GroupNode,
    confirmLock: LockedContext['confirmLock'],
  ) {
    this.#live = live;
    this.#sentinels = sentinels;
    this.#master = master;
    this.#confirmLock = confirmLock;
  }

  /** Returns the group as it was when it had been verified without its data. The sentinels get their periods back, whatever happens. */
  async execute(steps: readonly Step<ResetOperation>[]): Promise<Snapshot> {
    const { emit, signal, connections } = this.#live;
    await keepingPeriods(this.#sentinels, connections, () => runPlan(steps, this.#execute, emit, signal));
    if (this.#snapshot === null) throw new Error('the plan of a reset verifies nothing');
    return this.#snapshot;
  }

  readonly #execute = async (operation: ResetOperation): Promise<void> => {
    await this.#confirmLock();
    switch (operation.kind) {
      case 'flush':
        return this.#flush();
      case 'switch-back':
        return this.#switchBack();
      case 'verify-empty':
        this.#snapshot = await verifyReady(this.#live);
        return;
      case 'remove-masters':
        return removeMasters(operation.masters, this.#live.group, this.#live.connections);
    }
  };

  async #flush(): Promise<void> {
    const started = performance.now();
    await flush(this.#live, this.#master);
    this.#live.emit({ type: 'flushed', node: this.#master.name, ms: performance.now() - started });
  }

  async #switchBack(): Promise<void> {
    const started = performance.now();
    const [first] = this.#live.group.redis;
    if (canForcePromote(this.#live.group)) await forcePromote(this.#live, first);
    else await this.#switchByFailover(first);
    const ms = performance.now() - started;
    this.#live.emit({ type: 'switched-back', from: this.#master.name, to: first.name, ms });
  }

  async #switchByFailover(first: GroupNode): Promise<void> {
    const preference = await Preference.begin(first, this.#master, this.#live);
    try {
      await switchOver(this.#live, this.#master);
    } finally {
      await preference.end();
    }
  }
}
