/** One attempt of `up`: the group is made what its file says, and proved ready; or what was made is taken back. */

import type { Context, LockedContext } from '../engine/context.js';
import type { Expiry, ObservedEngine } from '../engine/engine.js';
import { hasCode } from '../errors.js';
import { endForgottenRefusal } from '../failover/pause-writes.js';
import { refuseFixedPeriods } from '../failover/with-timing.js';
import { NO_CREDENTIALS } from '../model/credentials/credentials.js';
import type { GroupSpec } from '../model/group-spec.js';
import type { GroupReport } from '../model/report/group-report.js';
import type { Timing } from '../model/timing.js';
import type { Connections } from '../nodes/client/connection.js';
import { PERIODS, runsWith, setPeriods } from '../nodes/health/periods.js';
import type { Snapshot } from '../nodes/health/snapshot.js';
import { assembleReport } from '../nodes/live/assemble-report.js';
import { reportedAccess } from '../nodes/live/reported-access.js';
import { Deadline } from '../nodes/wait/deadline.js';
import { verifyReady } from '../nodes/wait/verify-ready.js';
import { isPrelude, planUp } from '../plan/plan.js';
import { PlanExecutor } from './execute/executor.js';
import { RollbackLog } from './execute/rollback.js';
import { apply } from './execute/run-plan.js';
import type { PlanInput } from './input/plan-input.js';

export interface AttemptSettings {
  /** ms that the group may take from the start of its nodes until it is proved ready. */
  readonly waitTimeoutMs: number;
  /** What becomes of the things that a failing `up` has made. */
  readonly onFailure: 'rollback' | 'keep';
  /** ms from now after which the group has expired, for `prune`. Undefined: what was said before holds. */
  readonly ttlMs?: number | undefined;
}

export interface BroughtUp {
  readonly report: GroupReport;
  /** False: the group was there and healthy, nothing was touched. */
  readonly changed: boolean;
}

/** A group that has been proved ready, for those who go on with it. */
export interface StandingGroup extends BroughtUp {
  readonly spec: GroupSpec;
  readonly engine: ObservedEngine;
}

/** Observes the group; `refused`: its sentinels have been asked for a failover in vain. */
export type Look = (promotion: 'possible' | 'refused') => Promise<PlanInput>;

/**
 * Plans, performs and proves, once; the lock is held.
 * @throws RsentinelError when it cannot be done; what this attempt has made is removed again then,
 *   unless the settings say to keep it
 */
export async function bringUp(
  look: Look,
  settings: AttemptSettings,
  connections: Connections,
  context: LockedContext,
): Promise<StandingGroup> {
  const planInput = await look('possible');
  const { spec, observed } = planInput;
  const rollback = new RollbackLog();
  const deadline = new Deadline(settings.waitTimeoutMs);
  try {
    // Before anything is made: what a killed `up` leaves expires as well.
    const mark =
      settings.ttlMs === undefined ? null : await markExpiry(spec.name, settings.ttlMs, rollback, context);
    const done = await perform(planInput, look, connections, rollback, context, deadline);
    deadline.begin();
    const snapshot = await verifyReady(done.spec, connections, context, deadline.signal);
    await done.executor.forgetFormerPasswords();
    refuseFixedPeriods(spec.timing, snapshot);
    if (mark !== null) await dropFormerMarks(spec.name, mark, observed.engine.expiry, context);
    const seen =
      done.isUntouched && mark === null ? observed.engine : await context.driver.observe(spec.name);
    const { report, changed } = await finish(done.spec, seen, snapshot, connections);
    return { spec: done.spec, engine: seen, report, changed: changed || !done.isUntouched };
  } catch (error) {
    const { live } = observed;
    const before = live.sentinels.size === 0 ? spec.timing : live.timing;
    await handleFailure(error, spec, before, settings, rollback, connections, context);
    throw error;
  } finally {
    deadline.cancel();
  }
}

