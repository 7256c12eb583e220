/** `up`: what runs is made to be what the file says, and proved ready. */
import type { Expiry, ObservedEngine } from '../driver/driver.js';
import { type ErrorCode, PortTakenError, RsentinelError } from '../errors.js';
import { apply } from '../plan/apply.js';
import { planUp as plan } from '../plan/plan.js';
import type { Step } from '../plan/steps.js';
import type { GroupReport } from '../report/group-report.js';
import { Connections } from '../sentinel/connection.js';
import { DEFAULT_PERIODS, hasOtherPeriods, setPeriods } from '../sentinel/periods.js';
import type { Snapshot } from '../sentinel/snapshot.js';
import type { GroupSpec } from '../spec/group-spec.js';
import type { SettledTopology } from '../spec/settle.js';
import type { Topology } from '../topology/topology.js';
import { assembleReport } from './assemble-report.js';
import type { Context } from './context.js';
import { Deadline } from './deadline.js';
import { untilEngineCalm } from './engine-calm.js';
import { Journal } from './journal.js';
import { type Locked, type LockSettings, withLock } from './lock.js';
import { observeSituation, type Situation } from './observe-state.js';
import { Performer } from './perform.js';
import { proveReady } from './prove.js';
import { settleTopology } from './settle.js';

export interface UpSettings {
  /** ms that the group may take from the start of its nodes until it is proved ready. */
  readonly waitTimeoutMs: number;
  /** What becomes of the things that a failing `up` has made. */
  readonly onFailure: 'rollback' | 'keep';
  /** ms from now after which the group has expired, for `prune`. Undefined: what was said before holds. */
  readonly ttlMs?: number | undefined;
}

export interface UpResult {
  readonly report: GroupReport;
  /** False: the group was there and healthy, nothing was touched. */
  readonly changed: boolean;
  readonly ms: number;
}

/**
 * How often a group is planned anew because automatic ports or subnets turned out to be taken. Each
 * time all that the engine knows to be taken is avoided: more than once only what others take in
 * the same moment, or programs outside of the engine.
 */
const ALLOCATION_ATTEMPTS = 6;
/** ms that a group whose nodes all run may take to be proved, before it is worked on. */
const GLANCE = 1_000;

/**
 * Brings a group up and waits until it is proved ready.
 * @throws RsentinelError when it cannot be done; what this call has made is removed again then,
 *   unless the settings say to keep it
 */
export async function up(asked: Topology, settings: UpSettings, context: Context): Promise<UpResult> {
  const started = performance.now();
  const topology = await settleTopology(asked, context);
  const connections = new Connections();
  try {
    const { spec, observed, storage } = await observeSituation(topology, noRefusals(), connections, context);
    await storage.close();
    if (observed.engine.lock === null) {
      // A mark is made with the lock held, as everything else is.
      const steps = plan(spec, observed);
      const snapshot =
        steps.length === 0 && settings.ttlMs === undefined ? await glance(spec, connections, context) : null;
      if (snapshot !== null) {
        return await finish(spec, observed.engine, snapshot, connections, context, started);
      }
      await pullImage(spec, steps, context);
    }
    const lock: LockSettings = {
      command: 'up',
      waitTimeoutMs: settings.waitTimeoutMs,
      image: topology.image,
      directory: topology.directory,
      file: topology.file ?? null,
    };
    return await withLock(topology.name, lock, context, async (locked) => {
      if (locked.tookOver) await untilEngineCalm(topology.name, locked.context);
      return reconcile(topology, settings, connections, locked, started);
    });
  } finally {
    connections.close();
  }
}

/** Plans and performs, with the lock held: what was seen before may have changed. */
async function reconcile(
  topology: SettledTopology,
  settings: UpSettings,
  connections: Connections,
  { context, tookOver }: Locked,
  started: number,
): Promise<UpResult> {
  const refused = noRefusals();
  for (let attempt = 1; ; attempt += 1) {
    const situation = await observeSituation(topology, refused, connections, context);
    try {
      return await bringUp(situation, settings, connections, context, started);
    } catch (error) {
      // A node that a killed `down` had told to stop, and that took its time.
      const mayBeOfOther = tookOver && attempt === 1 && isCode(error, 'NODE_EXITED');
      const again =
        attempt < ALLOCATION_ATTEMPTS &&
        (mayBeOfOther || (await learnRefusal(error, topology, situation.spec, refused, context)));
      if (!again) throw error;
      context.emit({ type: 'retrying', reason: error instanceof Error ? error.message : String(error) });
    } finally {
      await situation.storage.close();
    }
  }
}

/** Whether a group of which everything runs is ready. @returns null: not at once */
async function glance(spec: GroupSpec, connections: Connections, context: Context): Promise<Snapshot | null> {
  context.emit({ type: 'plan', group: spec.name, steps: [] });
  try {
    return await proveReady(spec, connections, context, AbortSignal.timeout(GLANCE));
  } catch (error) {
    if (isCode(error, 'WAIT_TIMEOUT') || isCode(error, 'NODE_EXITED')) return null;
    throw error;
  }
}

/** Before the lock is taken: it may take minutes, and the lock is made of it. */
async function pullImage(spec: GroupSpec, steps: readonly Step[], context: Context): Promise<void> {
  const pulls = steps.filter(({ operation }) => operation.kind === 'image');
  if (pulls.length === 0) return;
  const { driver, emit, signal } = context;
  emit({ type: 'plan', group: spec.name, steps: pulls });
  await apply(pulls, () => driver.pullImage(spec.image, signal), emit, signal);
}

function isCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof RsentinelError && error.code === code;
}

/** The steps that `up` would take now; nothing is changed. @throws RsentinelError as `up` does */
export async function planUp(asked: Topology, context: Context): Promise<readonly Step[]> {
  const topology = await settleTopology(asked, context);
  const connections = new Connections();
  try {
    const { spec, observed, storage } = await observeSituation(topology, noRefusals(), connections, context);
    await storage.close();
    return plan(spec, observed);
  } finally {
    connections.close();
  }
}

interface Refused {
  readonly ports: Set<number>;
  readonly subnets: Set<string>;
}

function noRefusals(): Refused {
  return { ports: new Set(), subnets: new Set() };
}

/**
 * Notes what the engine has refused, and with it all that it would refuse as well.
 * @returns whether another address may be tried instead
 */
async function learnRefusal(
  error: unknown,
  topology: Topology,
  spec: GroupSpec,
  refused: Refused,
  { driver }: Context,
): Promise<boolean> {
  if (error instanceof PortTakenError) {
    if ([...topology.redis, ...topology.sentinels].some((node) => node.port === error.port)) return false;
    refused.ports.add(error.port);
  } else if (isCode(error, 'SUBNET_TAKEN')) {
    if (topology.network.subnet !== undefined || spec.network.subnet === undefined) return false;
    refused.subnets.add(spec.network.subnet);
  } else {
    return false;
  }
  const taken = await driver.takenByOthers(spec.name);
  for (const port of taken.ports) refused.ports.add(port);
  for (const subnet of taken.subnets) refused.subnets.add(subnet);
  return true;
}

async function bringUp(
  { spec, observed, storage }: Situation,
  settings: UpSettings,
  connections: Connections,
  context: Context,
  started: number,
): Promise<UpResult> {
  const steps = plan(spec, observed);
  const journal = new Journal();
  const deadline = new Deadline(settings.waitTimeoutMs);
  try {
    context.emit({ type: 'plan', group: spec.name, steps });
    // Before anything is made: what a killed `up` leaves expires as well.
    const mark =
      settings.ttlMs === undefined ? null : await markExpiry(spec.name, settings.ttlMs, journal, context);
    const performer = new Performer(spec, observed, storage, connections, journal, context, deadline);
    await apply(steps, performer.perform, context.emit, context.signal);
    deadline.begin();
    const snapshot = await proveReady(spec, connections, context, deadline.signal);
    if (mark !== null) await dropFormerMarks(spec.name, mark, observed.engine.expiry, context);
    const seen = steps.length === 0 && mark === null ? observed.engine : null;
    return await finish(spec, seen, snapshot, connections, context, started);
  } catch (error) {
    await handleFailure(error, spec, settings, journal, connections, context);
    throw error;
  } finally {
    deadline.cancel();
  }
}

/**
 * Of a group that has been proved ready: calms its sentinels, and reports.
 * @param seen what is still so, because nothing was done since; null: it has to be looked at again
 */
async function finish(
  spec: GroupSpec,
  seen: ObservedEngine | null,
  snapshot: Snapshot,
  connections: Connections,
  context: Context,
  started: number,
): Promise<UpResult> {
  const calmed = await restorePeriods(spec, snapshot, connections);
  const ms = performance.now() - started;
  context.emit({ type: 'ready', ms });
  const known = { ...spec, directory: spec.storage === 'volume' ? null : spec.directory };
  const report = assembleReport(known, seen ?? (await context.driver.observe(spec.name)), snapshot, []);
  return { report, changed: seen === null || calmed, ms };
}

async function markExpiry(
  group: string,
  ttlMs: number,
  journal: Journal,
  { driver }: Context,
): Promise<string> {
  const mark = await driver.markExpiry(group, Date.now() + ttlMs);
  journal.note('network', mark, `volume ${mark}`, () => driver.removeVolume(group, mark));
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

/** Lowered periods break failover: no sentinel may keep them. @returns whether one had to be changed */
async function restorePeriods(
  spec: GroupSpec,
  snapshot: Snapshot,
  connections: Connections,
): Promise<boolean> {
  const lowered = spec.sentinels.filter((node) => {
    const answer = snapshot.sentinels.get(node.name);
    return answer?.kind === 'sentinel' && hasOtherPeriods(answer);
  });
  await Promise.all(lowered.map((node) => setPeriods(node.control, DEFAULT_PERIODS, connections)));
  return lowered.length > 0;
}

async function handleFailure(
  error: unknown,
  spec: GroupSpec,
  settings: UpSettings,
  journal: Journal,
  connections: Connections,
  context: Context,
): Promise<void> {
  // Also of sentinels that were there before and have been hastened.
  await Promise.allSettled(
    spec.sentinels.map((node) => setPeriods(node.control, DEFAULT_PERIODS, connections)),
  );
  // Without the lock: another rsentinel works with what this one has made.
  if (settings.onFailure === 'keep' || isCode(error, 'GROUP_BUSY')) {
    if (journal.isEmpty) return;
    const removal = `rsentinel down -n ${spec.name}`;
    context.emit({ type: 'warning', message: `what this run has made is kept; ${removal} removes it` });
    return;
  }
  context.emit({ type: 'rollback-started', reason: error instanceof Error ? error.message : String(error) });
  context.emit({ type: 'rollback-done', ...(await journal.rollBack()) });
}
