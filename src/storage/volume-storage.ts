/**
 * Volumes of the engine, two for every node: `<group>-<node>-conf` and `-data`. For engines that do
 * not see the directories of this machine.
 */

import { CONF_FILE } from '../config/conf.js';
import type { Engine, ObservedVolume, VolumeFiles, VolumeSpec } from '../engine/engine.js';
import type { Owner, VolumeMounts } from '../model/files.js';
import type { NodeKind } from '../model/group-spec.js';
import type { Undo } from '../model/step.js';
import type { Topology } from '../model/topology.js';
import { containerName } from '../spec/build.js';
import { asideSuffix, isAside } from './data/aside.js';
import type { DataReader } from './data/inspect-data.js';
import { SHARED } from './shared-files.js';
import type { Storage } from './storage.js';

/** Nobody reads it but rsentinel, through the engine. */
const ROOT = { uid: 0, gid: 0 } as const;

export class VolumeStorage implements Storage {
  readonly #topology: Topology;
  readonly #engine: Engine;
  /** Of all nodes of the topology. */
  readonly #volumes: readonly VolumeSpec[];
  /** Names of those that there are. */
  readonly #present: Set<string>;
  readonly #open = new Set<Promise<VolumeFiles>>();
  /** What reaches all volumes that there are now. */
  #files: Promise<VolumeFiles> | undefined;
  #completed: Promise<readonly VolumeSpec[]> | undefined;

  constructor(topology: Topology, present: readonly ObservedVolume[], engine: Engine) {
    this.#topology = topology;
    this.#engine = engine;
    this.#present = new Set(present.map(({ name }) => name));
    this.#volumes = volumesOf(topology, this.#present);
  }

