/** `down`: removes what carries the group's label, and the directories and volumes when asked to. */

import type { Context, LockedContext } from '../engine/context.js';
import type { GroupObjects, ObservedMember } from '../engine/engine.js';
import { type LockSettings, withLock } from '../lock/lock.js';
import type { Step } from '../model/step.js';
import { isFileOf } from '../nodes/live/load-credentials.js';
import { type DownOperation, planDown as plan } from '../plan/plan-down.js';
import { runPlan } from '../reconcile/execute/run-plan.js';
import type { GroupShutdown } from '../shutdown/stop-group.js';
import { removeUnfinishedIn } from '../storage/node-places.js';
import { isThere, removeDirectories } from '../storage/remove.js';

export interface DownTarget {
  readonly name: string;
  /** The group's directory, where the topology tells it; the labels of the group tell it otherwise. */
  readonly directory: string | null;
  /** Asked when nobody else changes the group any more: whether it is to go after all. */
  readonly mayGo?: () => Promise<boolean>;
}

export interface DownSettings {
  readonly volumes: 'keep' | 'remove';
  /** ms that another rsentinel that is at the group may take; a minute where it is left out. */
  readonly waitTimeoutMs?: number;
}

export interface DownResult {
  /** What was removed, for people: `container x`, `network y`, `directory z`. Empty: there was nothing. */
  readonly removed: readonly string[];
  /** The directory that is still there. */
  readonly kept: string | null;
  /** Names of the volumes that are still there. */
  readonly keptVolumes: readonly string[];
  readonly ms: number;
}

const DEFAULT_WAIT_MS = 60_000;

/**
 * Removes a group in whatever state it is, half made or running; nothing there is fine as well.
 * @throws RsentinelError when the engine or the file system refuses, or another rsentinel is at the
 *   group for too long (GROUP_BUSY)
 */
export async function down(
  target: DownTarget,
  settings: DownSettings,
  context: Context,
): Promise<DownResult> {
  const started = performance.now();
  const seen = await context.engine.observe(target.name);
  const directory = directoryOf(seen) ?? target.directory;
  const isOnEngine =
    seen.members.length > 0 || seen.network !== null || seen.lock !== null || seen.expiry !== null;
  const hasVolumes = seen.volumes.length > 0 && settings.volumes === 'remove';
  const isOnDisk = directory !== null && settings.volumes === 'remove' && (await isThere(directory));
  if (!isOnEngine && !isOnDisk && !hasVolumes) {
    return nothingRemoved(started);
  }
  const lock: LockSettings = {
    command: 'down',
    waitTimeoutMs: settings.waitTimeoutMs ?? DEFAULT_WAIT_MS,
    image: seen.image,
    directory,
    file: seen.members[0]?.file ?? seen.lock?.file ?? null,
  };
  return withLock(target.name, lock, context, async (locked) => {
    if (target.mayGo !== undefined && !(await target.mayGo())) return nothingRemoved(started);
    const objects = await context.engine.observe(target.name);
    const result = await execute(
      { group: target.name, objects, directory: target.directory },
      settings,
      locked.context,
    );
    return { ...result, ms: performance.now() - started };
  });
}

/**
 * Returns the steps that `down` would take now; nothing is changed.
 * @throws RsentinelError when the engine does not answer
 */
export async function planDown(
  target: DownTarget,
  settings: Pick<DownSettings, 'volumes'>,
  context: Context,
): Promise<readonly Step[]> {
  const objects = await context.engine.observe(target.name);
  const removal = { group: target.name, objects, directory: target.directory };
  if (settings.volumes === 'remove') return planRemoval(removal, settings, null);
  const saving = await openSaving(removal, context);
  try {
    return await planRemoval(removal, settings, saving.deadMaster);
  } finally {
    saving.close();
  }
}

/** A group that is to be removed. */
interface Removal {
  readonly group: string;
  readonly objects: GroupObjects;
  /** The group's directory, as the topology tells it. */
  readonly directory: string | null;
}

function nothingRemoved(started: number): DownResult {
  return { removed: [], kept: null, keptVolumes: [], ms: performance.now() - started };
}

/** Where the group is, as what there is of it on the engine says. */
function directoryOf({ members, lock }: GroupObjects): string | null {
  return members.find((member) => member.directory !== '')?.directory ?? lock?.directory ?? null;
}

/** Where the files of a group are; null: in volumes, or nobody knows. */
function filesOf({ objects, directory }: Removal): string | null {
  return directoryOf({ ...objects, lock: null }) ?? directory;
}

async function planRemoval(
  removal: Removal,
  { volumes }: Pick<DownSettings, 'volumes'>,
  deadMaster: string | null,
): Promise<readonly Step<DownOperation>[]> {
  const directory = filesOf(removal);
  const isKnown = directory !== null && (volumes === 'keep' || (await isThere(directory)));
  const { objects } = removal;
  return plan({ objects, directory: isKnown ? directory : null, deadMaster }, volumes);
}