/** Plans and performs until a plan is more than a prelude. */
async function perform(
  first: PlanInput,
  look: Look,
  connections: Connections,
  rollback: RollbackLog,
  context: LockedContext,
  deadline: Deadline,
): Promise<{ readonly spec: GroupSpec; readonly executor: PlanExecutor; readonly isUntouched: boolean }> {
  for (let planInput = first; ; ) {
    const { spec, observed, storage } = planInput;
    const steps = planUp(spec, observed);
    const { reason } = observed.data;
    if (reason !== null) context.emit({ type: 'warning', message: reason });
    context.emit({ type: 'plan', group: spec.name, steps });
    const executor = new PlanExecutor(spec, observed, storage, connections, rollback, context, deadline);
    await apply(steps, executor.perform, context.emit, context.signal);
    if (!isPrelude(steps)) return { spec, executor, isUntouched: planInput === first && steps.length === 0 };
    deadline.renew();
    planInput = await look(executor.canPromote ? 'possible' : 'refused');
  }
}

/** Of a group that has been proved ready: calms its sentinels, and reports. */
export async function finish(
  spec: GroupSpec,
  seen: ObservedEngine,
  snapshot: Snapshot,
  connections: Connections,
): Promise<BroughtUp> {
  const restored = await Promise.all([
    restorePeriods(spec, snapshot, connections),
    restoreWrites(spec, snapshot, connections),
  ]);
  const changed = restored.includes(true);
  const known = { ...spec, directory: spec.storage === 'volume' ? null : spec.directory };
  // What nodes went by before is of no use to clients.
  const credentials = {
    ...connections.credentials,
    ...(spec.access.kind === 'none' ? { client: NO_CREDENTIALS.client } : {}),
    ...(spec.tls === null ? { tls: [] } : {}),
  };
  const access = reportedAccess(credentials, known.directory, 'hidden');
  // Not as the snapshot has it: the sentinels have the periods of a group that forms in it.
  const report = {
    ...assembleReport(known, seen, { snapshot, faults: [], diverged: [] }, access),
    timing: spec.timing,
  };
  return { report, changed };
}

async function markExpiry(
  group: string,
  ttlMs: number,
  rollback: RollbackLog,
  { driver }: Context,
): Promise<string> {
  const mark = await driver.markExpiry(group, Date.now() + ttlMs);
  rollback.note('network', mark, `volume ${mark}`, () => driver.removeVolume(group, mark));
  return mark;
}

/** The new one counts already; the former would come back if it were removed by somebody. */
async function dropFormerMarks(
  group: string,
  mark: string,
  former: Expiry | null,
  { driver }: Context,
): Promise<void> {
  const others = (former?.marks ?? []).filter((other) => other !== mark);
  await Promise.all(others.map((other) => driver.removeVolume(group, other)));
}

/** Those of a group that forms break failover: no sentinel may keep them. @returns whether one had to be changed */
async function restorePeriods(
  spec: GroupSpec,
  snapshot: Snapshot,
  connections: Connections,
): Promise<boolean> {
  const periods = PERIODS[spec.timing];
  const others = spec.sentinels.filter((node) => {
    const answer = snapshot.sentinels.get(node.name);
    return answer?.kind === 'sentinel' && !runsWith(answer, periods);
  });
  await Promise.all(others.map((node) => setPeriods(node.control, periods, connections)));
  return others.length > 0;
}

/** An `up` that was killed may have left a master that refuses writes. @returns whether one had to be changed */
async function restoreWrites(
  spec: GroupSpec,
  snapshot: Snapshot,
  connections: Connections,
): Promise<boolean> {
  const old = spec.redis.filter(({ name }) => {
    const answer = snapshot.redis.get(name);
    // Newer ones pause writes, which ends by itself.
    return answer?.kind === 'redis' && Number.parseFloat(answer.version) < 6.2;
  });
  const ended = await Promise.all(
    old.map(({ control, directives }) => {
      const wanted = directives.find(({ name }) => /^min-(?:replicas|slaves)-to-write$/.test(name));
      return endForgottenRefusal(control, wanted?.value ?? '0', connections);
    }),
  );
  return ended.includes(true);
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
