/** `down`: removes what carries the group's label, and the directories and volumes when asked to. */
import { readConfFacts } from '../render/conf-facts.js';
import { removeDirectories } from '../storage/remove.js';
import type { Context } from './context.js';

export interface DownTarget {
  readonly name: string;
  /** The group's directory, where the topology tells it; the labels of the group tell it otherwise. */
  readonly directory: string | null;
}

export interface DownSettings {
  readonly volumes: 'keep' | 'remove';
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

/**
 * Removes a group in whatever state it is, half made or running; nothing there is fine as well.
 * @throws RsentinelError when the engine or the file system refuses
 */
export async function down(
  target: DownTarget,
  settings: DownSettings,
  context: Context,
): Promise<DownResult> {
  const started = performance.now();
  const { driver } = context;
  const { members, network, volumes } = await driver.observe(target.name);
  const removed: string[] = [];
  // All at once. What sentinels know is on disk with every vote, and they must not start a failover
  // while the nodes go away: they are killed. Redis gets the time to save its data set; it needs
  // nothing but the network namespace for that, which lasts as long as somebody is in it.
  await Promise.all(
    members.map(async (member) => {
      const hasData = member.role === 'redis' && member.state === 'running' && settings.volumes === 'keep';
      if (hasData) await driver.stop(target.name, member.container);
      await driver.remove(target.name, member.container);
      removed.push(`container ${member.container}`);
    }),
  );
  if (network !== null) {
    await driver.removeNetwork(target.name);
    removed.push(`network ${network.name}`);
  }

  const directory = members.find((member) => member.directory !== '')?.directory ?? target.directory;
  if (directory !== null && settings.volumes === 'remove') {
    const isOurs = (text: string): boolean => readConfFacts(text).marker?.group === target.name;
    removed.push(...(await removeDirectories(directory, isOurs)).map((path) => `directory ${path}`));
  }
  if (settings.volumes === 'remove') {
    for (const { name } of volumes) {
      await driver.removeVolume(target.name, name);
      removed.push(`volume ${name}`);
    }
  }
  const keeps = settings.volumes === 'keep' && removed.length > 0;
  const inDirectory = members.every(({ storage }) => storage === 'directory');
  return {
    removed,
    kept: keeps && inDirectory ? directory : null,
    keptVolumes: keeps ? volumes.map(({ name }) => name) : [],
    ms: performance.now() - started,
  };
}
