/** An engine in memory: containers, networks, volumes and locks as a state machine, and failures at any call. */

import { CONF_FILE } from '../../../src/config/conf.js';
import type {
  Engine,
  GroupObjects,
  MemberNow,
  ObservedMember,
  ObservedVolume,
  VolumeFiles,
  VolumeSpec,
} from '../../../src/engine/engine.js';
import type { ExpiryMark } from '../../../src/engine/expiry-mark.js';
import { PortTakenError, RsentinelError } from '../../../src/errors.js';
import type { NodeMounts } from '../../../src/model/files.js';
import type { AnchorSpec, GroupSpec, NodeSpec } from '../../../src/model/group-spec.js';
import type { HeldLock, LockOutcome, LockRequest } from '../../../src/model/lock.js';
import type { ContainerState } from '../../../src/model/report/group-report.js';
import { containerName } from '../../../src/spec/build.js';
import { Failures } from './failures.js';
import { type NodeFiles, Nodes } from './nodes.js';

const ASIDE = '.aside';
const OWNER = { uid: 999, gid: 999 } as const;

/** @param writes how many there are: it stands for the replication offset */
function rdbFile(writes: number): Buffer {
  const field = (name: string, value: string): Buffer =>
    Buffer.concat([...[name, value].map((text) => Buffer.from([text.length, ...Buffer.from(text)]))]);
  const end = Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
  const aux = [field('repl-id', 'a'.repeat(40)), field('repl-offset', String(writes))];
  return Buffer.concat([Buffer.from('REDIS0011'), ...aux.flatMap((one) => [Buffer.from([0xfa]), one]), end]);
}

interface Container {
  readonly id: string;
  name: string;
  readonly group: string;
  readonly made: Omit<
    ObservedMember,
    'container' | 'id' | 'state' | 'exitCode' | 'outOfMemory' | 'attached' | 'node' | 'role'
  >;
  readonly role: ObservedMember['role'];
  readonly node: string;
  state: ContainerState;
  exitCode: number | null;
  /** Id of the network, or of the anchor, that it was made for. */
  readonly ground: string;
}

interface Volume extends ObservedVolume {
  readonly group: string;
  readonly files: Map<string, string>;
  /** Numbers of the writes in the data file of a data volume; null: there is none. */
  data: readonly number[] | null;
  /** The same of the data that was set aside. */
  aside: readonly number[] | null;
  /** Whether no server can load its data. */
  isSpoilt: boolean;
}

/** 600 of `redis:6.0`; 8.0 where the tag does not say. */
function versionOf(image: string): number {
  const [, major = '8', minor = '0'] = /:(\d+)(?:\.(\d+))?$/.exec(image) ?? [];
  return Number(major) * 100 + Number(minor);
}

/** What a fake machine has: its state outlives the process that works on it. */
export class FakeMachine {
  readonly nodes = new Nodes();
  readonly containers: Container[] = [];
  readonly volumes: Volume[] = [];
  readonly networks: { readonly id: string; readonly name: string; readonly digest: string }[] = [];
  readonly marks: { readonly name: string; readonly at: number }[] = [];
  lock: HeldLock | null = null;
  /** Ports that a program outside of the engine holds. */
  readonly takenPorts = new Set<number>();
  readonly images = new Set(['redis:8']);
  #ids = 0;

  constructor() {
    // In the network of the anchor nobody is reached once the anchor has ended.
    this.nodes.hasNetwork = (name) => {
      const container = this.containers.find((one) => one.name === name);
      const anchor = this.containers.find(({ id }) => id === container?.ground);
      const isInAnchor = !this.networks.some(({ id }) => id === container?.ground);
      return !isInAnchor || anchor?.state === 'running';
    };
    this.nodes.onEnd = (name) => {
      const container = this.containers.find((one) => one.name === name);
      if (container === undefined) return;
      container.state = 'exited';
      container.exitCode = 0;
    };
  }

  nextId(): string {
    this.#ids += 1;
    return `id${this.#ids}`;
  }

  /** Makes the data file of a node one that its server cannot load. */
  spoilData(node: string): void {
    for (const volume of this.volumes)
      if (volume.node === node && volume.holds === 'data') volume.isSpoilt = true;
  }

  /** A line for every object, without what differs from run to run: to compare what was with what is. */
  get picture(): readonly string[] {
    return [
      ...this.containers.map(({ name, state, id }) => `container ${name} ${state} ${id}`),
      ...this.networks.map(({ name }) => `network ${name}`),
      ...this.volumes.map(({ name }) => `volume ${name}`),
      ...this.marks.map(({ name }) => `mark ${name}`),
      ...(this.lock === null ? [] : ['lock']),
    ].sort();
  }
}

