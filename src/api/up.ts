/** `up`: what runs is made to be what the file says, and proved ready. */

import type { Context } from '../engine/context.js';
import { hasCode } from '../errors.js';
import type { GroupSpec } from '../model/group-spec.js';
import type { Step } from '../model/step.js';
import type { Topology } from '../model/topology.js';
import { Connections } from '../nodes/client/connection.js';
import type { Snapshot } from '../nodes/health/snapshot.js';
import { Live } from '../nodes/live/live.js';
import { verifyReady } from '../nodes/wait/verify-ready.js';
import { isPrelude, planUp as plan } from '../plan/up/plan-up.js';
import { type AttemptResult, type AttemptSettings, standingReport } from '../reconcile/attempt.js';
import { runPlan } from '../reconcile/execute/run-plan.js';
import { type PlanInput, preparePlan } from '../reconcile/input/plan-input.js';
import { resolveTopology } from '../reconcile/input/resolve-topology.js';
import { noRefusals, retryAttempts, underLock } from '../reconcile/retry.js';

export type UpSettings = AttemptSettings;

export interface UpResult extends AttemptResult {
  /** From the call to the report. */
  readonly ms: number;
}

/** ms that a group whose nodes all run may take to be proved, before it is worked on. */
const QUICK_CHECK = 1_000;

/**
 * Brings a group up and waits until it is proved ready.
 * @throws RsentinelError when it cannot be done; what this call has made is removed again then,
 *   unless the settings say to keep it
 */
export async function up(asked: Topology, settings: UpSettings, context: Context): Promise<UpResult> {
  const started = performance.now();
  const topology = await resolveTopology(asked, context);
  const connections = new Connections();
  try {
    const { spec, observed, storage, warnings } = await preparePlan(
      topology,
      noRefusals(),
      'none',
      connections,
      context,
    );
    await storage.close();
    for (const message of warnings) context.emit({ type: 'warning', message });
    if (observed.objects.lock === null) {
      const steps = plan(spec, observed, settings.ttlMs ?? null);
      const snapshot = steps.length === 0 ? await quickCheck(spec, connections, context) : null;
      if (snapshot !== null) {
        const report = standingReport(spec, observed.objects, snapshot, connections);
        return timed({ report, changed: false }, started, context);
      }
      await pullImage(spec, steps, context);
    }
    const holder = { command: 'up', image: topology.image };
    return await underLock(topology, holder, settings.waitTimeoutMs, context, async (locked) =>
      timed(await retryAttempts(topology, settings, connections, locked), started, context),
    );
  } finally {
    connections.close();
  }
}

/** Whether a group of which everything runs is ready. @returns null: not at once */
async function quickCheck(
  spec: GroupSpec,
  connections: Connections,
  context: Context,
): Promise<Snapshot | null> {
  context.emit({ type: 'plan', group: spec.name, steps: [] });
  try {
    return await verifyReady(new Live(spec, connections, context, AbortSignal.timeout(QUICK_CHECK)));
  } catch (error) {
    if (hasCode(error, 'WAIT_TIMEOUT') || hasCode(error, 'NODE_EXITED')) return null;
    throw error;
  }
}

/** Before the lock is taken: it may take minutes, and the lock is made of it. */
async function pullImage(spec: GroupSpec, steps: readonly Step[], context: Context): Promise<void> {
  const pulls = steps.filter(({ operation }) => operation.kind === 'image');
  if (pulls.length === 0) return;
  const { engine, emit, signal } = context;
  emit({ type: 'plan', group: spec.name, steps: pulls });
  await runPlan(pulls, () => engine.pullImage(spec.image, signal), emit, signal);
}

function timed({ report, changed }: AttemptResult, started: number, { emit }: Context): UpResult {
  const ms = performance.now() - started;
  emit({ type: 'ready', ms });
  return { report, changed, ms };
}

/**
 * Returns the steps that `up` would take now. Nothing is changed, pulled, started or set; what they depend on and only `up` can find out is
 * told by warnings.
 * @throws RsentinelError as `up` does
 */
export async function planUp(
  asked: Topology,
  settings: Pick<UpSettings, 'ttlMs'>,
  context: Context,
): Promise<readonly Step[]> {
  const topology = await resolveTopology(asked, context);
  const connections = new Connections();
  try {
    const input = await preparePlan(topology, noRefusals(), 'none', connections, context);
    await input.storage.close();
    return foreseenSteps(input, settings.ttlMs ?? null, context);
  } finally {
    connections.close();
  }
}

/** Returns the steps of `up` for what was observed, and tells by warnings what they depend on. */
export function foreseenSteps(
  { spec, observed, warnings, unknown }: PlanInput,
  ttlMs: number | null,
  { emit }: Context,
): readonly Step[] {
  const steps = plan(spec, observed, ttlMs);
  const later = isPrelude(steps)
    ? ['what follows the failover is planned once the sentinels have promoted a replica']
    : [];
  for (const message of [...warnings, ...unknown, ...later]) emit({ type: 'warning', message });
  return steps;
}
