/** `up`: what runs is made to be what the file says, and proved ready. */
import { hasCode, PortTakenError } from '../errors.js';
import { apply } from '../plan/apply.js';
import { planUp as plan } from '../plan/plan.js';
import type { Step } from '../plan/steps.js';
import { Connections } from '../sentinel/connection.js';
import type { Snapshot } from '../sentinel/snapshot.js';
import type { GroupSpec } from '../spec/group-spec.js';
import type { SettledTopology } from '../spec/settle.js';
import type { Topology } from '../topology/topology.js';
import { type BringUpSettings, type BroughtUp, bringUp, finish } from './bring-up.js';
import type { Context } from './context.js';
import { untilEngineCalm } from './engine-calm.js';
import { type Locked, type LockSettings, withLock } from './lock.js';
import { observeSituation, type Refused, type Situation } from './observe-state.js';
import { proveReady } from './prove.js';
import { settleTopology } from './settle.js';

export type UpSettings = BringUpSettings;

export interface UpResult extends BroughtUp {
  /** From the call to the report. */
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
        return timed(await finish(spec, observed.engine, snapshot, connections), started, context);
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
    const situations: Situation[] = [];
    const look = async (promotion: 'possible' | 'refused'): Promise<Situation> => {
      const all = { ...refused, promotion: promotion === 'refused' };
      const situation = await observeSituation(topology, all, connections, context);
      situations.push(situation);
      return situation;
    };
    try {
      return timed(await bringUp(look, settings, connections, context), started, context);
    } catch (error) {
      // Of what a killed command had told the engine to stop or remove, something took its time.
      const mayBeOfOther =
        tookOver && attempt === 1 && (hasCode(error, 'NODE_EXITED') || hasCode(error, 'ENGINE_FAILED'));
      const again =
        attempt < ALLOCATION_ATTEMPTS &&
        (mayBeOfOther ||
          hasCode(error, 'MASTER_MOVED') ||
          (await learnRefusal(error, topology, situations.at(-1)?.spec, refused, context)));
      if (!again) throw error;
      context.emit({ type: 'retrying', reason: error instanceof Error ? error.message : String(error) });
    } finally {
      await Promise.all(situations.map(({ storage }) => storage.close()));
    }
  }
}

/** Whether a group of which everything runs is ready. @returns null: not at once */
async function glance(spec: GroupSpec, connections: Connections, context: Context): Promise<Snapshot | null> {
  context.emit({ type: 'plan', group: spec.name, steps: [] });
  try {
    return await proveReady(spec, connections, context, AbortSignal.timeout(GLANCE));
  } catch (error) {
    if (hasCode(error, 'WAIT_TIMEOUT') || hasCode(error, 'NODE_EXITED')) return null;
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

function timed(done: BroughtUp, started: number, { emit }: Context): UpResult {
  const ms = performance.now() - started;
  emit({ type: 'ready', ms });
  return { ...done, ms };
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

interface Learnt extends Refused {
  readonly ports: Set<number>;
  readonly subnets: Set<string>;
}

function noRefusals(): Learnt {
  return { ports: new Set(), subnets: new Set(), promotion: false };
}

/**
 * Notes what the engine has refused, and with it all that it would refuse as well.
 * @returns whether another address may be tried instead
 */
async function learnRefusal(
  error: unknown,
  topology: Topology,
  spec: GroupSpec | undefined,
  refused: Learnt,
  { driver }: Context,
): Promise<boolean> {
  if (error instanceof PortTakenError) {
    if ([...topology.redis, ...topology.sentinels].some((node) => node.port === error.port)) return false;
    refused.ports.add(error.port);
  } else if (hasCode(error, 'SUBNET_TAKEN')) {
    if (topology.network.subnet !== undefined || spec?.network.subnet === undefined) return false;
    refused.subnets.add(spec.network.subnet);
  } else {
    return false;
  }
  const taken = await driver.takenByOthers(topology.name);
  for (const port of taken.ports) refused.ports.add(port);
  for (const subnet of taken.subnets) refused.subnets.add(subnet);
  return true;
}