/** The engine of a machine, as one process of rsentinel sees it. */
export class FakeEngine implements Engine {
  readonly place = { kind: 'local', title: 'a fake engine' } as const;
  readonly machine = 'fake';
  readonly world: FakeMachine;
  readonly failures: Failures;

  constructor(world: FakeMachine, failures: Failures = new Failures()) {
    this.world = world;
    this.failures = failures;
  }

  async #look<T>(effect: () => T): Promise<T> {
    await this.failures.whileAlive();
    return effect();
  }

  facts() {
    return Promise.resolve({ rootless: false, operatingSystem: 'none', separates: true });
  }

  hostAddress(): Promise<string> {
    return Promise.resolve('127.0.0.1');
  }

  observe(group: string): Promise<GroupObjects> {
    return this.#look(() => {
      const network = this.world.networks.find(({ name }) => name === group);
      const containers = this.world.containers.filter((one) => one.group === group);
      const marks = this.world.marks.filter(({ name }) => name.startsWith(`${group}-`));
      return {
        members: containers.map((one) => this.#member(one)),
        network: network === undefined ? null : { name: network.name, subnet: null, digest: network.digest },
        volumes: this.world.volumes
          .filter((one) => one.group === group)
          .map(({ name, node, holds }) => ({ name, node, holds })),
        image: containers[0]?.made.image ?? null,
        lock: this.world.lock,
        expiry:
          marks.length === 0
            ? null
            : { at: Math.max(...marks.map(({ at }) => at)), marks: marks.map(({ name }) => name) },
      };
    });
  }

  #member(container: Container): ObservedMember {
    const isAside = container.name.endsWith(ASIDE);
    const { made, name, id, state, exitCode, role, node, ground } = container;
    const attached =
      this.world.networks.some(({ id }) => id === ground) ||
      this.world.containers.some(({ id }) => id === ground);
    return {
      ...made,
      role: isAside ? 'other' : role,
      node: isAside ? name : node,
      container: name,
      id,
      state,
      exitCode,
      outOfMemory: false,
      attached,
    };
  }

  groups() {
    return Promise.resolve([]);
  }

  hasImage(image: string): Promise<boolean> {
    return this.#look(() => this.world.images.has(image));
  }

  serverOf(image: string) {
    return Promise.resolve({ product: 'redis', version: versionOf(image) } as const);
  }

  pullImage(image: string): Promise<void> {
    return this.failures.change(`pull ${image}`, () => {
      this.world.images.add(image);
    });
  }

  takenByOthers() {
    return this.#look(() => ({ ports: [], subnets: [] }));
  }

  createNetwork({ name, network }: GroupSpec): Promise<void> {
    return this.failures.change(`create network ${name}`, () => {
      this.world.networks.push({ id: this.world.nextId(), name, digest: network.digest });
    });
  }

  createAnchor(spec: GroupSpec, anchor: AnchorSpec): Promise<string> {
    return this.#create(spec, 'anchor', 'anchor', anchor.container, this.#networkId(spec.name), {
      digest: anchor.digest,
      ports: anchor.ports,
      address: null,
      control: null,
    });
  }

  createNode(spec: GroupSpec, node: NodeSpec, _mounts: NodeMounts): Promise<string> {
    const anchor = this.world.containers.find(({ name }) => name === containerName(spec.name, 'anchor'));
    const ground = spec.anchor === null ? this.#networkId(spec.name) : (anchor?.id ?? '');
    return this.#create(spec, node.kind, node.name, node.container, ground, {
      digest: node.containerDigest,
      ports: [],
      address: node.address,
      control: node.control,
    });
  }

  #networkId(name: string): string {
    return this.world.networks.find((one) => one.name === name)?.id ?? '';
  }

  #create(
    spec: GroupSpec,
    role: Container['role'],
    node: string,
    name: string,
    ground: string,
    own: Pick<Container['made'], 'digest' | 'ports' | 'address' | 'control'>,
  ): Promise<string> {
    return this.failures.change(`create ${name}`, () => {
      const former = this.world.containers.findIndex((one) => one.name === name);
      if (this.world.containers[former]?.state === 'running')
        throw new RsentinelError('GROUP_BUSY', `another rsentinel has made ${name}`);
      if (former !== -1) this.world.containers.splice(former, 1);
      const id = this.world.nextId();
      this.world.containers.push({
        id,
        name,
        group: spec.name,
        role,
        node,
        ground,
        state: 'created',
        exitCode: null,
        made: {
          ...own,
          image: spec.image,
          masterName: spec.masterName,
          networkMode: spec.network.mode,
          auth: spec.access.kind,
          trust: null,
          storage: spec.storage,
          directory: spec.directory,
          file: spec.file ?? null,
        },
      });
      return id;
    });
  }

  /** @param container its id or its name */
  #find(container: string): Container | undefined {
    return this.world.containers.find(({ id, name }) => id === container || name === container);
  }

  /** How the calls name a container. */
  #nameOf(container: string): string {
    return this.#find(container)?.name ?? container;
  }

  /** The volumes of a node, as its server sees them. */
  #files({ group, node, role }: Container): NodeFiles {
    const kind = role === 'sentinel' ? 'sentinel' : 'redis';
    const volume = (holds: 'conf' | 'data'): Volume => {
      const found = this.world.volumes.find(
        (one) => one.group === group && one.node === node && one.holds === holds,
      );
      if (found === undefined) throw new Error(`${node} has no volume for ${holds}`);
      return found;
    };
    return {
      conf: () => volume('conf').files.get(CONF_FILE[kind]) ?? null,
      writeConf: (text) => volume('conf').files.set(CONF_FILE[kind], text),
      data: () => volume('data').data,
      saveData: (writes) => {
        volume('data').data = writes;
      },
    };
  }

  start(_group: string, name: string): Promise<void> {
    return this.failures.change(`start ${this.#nameOf(name)}`, () => {
      const container = this.#find(name);
      if (container === undefined) throw new RsentinelError('ENGINE_FAILED', `there is no container ${name}`);
      const taken = container.made.ports.find((port) => this.world.takenPorts.has(port));
      if (taken !== undefined) throw new PortTakenError(taken, `port ${taken} is taken`, { hint: 'none' });
      if (container.state === 'paused') this.world.nodes.pause(container.name, false);
      else if (container.state !== 'running') this.#run(container);
      container.state = 'running';
    });
  }

  #run(container: Container): void {
    const ground = this.world.containers.find(({ id }) => id === container.ground);
    if (ground !== undefined && ground.state !== 'running')
      throw new RsentinelError(
        'ENGINE_FAILED',
        `cannot join the network of ${ground.name}, which does not run`,
      );
    if (container.role === 'redis' || container.role === 'sentinel')
      this.world.nodes.start(
        container.name,
        container.role,
        this.#files(container),
        versionOf(container.made.image),
      );
    container.exitCode = null;
  }

  /** Ends the process of a container as somebody outside of rsentinel would. */
  #end(container: Container, how: 'SIGTERM' | 'SIGKILL'): void {
    if (container.state !== 'running' && container.state !== 'paused') return;
    this.world.nodes.stop(container.name, how);
    container.state = 'exited';
    container.exitCode = how === 'SIGTERM' ? 0 : 137;
  }

  stop(_group: string, name: string): Promise<void> {
    return this.failures.change(`stop ${this.#nameOf(name)}`, () => {
      const container = this.#find(name);
      if (container !== undefined) this.#end(container, 'SIGTERM');
    });
  }

  kill(_group: string, name: string): Promise<void> {
    return this.failures.change(`kill ${this.#nameOf(name)}`, () => {
      const container = this.#find(name);
      if (container !== undefined) this.#end(container, 'SIGKILL');
    });
  }

  pause(_group: string, name: string): Promise<void> {
    return this.#setPaused(name, true);
  }

  unpause(_group: string, name: string): Promise<void> {
    return this.#setPaused(name, false);
  }

  #setPaused(name: string, isPaused: boolean): Promise<void> {
    return this.failures.change(`${isPaused ? 'pause' : 'unpause'} ${this.#nameOf(name)}`, () => {
      const container = this.#find(name);
      if (container?.state !== (isPaused ? 'running' : 'paused')) return;
      container.state = isPaused ? 'paused' : 'running';
      this.world.nodes.pause(container.name, isPaused);
    });
  }

  disconnect(): Promise<void> {
    throw new Error('the fake engine has no bridge mode');
  }

  connect(): Promise<void> {
    throw new Error('the fake engine has no bridge mode');
  }

  remove(_group: string, name: string): Promise<void> {
    return this.failures.change(`remove ${this.#nameOf(name)}`, () => {
      const container = this.#find(name);
      if (container === undefined) return;
      this.world.containers.splice(this.world.containers.indexOf(container), 1);
      this.#end(container, 'SIGKILL');
    });
  }

  #rename(container: string, rename: (name: string) => string): Promise<void> {
    const from = this.#nameOf(container);
    return this.failures.change(`rename ${from} to ${rename(from)}`, () => {
      const found = this.#find(container);
      if (found !== undefined) found.name = rename(found.name);
    });
  }

  setAside(_group: string, container: string): Promise<void> {
    return this.#rename(container, (name) => name + ASIDE);
  }

  bringBack(_group: string, container: string): Promise<void> {
    return this.#rename(container, (name) => name.replace(ASIDE, ''));
  }

  removeNetwork(group: string): Promise<void> {
    return this.failures.change(`remove network ${group}`, () => {
      const index = this.world.networks.findIndex(({ name }) => name === group);
      if (index !== -1) this.world.networks.splice(index, 1);
    });
  }

  createVolume({ name, node, holds, group }: VolumeSpec): Promise<void> {
    return this.failures.change(`create volume ${name}`, () => {
      if (this.world.volumes.some((one) => one.name === name)) return;
      this.world.volumes.push({
        name,
        node,
        holds,
        group,
        files: new Map(),
        data: null,
        aside: null,
        isSpoilt: false,
      });
    });
  }

  removeVolume(_group: string, name: string): Promise<void> {
    return this.failures.change(`remove volume ${name}`, () => {
      for (const list of [this.world.volumes, this.world.marks] as { readonly name: string }[][]) {
        const index = list.findIndex((one) => one.name === name);
        if (index !== -1) list.splice(index, 1);
      }
    });
  }

  openVolumes(group: string): Promise<VolumeFiles> {
    const conf = (node: string) =>
      this.world.volumes.find((one) => one.group === group && one.node === node && one.holds === 'conf');
    return this.#look(() => ({
      read: (node, file) => this.#look(() => conf(node)?.files.get(file) ?? null),
      write: (node, file, text) =>
        this.failures.change(`write ${node}/${file}`, () => {
          conf(node)?.files.set(file, text);
        }),
      statData: (node, path) =>
        this.#look(() => {
          const file = this.#rdb(group, node, path);
          return file === null ? null : { size: file.length, changedAt: 0 };
        }),
      readData: (node, path, offset, length) =>
        this.#look(() => (this.#rdb(group, node, path) ?? Buffer.alloc(0)).subarray(offset, offset + length)),
      listData: (node, path) => this.#look(() => (this.#rdb(group, node, path) === null ? [] : [path])),
      setDataAside: (node) =>
        this.failures.change(`set data of ${node} aside`, () => {
          const volume = this.#dataVolume(group, node);
          if (volume !== undefined)
            Object.assign(volume, { aside: volume.data, data: null, isSpoilt: false });
        }),
      bringDataBack: (node) =>
        this.failures.change(`bring data of ${node} back`, () => {
          const volume = this.#dataVolume(group, node);
          if (volume?.data === null) volume.data = volume.aside;
        }),
      own: () => this.#look(() => {}),
      close: () => Promise.resolve(),
    }));
  }

  #dataVolume(group: string, node: string): Volume | undefined {
    return this.world.volumes.find((one) => one.group === group && one.node === node && one.holds === 'data');
  }

  /** The data file of a node as an RDB file that holds nothing but its offset; null: there is none. */
  #rdb(group: string, node: string, path: string): Buffer | null {
    const volume = this.#dataVolume(group, node);
    if (path !== 'dump.rdb' || volume?.data == null) return null;
    return volume.isSpoilt ? Buffer.from('no data file of Redis') : rdbFile(volume.data.length);
  }

  markExpiry({ name, group, at }: ExpiryMark): Promise<void> {
    return this.failures.change(`mark ${group}`, () => {
      this.world.marks.push({ name, at });
    });
  }

  acquireLock({ group, holder, directory, file }: LockRequest): Promise<LockOutcome> {
    return this.#look((): LockOutcome => {
      if (this.world.lock !== null) return { kind: 'held', lock: this.world.lock };
      const id = `${group} ${this.world.nextId()}`;
      this.world.lock = { id, holder, since: 0, directory, file };
      return { kind: 'acquired', id };
    });
  }

  async hasLock(id: string): Promise<boolean> {
    await this.failures.beforeLook();
    return this.#look(() => this.world.lock?.id === id);
  }

  lockPulse(): Promise<string> {
    return Promise.resolve('');
  }

  beatLock(id: string): Promise<boolean> {
    return this.#look(() => this.world.lock?.id === id);
  }

  removeLock(id: string): Promise<void> {
    return this.#look(() => {
      if (this.world.lock?.id === id) this.world.lock = null;
    });
  }

  runInside(): Promise<never> {
    throw new Error('there are no programs in the containers of a fake engine');
  }

  state(name: string): Promise<MemberNow> {
    return this.#look(() => {
      const container = this.#find(name);
      return {
        state: container?.state ?? 'missing',
        exitCode: container?.exitCode ?? null,
        outOfMemory: false,
      };
    });
  }

  async *log() {}

  /** A server that was asked to end has saved. */
  logTail(name: string): Promise<readonly string[]> {
    return this.#look(() => (this.#find(name)?.exitCode === 0 ? ['DB saved on disk'] : []));
  }

  owner() {
    return Promise.resolve(OWNER);
  }

  fileOwner() {
    return Promise.resolve(OWNER);
  }
}
