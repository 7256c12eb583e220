/** `down`: removes what carries the group's label, and the directories and volumes when asked to. */

import type { Context, LockedContext } from '../engine/context.js';
import type { ObservedEngine, ObservedMember } from '../engine/engine.js';
import { allDone } from '../lock/all-done.js';
import { type LockSettings, withLock } from '../lock/lock.js';
import { isFileOf } from '../nodes/live/load-credentials.js';
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
  const seen = await context.driver.observe(target.name);
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
    const engine = await context.driver.observe(target.name);
    const result =
      settings.volumes === 'keep'
        ? await removeSaved(target.name, engine, directory, settings, locked.context)
        : await remove(target.name, engine, directory, settings, () => Promise.resolve(), locked.context);
    return { ...result, ms: performance.now() - started };
  });
}

function nothingRemoved(started: number): DownResult {
  return { removed: [], kept: null, keptVolumes: [], ms: performance.now() - started };
}

/** Where the group is, as what there is of it on the engine says. */
function directoryOf({ members, lock }: ObservedEngine): string | null {
  return members.find((member) => member.directory !== '')?.directory ?? lock?.directory ?? null;
}

/** Removes a group whose data is kept: nothing is ended before the data has been seen on disk. */
async function removeSaved(
  group: string,
  engine: ObservedEngine,
  known: string | null,
  settings: DownSettings,
  context: LockedContext,
): Promise<Omit<DownResult, 'ms'>> {
  // The code that talks to nodes is loaded only where data is kept.
  const [{ Connections }, { loadCredentials }, { replaceDeadMaster }, { prepareGroup }, { stopReady }] =
    await Promise.all([
      import('../nodes/client/connection.js'),
      import('../nodes/live/load-credentials.js'),
      import('../reconcile/replace-dead-master.js'),
      import('../shutdown/stop-group.js'),
      import('../shutdown/stop-node.js'),
    ]);
  await replaceDeadMaster(group, engine, context);
  const connections = new Connections(await loadCredentials(group, engine, context.driver));
  try {
    const ready = await prepareGroup(group, engine, connections, context);
    const stop: Stop = async ({ id, node }) => {
      const one = ready.get(id);
      if (one === undefined) return;
      await stopReady(group, one, connections, context).catch((error: unknown) => {
        // A master that had saved, and has taken writes since that it cannot save, goes on.
        if (one.readiness.kind === 'saved' && one.isMaster === true) throw error;
        const why = error instanceof Error ? error.message : String(error);
        context.emit({ type: 'warning', message: `${why}; other nodes have all data that ${node} had` });
      });
    };
    return await remove(group, engine, known, settings, stop, context);
  } finally {
    connections.close();
  }
}

/** Ends a member before it is removed. */
type Stop = (member: ObservedMember) => Promise<void>;

async function remove(
  group: string,
  engine: ObservedEngine,
  known: string | null,
  settings: DownSettings,
  stop: Stop,
  { driver, confirmLock }: LockedContext,
): Promise<Omit<DownResult, 'ms'>> {
  const { members, network, volumes, expiry } = engine;
  const removed: string[] = [];
  const removeAll = (some: readonly ObservedMember[]): Promise<void> =>
    allDone(
      some.map(async (member) => {
        await stop(member);
        await driver.remove(group, member.id);
        removed.push(`container ${member.container}`);
      }),
    );
  // What sentinels know is on disk with every vote, and they must not start a failover while the nodes
  // go away: they are killed. A server that is still asked for its data is reached through the anchor,
  // which goes last then.
  const isLast = ({ role }: ObservedMember): boolean => role === 'anchor' && settings.volumes === 'keep';
  await removeAll(members.filter((member) => !isLast(member)));
  await removeAll(members.filter(isLast));
  if (network !== null) {
    await driver.removeNetwork(group);
    removed.push(`network ${network.name}`);
  }
  // Last: as long as it is there, `prune` finds what a killed `down` has left.
  for (const mark of expiry?.marks ?? []) {
    await driver.removeVolume(group, mark);
    removed.push(`volume ${mark}`);
  }

  const directory = directoryOf({ ...engine, lock: null }) ?? known;
  if (settings.volumes === 'keep' && directory !== null) await removeUnfinishedIn(directory);
  if (settings.volumes === 'remove') {
    await confirmLock();
    removed.push(...(await removeFiles(group, directory)));
    for (const { name } of volumes) {
      await driver.removeVolume(group, name);
      removed.push(`volume ${name}`);
    }
  }
  const keeps = settings.volumes === 'keep' && removed.length > 0;
  const inDirectory = members.every(({ storage }) => storage === 'directory');
  return {
    removed,
    kept: keeps && inDirectory ? directory : null,
    keptVolumes: keeps ? volumes.map(({ name }) => name) : [],
  };
}

async function removeFiles(group: string, directory: string | null): Promise<readonly string[]> {
  if (directory === null) return [];
  const removed = await removeDirectories(directory, (text) => isFileOf(text, group));
  return removed.map((path) => `directory ${path}`);
}