async function execute(
  removal: Removal,
  settings: DownSettings,
  context: LockedContext,
): Promise<Omit<DownResult, 'ms'>> {
  const saving = settings.volumes === 'remove' ? null : await openSaving(removal, context);
  try {
    const steps = await planRemoval(removal, settings, saving?.deadMaster ?? null);
    context.emit({ type: 'plan', group: removal.group, steps });
    const executor = new DownExecutor(removal, saving, context);
    await executor.execute(steps);
    const { removed } = executor;
    const { members, volumes } = removal.objects;
    const keeps = settings.volumes === 'keep' && removed.length > 0;
    const inDirectory = members.every(({ storage }) => storage === 'directory');
    return {
      removed,
      kept: keeps && inDirectory ? filesOf(removal) : null,
      keptVolumes: keeps ? volumes.map(({ name }) => name) : [],
    };
  } finally {
    saving?.close();
  }
}

/** What talks to the nodes of a group whose data is kept. */
interface Saving {
  readonly deadMaster: string | null;
  /** @param context of whoever holds the lock */
  readonly begin: (context: LockedContext) => GroupShutdown;
  readonly replaceMaster: (context: LockedContext) => Promise<void>;
  readonly close: () => void;
}

/** The code that talks to nodes is loaded only where data is kept. */
async function openSaving({ group, objects }: Removal, { engine }: Context): Promise<Saving> {
  const [{ Connections }, { loadCredentials }, { GroupShutdown }, { observeDeadMaster, replaceMaster }] =
    await Promise.all([
      import('../nodes/client/connection.js'),
      import('../nodes/live/load-credentials.js'),
      import('../shutdown/stop-group.js'),
      import('../shutdown/replace-master.js'),
    ]);
  const connections = new Connections(await loadCredentials(group, objects, engine));
  return {
    deadMaster: await observeDeadMaster(objects, connections),
    begin: (context) => new GroupShutdown(group, objects, connections, context),
    replaceMaster: (context) => replaceMaster(group, objects, connections, context),
    close: () => connections.close(),
  };
}

/** Carries out the steps of a removal. */
class DownExecutor {
  /** For people, see {@link DownResult}. */
  readonly removed: string[] = [];
  readonly #removal: Removal;
  readonly #saving: Saving | null;
  readonly #shutdown: GroupShutdown | null;
  readonly #context: LockedContext;
  readonly #halted = new AbortController();

  constructor(removal: Removal, saving: Saving | null, context: LockedContext) {
    this.#removal = removal;
    this.#saving = saving;
    this.#shutdown = saving?.begin(context) ?? null;
    this.#context = context;
  }

  /**
   * A signal ends it only until the first node is ended: after that it would leave a group that is half there.
   * @throws what the first failing step threw; nodes that are still there go on then
   */
  async execute(steps: readonly Step<DownOperation>[]): Promise<void> {
    const { signal, emit } = this.#context;
    if (this.#shutdown !== null) {
      signal.throwIfAborted();
      signal.addEventListener('abort', this.#halt);
    }
    try {
      await runPlan(steps, this.#execute, emit, this.#halted.signal);
    } catch (error) {
      await this.#shutdown?.goOn();
      throw error;
    } finally {
      signal.removeEventListener('abort', this.#halt);
    }
  }

  readonly #halt = (): void => this.#halted.abort(this.#context.signal.reason);

  readonly #execute = async (operation: DownOperation): Promise<void> => {
    const { engine, confirmLock, signal } = this.#context;
    const { group, objects } = this.#removal;
    await confirmLock();
    switch (operation.kind) {
      case 'failover':
        return this.#saving?.replaceMaster(this.#context);
      case 'unpause':
        return engine.unpause(group, this.#member(operation.node).id);
      case 'save':
        return this.#shutdown?.save(operation.node);
      case 'check-saved':
        await this.#shutdown?.checkSaved();
        signal.removeEventListener('abort', this.#halt);
        return;
      case 'stop':
        return this.#shutdown?.stop(operation.node);
      case 'remove': {
        const { id, container } = this.#member(operation.node);
        await engine.remove(group, id);
        this.removed.push(`container ${container}`);
        return;
      }
      case 'drop-network':
        await engine.removeNetwork(group);
        this.removed.push(`network ${objects.network?.name ?? group}`);
        return;
      case 'remove-marks':
        return this.#removeVolumes(operation.marks);
      case 'remove-unfinished':
        return removeUnfinishedIn(operation.directory);
      case 'remove-files':
        this.removed.push(...(await removeFiles(group, operation.directory)));
        return;
      case 'remove-volumes':
        return this.#removeVolumes(operation.volumes);
    }
  };

  #member(name: string): ObservedMember {
    const member = this.#removal.objects.members.find(({ node }) => node === name);
    if (member === undefined) throw new Error(`the plan removes ${name}, which was not observed`);
    return member;
  }

  async #removeVolumes(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.#context.engine.removeVolume(this.#removal.group, name);
      this.removed.push(`volume ${name}`);
    }
  }
}

async function removeFiles(group: string, directory: string): Promise<readonly string[]> {
  const removed = await removeDirectories(directory, (text) => isFileOf(text, group));
  return removed.map((path) => `directory ${path}`);
}