  async readConf(node: string, kind: NodeKind): Promise<string | null> {
    if (!this.#present.has(volumeName(this.#topology.name, node, 'conf'))) return null;
    return (await this.#reach()).read(node, CONF_FILE[kind]);
  }

  /** Makes the volumes of all nodes that are missing. @throws RsentinelError NAME_TAKEN */
  async prepare() {
    const made = await this.#complete();
    if (made.length === 0) return null;
    const undo = async () => {
      await this.close();
      for (const { name } of made) await this.#remove(name);
    };
    return { what: `${made.length} volumes`, undo };
  }

  async writeConf(node: string, kind: NodeKind, text: string): Promise<Undo> {
    await this.#complete();
    const [files, owner] = [await this.#reach(), await this.#engine.owner()];
    const before = await files.read(node, CONF_FILE[kind]);
    await writeOrRestore(files, node, CONF_FILE[kind], { text, before }, owner);
    return async () => {
      if (before !== null) {
        await (await this.#reach()).write(node, CONF_FILE[kind], before, owner);
        return;
      }
      // A single file cannot be removed; without it the volume holds nothing of worth.
      await this.close();
      await this.#remove(volumeName(this.#topology.name, node, 'conf'));
    };
  }

  async readBeside(node: string, file: string): Promise<string | null> {
    if (!this.#present.has(volumeName(this.#topology.name, node, 'conf'))) return null;
    return (await this.#reach()).read(node, file);
  }

  async writeBeside(node: string, file: string, text: string): Promise<Undo> {
    await this.#complete();
    const [files, owner] = [await this.#reach(), await this.#engine.owner()];
    const before = await files.read(node, file);
    await writeOrRestore(files, node, file, { text, before }, owner);
    return async () => {
      // What was not there before goes with its volume, if that is new.
      if (before !== null) await (await this.#reach()).write(node, file, before, owner);
    };
  }

  async readShared(file: string): Promise<string | null> {
    if (!this.#present.has(sharedVolumeName(this.#topology.name))) return null;
    return (await this.#reach()).read(SHARED, file);
  }

  async writeShared(file: string, text: string): Promise<Undo> {
    await this.#complete();
    const files = await this.#reach();
    const before = await files.read(SHARED, file);
    await writeOrRestore(files, SHARED, file, { text, before }, ROOT);
    return async () => {
      // What was not there before goes with its volume.
      if (before !== null) await (await this.#reach()).write(SHARED, file, before, ROOT);
    };
  }

  async ensureMounts(node: string): Promise<VolumeMounts> {
    await this.#complete();
    const name = (holds: VolumeSpec['holds']) => volumeName(this.#topology.name, node, holds);
    return { kind: 'volume', conf: name('conf'), data: name('data') };
  }

  data(node: string): DataReader {
    const isThere = this.#present.has(volumeName(this.#topology.name, node, 'data'));
    return {
      stat: async (path) => (isThere ? (await this.#reach()).statData(node, path) : null),
      read: async (path, offset, length) =>
        isThere ? (await this.#reach()).readData(node, path, offset, length) : Buffer.alloc(0),
    };
  }

  async setDataAside(node: string, files: readonly string[]) {
    const [reached, owner] = [await this.#reach(), await this.#engine.owner()];
    const suffix = asideSuffix(new Date());
    const paths = (await Promise.all(files.map((file) => reached.listData(node, file)))).flat();
    // What was set aside before stays so.
    const whole = paths.filter((path) => !isAside(path));
    if (whole.length > 0) await reached.setDataAside(node, whole, suffix, owner);
    const undo = async () => (await this.#reach()).bringDataBack(node, whole, suffix, owner);
    return { names: whole.map((path) => path + suffix), undo };
  }

  isIgnored(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async close(): Promise<void> {
    const open = [...this.#open];
    this.#open.clear();
    this.#files = undefined;
    // One that could not be opened has said so already.
    for (const files of await Promise.allSettled(open)) {
      if (files.status === 'fulfilled') await files.value.close();
    }
  }

  #reach(): Promise<VolumeFiles> {
    if (this.#files === undefined) {
      const present = this.#volumes.filter(({ name }) => this.#present.has(name));
      this.#files = this.#engine.openVolumes(this.#topology.name, this.#topology.image, present);
      this.#open.add(this.#files);
    }
    return this.#files;
  }

  /** @returns the volumes that had to be made, at the first call and at every later one */
  #complete(): Promise<readonly VolumeSpec[]> {
    this.#completed ??= this.#make();
    return this.#completed;
  }

  async #make(): Promise<readonly VolumeSpec[]> {
    const missing = this.#volumes.filter(({ name }) => !this.#present.has(name));
    const created = await Promise.allSettled(missing.map((volume) => this.#engine.createVolume(volume)));
    const made = missing.filter((_, index) => created[index]?.status === 'fulfilled');
    for (const { name } of made) this.#present.add(name);
    try {
      for (const outcome of created) if (outcome.status === 'rejected') throw outcome.reason;
      // Whoever reads by what is open may go on; the new ones need another.
      if (made.length > 0) this.#files = undefined;
      // All of them: an `up` that was killed may have made some, and not come to this.
      await (await this.#reach()).own(this.#volumes, await this.#engine.owner());
      return missing;
    } catch (error) {
      // Nobody has been told of them, so nobody else takes them back. A call that failed may have made one.
      await this.close();
      for (const { name } of missing) await this.#remove(name);
      throw error;
    }
  }

  async #remove(name: string): Promise<void> {
    await this.#engine.removeVolume(this.#topology.name, name);
    this.#present.delete(name);
    this.#completed = undefined;
  }
}

/** Writes a file; a write that fails may have had its effect, and is taken back. @throws what the write throws */
async function writeOrRestore(
  files: VolumeFiles,
  node: string,
  file: string,
  { text, before }: { readonly text: string; readonly before: string | null },
  owner: Owner,
): Promise<void> {
  try {
    await files.write(node, file, text, owner);
  } catch (error) {
    if (before !== null) await files.write(node, file, before, owner).catch(() => {});
    throw error;
  }
}

function volumeName(group: string, node: string, holds: VolumeSpec['holds']): string {
  return `${containerName(group, node)}-${holds}`;
}

/** Holds what belongs to the group and to no node; no container that runs mounts it. */
function sharedVolumeName(group: string): string {
  return `${group}-access`;
}

function volumesOf(topology: Topology, present: ReadonlySet<string>): readonly VolumeSpec[] {
  const { name: group, redis, sentinels, file, directory, auth, tls } = topology;
  const ofNodes = [...redis, ...sentinels].flatMap(({ name: node }) =>
    (['conf', 'data'] as const).map((holds) => ({
      name: volumeName(group, node, holds),
      group,
      node,
      holds,
      file,
      directory,
    })),
  );
  const name = sharedVolumeName(group);
  // Nodes that run may still go by what is in it.
  if (auth === null && tls === null && !present.has(name)) return ofNodes;
  const shared = {
    name,
    group,
    node: SHARED,
    holds: 'conf',
    file,
    directory,
  } as const;
  return [...ofNodes, shared];
}
