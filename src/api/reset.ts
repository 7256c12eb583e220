/** `reset`: between two tests, a group is what its file says again, with the file's master and without data. */

import type { Context, LockedContext } from '../engine/context.js';
import type { ObservedEngine } from '../engine/engine.js';
import { canForcePromote, forcePromote, isUnannounced } from '../failover/force-promote.js';
import { keepingPeriods } from '../failover/keep-timers.js';
import { masterMoved } from '../failover/master-moved.js';
import { switchOver } from '../failover/planned.js';
import { preferReplica } from '../failover/prefer-replica.js';
import { groupAbsent } from '../lock/absent.js';
import type { GroupSpec } from '../model/group-spec.js';
import type { GroupReport } from '../model/report/group-report.js';
import type { Topology } from '../model/topology.js';
import { Connections } from '../nodes/client/connection.js';
import { takeSnapshot } from '../nodes/health/observe.js';
import { type LiveNode, LiveNodes, masterNameOf } from '../nodes/live/live-nodes.js';
import { loadCredentials } from '../nodes/live/load-credentials.js';
import { nodeMembers, presentMaster, sentinelsOf } from '../nodes/live/members.js';
import { otherMasters, removeMasters } from '../nodes/live/other-masters.js';
import { verifyReady } from '../nodes/wait/verify-ready.js';
import { waitConverged } from '../nodes/wait/wait-converged.js';
import { type StandingGroup, standingReport } from '../reconcile/attempt.js';
import { resolveTopology } from '../reconcile/input/resolve-topology.js';
import { reconcile, underLock } from '../reconcile/retry.js';
import { flush } from './flush.js';

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
  { waitTimeoutMs, otherMasters: others }: ResetSettings,
  context: Context,
): Promise<ResetResult> {
  const started = performance.now();
  const topology = await resolveTopology(asked, context);
  const connections = new Connections();
  try {
    const seen = await context.driver.observe(topology.name);
    if (nodeMembers(seen).length === 0) throw groupAbsent(topology.name);
    connections.use(await loadCredentials(topology.name, seen, context.driver));
    const holder = { command: 'reset', image: seen.image };
    const settings = { waitTimeoutMs, onFailure: 'rollback' } as const;
    return await underLock(topology, holder, waitTimeoutMs, context, async (locked) => {
      await finishForcedPromotion(topology, seen, waitTimeoutMs, connections, locked.context);
      const group = await reconcile(topology, settings, connections, locked);
      const done = await startOver(group, waitTimeoutMs, connections, locked.context);
      await settleOthers(group.spec, others, connections, locked.context);
      const ms = performance.now() - started;
      context.emit({ type: 'ready', ms });
      return { ...done, mended: group.changed, ms };
    });
  } finally {
    connections.close();
  }
}

/**
 * The file's master may be a master already that no sentinel knows of: by a reset that was killed in between, or
 * because it has just been started again. Left alone, the sentinels would make something of that within a
 * minute.
 * @param engine as it was before the lock was held: who has gone since does not answer
 */
async function finishForcedPromotion(
  { name, redis }: Topology,
  engine: ObservedEngine,
  waitTimeoutMs: number,
  connections: Connections,
  context: Context,
): Promise<void> {
  if (engine.members.some(({ state }) => state !== 'running')) return;
  const group = new LiveNodes(name, masterNameOf(engine), engine).group;
  const heir = group.redis.find((node) => node.name === redis[0].name);
  if (heir === undefined || !canForcePromote(group)) return;
  if (!isUnannounced(heir, await takeSnapshot(group, connections))) return;
  const started = performance.now();
  const from = (await presentMaster(engine, connections)) ?? 'another node';
  const deadline = AbortSignal.timeout(waitTimeoutMs);
  await keepingPeriods(sentinelsOf(engine), connections, async () => {
    await forcePromote(heir, group, connections, context, deadline);
    await waitConverged(group, connections, context, deadline);
  });
  context.emit({ type: 'switched-back', from, to: heir.name, ms: performance.now() - started });
}

/** Of a group that has just been proved ready, with its lock held. */
async function startOver(
  group: StandingGroup,
  waitTimeoutMs: number,
  connections: Connections,
  context: LockedContext,
): Promise<Pick<ResetResult, 'report' | 'master'>> {
  const { spec, engine } = group;
  const deadline = AbortSignal.timeout(waitTimeoutMs);
  const [first] = spec.redis;
  const before = spec.redis.find(({ name }) => name === group.report.master?.node);
  if (before === undefined) throw new Error('a group was proved ready whose sentinels do not agree');

  const flushing = performance.now();
  await context.confirmLock();
  // Before the switch: there is nothing to be copied then.
  await flush(spec, before, connections, context, deadline);
  context.emit({ type: 'flushed', node: before.name, ms: performance.now() - flushing });

  const prove = () => verifyReady(spec, connections, context, deadline);
  const snapshot =
    before === first
      ? await prove()
      : await keepingPeriods(sentinelsOf(engine), connections, async () => {
          await switchBack(first, before, spec, connections, context, deadline);
          return prove();
        });
  const report = standingReport(spec, engine, snapshot, connections);
  const after = report.master?.node ?? 'another node';
  if (after !== first.name) throw masterMoved(after);
  return { report, master: { before: before.name, after } };
}

async function settleOthers(
  spec: GroupSpec,
  wanted: ResetSettings['otherMasters'],
  connections: Connections,
  { emit }: Context,
): Promise<void> {
  const names = await otherMasters(spec, connections);
  if (names.length === 0) return;
  if (wanted === 'remove') return removeMasters(names, spec, connections);
  const message = `the sentinels also watch ${names.join(', ')}, which is not in the topology and stays; --all-masters removes it`;
  emit({ type: 'warning', message });
}

/** The sentinels' periods are lowered afterwards. */
async function switchBack(
  first: LiveNode,
  from: LiveNode,
  spec: GroupSpec,
  connections: Connections,
  context: Context,
  deadline: AbortSignal,
): Promise<void> {
  const started = performance.now();
  if (canForcePromote(spec)) {
    await forcePromote(first, spec, connections, context, deadline);
  } else {
    const switching = () => switchOver(spec, from, connections, context, deadline);
    await preferReplica(first, from, spec, connections, context, deadline, switching);
  }
  context.emit({
    type: 'switched-back',
    from: from.name,
    to: first.name,
    ms: performance.now() - started,
  });
}
