/** `up`: what runs is made to be what the file says, and proved ready. */
import { PortTakenError, RsentinelError } from '../errors.js';
import { apply } from '../plan/apply.js';
import { planUp as plan } from '../plan/plan.js';
import type { Step } from '../plan/steps.js';
import type { GroupReport } from '../report/group-report.js';
import { Connections } from '../sentinel/connection.js';
import { DEFAULT_PERIODS, hasOtherPeriods, setPeriods } from '../sentinel/periods.js';
import type { Snapshot } from '../sentinel/snapshot.js';
import type { GroupSpec } from '../spec/group-spec.js';
import type { Topology } from '../topology/topology.js';
import { assembleReport } from './assemble-report.js';
import type { Context } from './context.js';
import { Deadline } from './deadline.js';
import { Journal } from './journal.js';
import { observeSituation, type Situation } from './observe-state.js';
import { Performer } from './perform.js';
import { proveReady } from './prove.js';

export interface UpSettings {
  /** ms that the group may take from the start of its nodes until it is proved ready. */
  readonly waitTimeoutMs: number;
  /** What becomes of the things that a failing `up` has made. */
  readonly onFailure: 'rollback' | 'keep';
}

export interface UpResult {
  readonly report: GroupReport;
  /** False: the group was there and healthy, nothing was touched. */
  readonly changed: boolean;
  readonly ms: number;
}

/** How often an automatic port or subnet that turned out to be taken is replaced by another. */
const ALLOCATION_ATTEMPTS = 20;

/**
 * Brings a group up and waits until it is proved ready.
 * @throws RsentinelError when it cannot be done; what this call has made is removed again then,
 *   unless the settings say to keep it
 */
export async function up(topology: Topology, settings: UpSettings, context: Context): Promise<UpResult> {
  const started = performance.now();
  const refused = { ports: new Set<number>(), subnets: new Set<string>() };
  const connections = new Connections();
  try {
    for (let attempt = 1; ; attempt += 1) {
      const situation = await observeSituation(topology, refused, connections, context);
      try {
        return await bringUp(situation, settings, connections, context, started);
      } catch (error) {
        if (attempt === ALLOCATION_ATTEMPTS || !learnRefusal(error, topology, situation.spec, refused))
          throw error;
        context.emit({ type: 'retrying', reason: (error as RsentinelError).message });
      }
    }
  } finally {
    connections.close();
  }
}

/** The steps that `up` would take now; nothing is changed. @throws RsentinelError as `up` does */
export async function planUp(topology: Topology, context: Context): Promise<readonly Step[]> {
  const connections = new Connections();
  try {
    const refused = { ports: new Set<number>(), subnets: new Set<string>() };
    const { spec, observed } = await observeSituation(topology, refused, connections, context);
    return plan(spec, observed);
  } finally {
    connections.close();
  }
}

/** Notes what the engine has refused. @returns whether another address may be tried instead */
function learnRefusal(
  error: unknown,
  topology: Topology,
  spec: GroupSpec,
  refused: { readonly ports: Set<number>; readonly subnets: Set<string> },
): boolean {
  if (error instanceof PortTakenError) {
    const fixed = [...topology.redis, ...topology.sentinels].some((node) => node.port === error.port);
    if (!fixed) refused.ports.add(error.port);
    return !fixed;
  }
  if (error instanceof RsentinelError && error.code === 'SUBNET_TAKEN') {
    const chosen = topology.network.subnet === undefined;
    if (chosen && spec.network.subnet !== undefined) refused.subnets.add(spec.network.subnet);
    return chosen;
  }
  return false;
}

async function bringUp(
  { spec, observed }: Situation,
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
    const performer = new Performer(spec, observed, connections, journal, context, deadline);
    await apply(steps, performer.perform, context.emit, context.signal);
    deadline.begin();
    const snapshot = await proveReady(spec, connections, context, deadline.signal);
    const calmed = await restorePeriods(spec, snapshot, connections);
    const ms = performance.now() - started;
    context.emit({ type: 'ready', ms });
    // Where nothing was done, what was seen at the beginning is still so: every node has just answered.
    const engine = steps.length === 0 ? observed.engine : await context.driver.observe(spec.name);
    const report = assembleReport(spec, engine, snapshot, []);
    return { report, changed: steps.length > 0 || calmed, ms };
  } catch (error) {
    await handleFailure(error, spec, settings, journal, connections, context);
    throw error;
  } finally {
    deadline.cancel();
  }
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
  if (settings.onFailure === 'keep') {
    if (journal.isEmpty) return;
    const removal = `rsentinel down -n ${spec.name}`;
    context.emit({ type: 'warning', message: `what this run has made is kept; ${removal} removes it` });
    return;
  }
  context.emit({ type: 'rollback-started', reason: error instanceof Error ? error.message : String(error) });
  context.emit({ type: 'rollback-done', ...(await journal.rollBack(spec.name, context.driver)) });
}
