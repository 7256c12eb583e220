/** One attempt of `up`: the group is made what its file says, and proved ready; or what was made is taken back. */

import type { LockedContext } from '../engine/context.js';
import type { GroupObjects } from '../engine/engine.js';
import { hasCode } from '../errors.js';
import { NO_CREDENTIALS } from '../model/credentials/credentials.js';
import type { GroupSpec } from '../model/group-spec.js';
import type { GroupReport } from '../model/report/group-report.js';
import type { Step } from '../model/step.js';
import type { Timing } from '../model/timing.js';
import type { Connections } from '../nodes/client/connection.js';
import { PERIODS, setPeriods } from '../nodes/health/periods.js';
import type { Snapshot } from '../nodes/health/snapshot.js';
import { assembleReport } from '../nodes/live/assemble-report.js';
import { reportedAccess } from '../nodes/live/reported-access.js';
import { Deadline } from '../nodes/wait/deadline.js';
import { changesGroup } from '../plan/up/conclusion.js';
import { isPrelude, planUp } from '../plan/up/plan-up.js';
import type { UpOperation } from '../plan/up/up-steps.js';
import { PlanExecutor } from './execute/executor.js';
import { RollbackLog } from './execute/rollback.js';
import { runPlan } from './execute/run-plan.js';
import type { PlanInput } from './input/plan-input.js';

export interface AttemptSettings {
  /** ms that the group may take from the start of its nodes until it is proved ready. */
  readonly waitTimeoutMs: number;
  /** What becomes of the things that a failing `up` has made. */
  readonly onFailure: 'rollback' | 'keep';
  /** ms from now after which the group has expired, for `prune`. Undefined: what was said before holds. */
  readonly ttlMs?: number | undefined;
}

export interface AttemptResult {
  readonly report: GroupReport;
  /** False: the group was there and healthy, nothing was touched. */
  readonly changed: boolean;
}

/** A group that has been proved ready, for those who go on with it. */
export interface StandingGroup extends AttemptResult {
  readonly spec: GroupSpec;
  readonly objects: GroupObjects;
}

/** Observes the group and decides; `canPromote` false: its sentinels have been asked for a failover in vain. */
export type Prepare = (canPromote: boolean) => Promise<PlanInput>;

/**
 * Plans, executes and proves, once; the lock is held.
 * @throws RsentinelError when it cannot be done; what this attempt has made is removed again then,
 *   unless the settings say to keep it
 */
export async function attempt(
  prepare: Prepare,
  settings: AttemptSettings,
  connections: Connections,
  context: LockedContext,
): Promise<StandingGroup> {
  const planInput = await prepare(true);
  const { spec, observed } = planInput;
  const rollback = new RollbackLog();
  const deadline = new Deadline(settings.waitTimeoutMs);
  try {
    const { steps, ...done } = await execute(
      planInput,
      prepare,
      settings,
      connections,
      rollback,
      context,
      deadline,
    );
    const seen = steps.length === 0 ? observed.objects : await context.engine.observe(spec.name);
    const report = standingReport(done.spec, seen, done.snapshot, connections);
    return { spec: done.spec, objects: seen, report, changed: changesGroup(steps) };
  } catch (error) {
    const { live } = observed;
    const before = live.sentinels.size === 0 ? spec.timing : live.timing;
    await handleFailure(error, spec, before, settings, rollback, connections, context);
    throw error;
  } finally {
    deadline.cancel();
  }
}

/** What came of the plans of an attempt. */
interface Executed {
  readonly spec: GroupSpec;
  /** Those of all plans. */
  readonly steps: readonly Step[];
  /** Of the group when it had been verified. */
  readonly snapshot: Snapshot;
}

/** Plans and executes until a plan is more than a prelude. */
async function execute(
  first: PlanInput,
  prepare: Prepare,
  { ttlMs }: AttemptSettings,
  connections: Connections,
  rollback: RollbackLog,
  context: LockedContext,
  deadline: Deadline,
): Promise<Executed> {
  const done: Step<UpOperation>[] = [];
  for (let planInput = first; ; ) {
    const { spec, observed } = planInput;
    const steps = planUp(spec, observed, ttlMs ?? null);
    const { reason } = observed.data;
    if (reason !== null) context.emit({ type: 'warning', message: reason });
    context.emit({ type: 'plan', group: spec.name, steps });
    const executor = new PlanExecutor(planInput, connections, rollback, context, deadline);
    await runPlan(steps, executor.execute, context.emit, context.signal);
    done.push(...steps);
    if (!isPrelude(steps)) return { spec, steps: done, snapshot: await executor.verified() };
    deadline.renew();
    planInput = await prepare(executor.canPromote);
  }
}

/** Returns the report of a group that has been proved ready. */
export function standingReport(
  spec: GroupSpec,
  seen: GroupObjects,
  snapshot: Snapshot,
  connections: Connections,
): GroupReport {
  const known = { ...spec, directory: spec.storage === 'volume' ? null : spec.directory };
  // What nodes went by before is of no use to clients.
  const credentials = {
    ...connections.credentials,
    ...(spec.access.kind === 'none' ? { client: NO_CREDENTIALS.client } : {}),
    ...(spec.tls === null ? { tls: [] } : {}),
  };
  const access = reportedAccess(credentials, known.directory, 'hidden');
  // Not as the snapshot has it: the sentinels have the periods of a group that forms in it.
  return {
    ...assembleReport(known, seen, { snapshot, faults: [], diverged: [] }, access),
    timing: spec.timing,
  };
}

async function handleFailure(
  error: unknown,
  spec: GroupSpec,
  before: Timing,
  settings: AttemptSettings,
  rollback: RollbackLog,
  connections: Connections,
  context: LockedContext,
): Promise<void> {
  // Also of sentinels that were there before and have been hastened.
  const calm = () =>
    Promise.allSettled(spec.sentinels.map((node) => setPeriods(node.control, PERIODS[before], connections)));
  await calm();
  // Without the lock: another rsentinel works with what this one has made.
  const isLost = hasCode(error, 'GROUP_BUSY') || (await hasLostLock(context));
  if (settings.onFailure === 'keep' || isLost) {
    if (rollback.isEmpty) return;
    const removal = `rsentinel down -n ${spec.name}`;
    context.emit({ type: 'warning', message: `what this run has made is kept; ${removal} removes it` });
    return;
  }
  context.emit({ type: 'rollback-started', reason: error instanceof Error ? error.message : String(error) });
  const outcome = await rollback.rollBack();
  // What is taken back may have to be waited for, and that hastens them again.
  await calm();
  context.emit({ type: 'rollback-done', ...outcome });
}

/** Whether another rsentinel holds the lock by now. An engine that does not answer leaves the rollback to fail by itself. */
function hasLostLock({ confirmLock }: LockedContext): Promise<boolean> {
  return confirmLock().then(
    () => false,
    (error: unknown) => hasCode(error, 'GROUP_BUSY'),
  );
}
