/** Carries out single operations of a plan, on the engine, in the directories and on the nodes. */

import type { LockedContext } from '../../engine/context.js';
import { expiryMark } from '../../engine/expiry-mark.js';
import { failOver } from '../../failover/await-failover.js';
import { demote, holdInside } from '../../failover/demote.js';
import { isMasterNow, masterMoved, waitConvergedUnder } from '../../failover/master-moved.js';
import { endForgottenRefusal, type WritePause } from '../../failover/pause-writes.js';
import { switchOver } from '../../failover/planned.js';
import { replicaOf } from '../../failover/replicaof.js';
import { refuseFixedPeriods } from '../../failover/with-timing.js';
import { sameAddress } from '../../model/address.js';
import type { GroupSpec, NodeSpec } from '../../model/group-spec.js';
import { ANCHOR, type Operation } from '../../model/step.js';
import type { Directive } from '../../model/topology.js';
import type { Connections } from '../../nodes/client/connection.js';
import { rewriteConf, setOnRedis, setOnSentinel } from '../../nodes/client/set-directives.js';
import { FAILOVER_PERIODS, FORMING_PERIODS, PERIODS, setPeriods } from '../../nodes/health/periods.js';
import type { Snapshot } from '../../nodes/health/snapshot.js';
import { Live } from '../../nodes/live/live.js';
import { type LiveGroup, type LiveNode, LiveNodes } from '../../nodes/live/live-nodes.js';
import type { Deadline } from '../../nodes/wait/deadline.js';
import { verifyReady } from '../../nodes/wait/verify-ready.js';
import { waitAnswer } from '../../nodes/wait/wait-answer.js';
import { forget } from '../../nodes/wait/wait-converged.js';
import type { ObservedState } from '../../plan/observed.js';
import { type SavedNode, saveDataSet } from '../../shutdown/save.js';
import { prepareStop, type ReadyToStop, stopReady } from '../../shutdown/stop-node.js';
import { containerName, nodesOf } from '../../spec/build.js';
import type { Storage } from '../../storage/storage.js';
import { AccessKeeper } from './access-keeper.js';
import { ConfFiles } from './conf-files.js';
import { refuseTakenPort } from './port-check.js';
import type { RollbackLog } from './rollback.js';
import { type RotationContext, restartSentinels, rotate } from './rotate-passwords.js';

/** ms for the nodes to go by their former passwords again. */
const UNDO_PATIENCE = 10_000;

export class PlanExecutor {
  readonly #spec: GroupSpec;
  readonly #observed: ObservedState;
  readonly #storage: Storage;
  readonly #connections: Connections;
  readonly #rollback: RollbackLog;
  readonly #context: LockedContext;
  readonly #deadline: Deadline;
  readonly #liveNodes: LiveNodes;
  readonly #keeper: AccessKeeper;
  readonly #confs: ConfFiles;
  #canPromote = true;
  #snapshot: Snapshot | null = null;
  /** Name of the volume that notes when the group expires, as this plan has made it. */
  #mark: string | null = null;
  /** Ids of the containers that carry the members' names: as observed, and as made since. */
  readonly #ids = new Map<string, string>();
  /** Ids of those that were put aside for a successor. */
  readonly #aside = new Map<string, string>();
  /** Of a master that must not take writes any more until it stops. */
  readonly #pauses = new Map<string, WritePause>();

  constructor(
    spec: GroupSpec,
    observed: ObservedState,
    storage: Storage,
    connections: Connections,
    rollback: RollbackLog,
    context: LockedContext,
    deadline: Deadline,
  ) {
    this.#spec = spec;
    this.#observed = observed;
    this.#storage = storage;
    this.#connections = connections;
    this.#rollback = rollback;
    this.#context = context;
    this.#deadline = deadline;
    for (const { node, id } of observed.engine.members) this.#ids.set(node, id);
    this.#liveNodes = new LiveNodes(spec.name, spec.masterName, observed.engine);
    this.#keeper = new AccessKeeper(spec, observed.access, storage);
    this.#confs = new ConfFiles(spec, observed.history, this.#keeper, storage, rollback, context);
  }

  /** False: Sentinel has found no good replica to promote. */
  get canPromote(): boolean {
    return this.#canPromote;
  }

  /** Returns the group as it was when it had been verified; verifies it where no step has done so. */
  async verified(): Promise<Snapshot> {
    this.#snapshot ??= await this.#verifyReady();
    return this.#snapshot;
  }

  readonly perform = async (operation: Operation): Promise<void> => {
    await this.#context.confirmLock();
    return this.#perform(operation);
  };

  async #perform(operation: Operation): Promise<void> {
    const { driver, signal } = this.#context;
    const { name } = this.#spec;
    switch (operation.kind) {
      case 'image':
        return driver.pullImage(this.#spec.image, signal);
      case 'drop-network':
        return driver.removeNetwork(name);
      case 'network':
        // Noted before it is done, as everything is: a call that fails may have had its effect.
        this.#rollback.note('network', name, `network ${this.#spec.network.name}`, () =>
          driver.removeNetwork(name),
        );
        return driver.createNetwork(this.#spec);
      case 'render':
        return this.#confs.render(this.#node(operation.node));
      case 'repoint':
        return this.#confs.repoint(this.#node(operation.node));
      case 'set-data-aside':
        return this.#setDataAside(operation.node, operation.files);
      case 'set':
        return this.#set(this.#node(operation.node), operation.directives);
      case 'rotate':
        return this.#rotate(operation.nodes, operation.isWhole);
      case 'ignore':
      case 'certificates':
        return this.#confs.prepare();
      case 'restart-sentinels':
        return this.#restartSentinels(operation.nodes);
      case 'unpause':
        return this.#unpause(operation.node);
      case 'demote':
        return this.#demoteFormer(operation.node);
      case 'failover':
        return this.#failOver();
      case 'switch':
        return this.#switchOver(operation.node);
      case 'save':
        return this.#save(operation.node);
      case 'stop':
        return this.#stop(operation.node);
      case 'rename-aside':
        return this.#renameAside(operation.node);
      case 'remove-old':
        this.#rollback.keep(operation.node);
        return driver.remove(name, this.#asideId(operation.node));
      case 'remove':
        return this.#remove(operation.node);
      case 'create':
        return this.#create(operation.node);
      case 'start':
        return this.#start(operation.node);
      case 'connect':
        return this.#connect(operation.node);
      case 'answer':
        return this.#waitAnswer(this.#node(operation.node));
      case 'lower-timers':
        return this.#lowerTimers(this.#node(operation.node), operation.pace);
      case 'set-timers': {
        const { control } = this.#present(operation.node);
        await setPeriods(control, PERIODS[operation.timing], this.#connections);
        return;
      }
      case 'wait-converged':
        return this.#waitConverged(operation.after);
      case 'forget':
        return this.#forget(operation.node);
      case 'mark-expiry':
        return this.#markExpiry(operation.ms);
      case 'remove-marks':
        return this.#removeMarks(operation.marks);
      case 'verify-ready':
        this.#snapshot = await this.#verifyReady();
        return;
      case 'restore-timers': {
        const { control } = this.#node(operation.node);
        await setPeriods(control, PERIODS[operation.timing], this.#connections);
        return;
      }
      case 'restore-writes': {
        const { control } = this.#node(operation.node);
        return endForgottenRefusal(control, operation.minReplicas, this.#connections);
      }
      case 'forget-passwords':
        return this.#forgetPasswords();
    }
  }

  #node(name: string): NodeSpec {
    const node = nodesOf(this.#spec).find((other) => other.name === name);
    if (node === undefined) throw new Error(`the plan names a node ${name} that the spec does not have`);
    return node;
  }

  #present(name: string): LiveNode {
    const node = this.#liveNodes.get(name);
    if (node === undefined) throw new Error(`the plan counts on ${name}, which does not run`);
    return node;
  }

  /** The id of the container that was observed or made for a member of the plan. */
  #id(member: string): string {
    const id = this.#ids.get(member);
    if (id === undefined) throw new Error(`the plan counts on a container of ${member}, and there is none`);
    return id;
  }

  #asideId(member: string): string {
    const id = this.#aside.get(member);
    if (id === undefined)
      throw new Error(`the plan removes what was put aside for ${member}, and nothing was`);
    return id;
  }

  async #setDataAside(node: string, files: readonly string[]): Promise<void> {
    const { names, undo } = await this.#storage.setDataAside(node, files);
    this.#rollback.note('file', node, `data files of ${node} (as they were)`, undo);
    const message = `${files.join(' and ')} of ${node} cannot be loaded, and is kept as ${names.join(' and ')}; the node copies the data of the master`;
    this.#context.emit({ type: 'warning', message });
  }

  async #set(node: NodeSpec, directives: readonly Directive[]): Promise<void> {
    const { control, kind, name } = node;
    const setBack =
      kind === 'redis'
        ? await setOnRedis(name, control, directives, this.#connections)
        : await setOnSentinel(name, control, this.#spec.masterName, directives, this.#connections);
    const rewrite = () => rewriteConf(name, control, kind, this.#connections);
    this.#rollback.note('setting', name, `directives of ${name} set back`, async () => {
      await setBack();
      await rewrite();
    });
    // In between: the server keeps the comments of the file that it finds when it rewrites it.
    await this.#confs.updateHeader(node);
    await rewrite();
  }

  async #rotate(names: readonly string[], isWhole: boolean): Promise<void> {
    const { access } = this.#spec;
    if (access.kind === 'none') throw new Error('the plan changes passwords, and there are none');
    const rotation = this.#rotation(names, isWhole);
    const before = this.#keeper.before ?? access;
    // Whoever comes after us if we are killed needs both; and so does he if this cannot be taken back.
    await this.#keeper.begin();
    this.#rollback.note('setting', '', 'passwords', async () => {
      // By then the files are what they were.
      await rotate(this.#backwards(rotation), access, { ...access, ...before }, async () => {});
      await this.#keeper.forgetFormer(before);
    });
    await rotate(rotation, before, access, (node) => this.#confs.updateAccess(node));
  }

  async #restartSentinels(names: readonly string[]): Promise<void> {
    const rotation = this.#rotation(names, true);
    this.#rollback.note('setting', '', 'the former password of the sentinels', () =>
      restartSentinels(this.#backwards(rotation), this.#context.driver, async () => {}),
    );
    await restartSentinels(rotation, this.#context.driver, (node) => this.#confs.updateAccess(node));
  }

  #rotation(names: readonly string[], isWhole: boolean): RotationContext {
    this.#deadline.renew();
    const { masterName, name } = this.#spec;
    const { redis, sentinels } = this.#liveNodes.group;
    const isTold = (node: LiveNode): boolean => names.includes(node.name);
    const group = { name, masterName, redis: redis.filter(isTold), sentinels: sentinels.filter(isTold) };
    return { live: this.#live(group), isWhole };
  }

  /** The time for the change may be over by then, and somebody may have interrupted it. */
  #backwards({ live, isWhole }: RotationContext): RotationContext {
    const context = { ...this.#context, signal: new AbortController().signal };
    const undone = new Live(live.group, this.#connections, context, AbortSignal.timeout(UNDO_PATIENCE));
    return { live: undone, isWhole };
  }

  /** The nodes that are there, or others, within the time that is left. */
  #live<Group extends LiveGroup>(group: Group): Live<Group> {
    return new Live(group, this.#connections, this.#context, this.#deadline.signal);
  }

  async #failOver(): Promise<void> {
    this.#deadline.begin();
    const { history, live } = this.#observed;
    const address = live.master?.address ?? history.master.address;
    const promotion = await failOver(this.#live(this.#liveNodes.group), address);
    if (promotion !== null) return;
    this.#canPromote = false;
    const { name } = history.master;
    const message = `Sentinel has no good replica to promote: ${name} comes back as the master, with what is on its disk`;
    this.#context.emit({ type: 'warning', message });
  }

  async #switchOver(from: string): Promise<void> {
    this.#deadline.renew();
    const live = this.#live(this.#liveNodes.group);
    const { master, configEpoch } = await switchOver(live, this.#present(from));
    this.#confs.follow({ ...master, configEpoch });
  }

  async #unpause(member: string): Promise<void> {
    const { driver } = this.#context;
    const { name } = this.#spec;
    const id = this.#id(member);
    this.#rollback.note('started', member, `container ${containerName(name, member)} (paused again)`, () =>
      driver.pause(name, id),
    );
    this.#deadline.begin();
    await driver.unpause(name, id);
    const observed = this.#observed.engine.members.find((one) => one.node === member);
    if (observed === undefined) throw new Error(`the plan counts on ${member}, which was not observed`);
    const { role, address, control } = observed;
    if ((role === 'redis' || role === 'sentinel') && address !== null && control !== null)
      this.#liveNodes.add({ name: member, kind: role, container: id, address, control });
  }

  async #save(node: string): Promise<void> {
    this.#deadline.renew();
    const pause = await saveDataSet(this.#savedNode(node), this.#connections, this.#context);
    this.#pauses.set(node, pause);
    this.#rollback.note('setting', node, `writes to ${node} let go`, () => pause.end());
  }

  async #stop(member: string): Promise<void> {
    const { driver } = this.#context;
    const { name } = this.#spec;
    const id = this.#id(member);
    await this.#refuseMaster(member);
    const isRedis = this.#liveNodes.get(member)?.kind === 'redis';
    const ready = isRedis ? await this.#prepareStop(this.#savedNode(member)) : null;
    this.#liveNodes.remove(member);
    this.#rollback.note(
      'stopped',
      member,
      `container ${containerName(name, member)} (started again)`,
      async () => {
        // Its removal may have failed behind its effect.
        if ((await driver.state(id)).state !== 'missing') await driver.start(name, id);
      },
    );
    if (ready === null) return driver.stop(name, id);
    await stopReady(name, ready, this.#connections, this.#context).catch((error: unknown) => {
      // Only the master's data must not be lost; a replica copies it anew.
      if (ready.isMaster === true || this.#observed.history.master.name === member) throw error;
      const why = error instanceof Error ? error.message : String(error);
      this.#context.emit({
        type: 'warning',
        message: `${why}; it copies the data of the master when it starts`,
      });
    });
  }

  /** A node that a step of the plan has saved already is not saved once more: its writes are paused since. */
  async #prepareStop(node: SavedNode): Promise<ReadyToStop> {
    const pause = this.#pauses.get(node.name);
    if (pause !== undefined) return { node, isMaster: true, readiness: { kind: 'saved', pause } };
    const ready = await prepareStop(node, this.#connections, this.#context);
    const isNeeded = ready.isMaster === true;
    if (isNeeded && ready.readiness.kind === 'failed') throw ready.readiness.error;
    return ready;
  }

  #savedNode(name: string): SavedNode {
    const { control } = this.#present(name);
    return { name, container: this.#id(name), control };
  }

  /** The sentinels may have promoted it since the group was observed: what only it has would be lost. */
  async #refuseMaster(member: string): Promise<void> {
    const node = this.#liveNodes.get(member);
    if (node?.kind !== 'redis' || this.#pauses.has(member)) return;
    // Nobody can hand over what it has, and it is the last one that has it.
    if (this.#observed.tls.untrusted.has(member)) return;
    if (await isMasterNow(node, this.#liveNodes.group, this.#connections)) throw masterMoved(member);
  }

  async #remove(member: string): Promise<void> {
    this.#liveNodes.remove(member);
    await this.#context.driver.remove(this.#spec.name, this.#id(member));
    this.#rollback.removed(member);
  }

  async #renameAside(member: string): Promise<void> {
    const { driver } = this.#context;
    const { name } = this.#spec;
    const id = this.#id(member);
    this.#rollback.note('set-aside', member, `container ${containerName(name, member)} (as it was)`, () =>
      driver.bringBack(name, id),
    );
    await driver.setAside(name, id);
    this.#aside.set(member, id);
  }

  async #create(member: string): Promise<void> {
    const { driver } = this.#context;
    const { name } = this.#spec;
    const container = containerName(name, member);
    // A call that fails may have had its effect, and then nothing but the name is known.
    let made = container;
    this.#rollback.note(
      member === ANCHOR ? 'anchor' : 'created',
      member,
      `container ${container}`,
      async () => {
        await this.#endSaved(member, made);
        await driver.remove(name, made);
      },
    );
    made = await this.#make(member);
    this.#ids.set(member, made);
  }

  async #make(member: string): Promise<string> {
    const { driver } = this.#context;
    const { anchor } = this.#spec;
    if (member === ANCHOR && anchor !== null) return driver.createAnchor(this.#spec, anchor);
    const node = this.#node(member);
    return driver.createNode(this.#spec, node, await this.#confs.mounts(node));
  }

  /** Ends a node that is taken back: clients may have written to it since it was started, and its data is kept. */
  async #endSaved(member: string, container: string): Promise<void> {
    const { name, redis } = this.#spec;
    const node = redis.find((one) => one.name === member);
    const isNew = redis.every((one) => this.#observed.confs.get(one.name) == null);
    if (node === undefined || isNew) return;
    const context = { ...this.#context, signal: new AbortController().signal };
    if ((await context.driver.state(container)).state !== 'running') return;
    const { control } = node;
    const ready = await prepareStop({ name: member, container, control }, this.#connections, context);
    await stopReady(name, ready, this.#connections, context);
  }

  async #start(member: string): Promise<void> {
    const { driver } = this.#context;
    const { name } = this.#spec;
    const id = this.#id(member);
    // In the other modes the engine knows.
    if (this.#spec.network.mode === 'host') await refuseTakenPort(member, this.#node(member).address);
    // Before the attempt: a start that fails halfway is to be taken back as well.
    this.#rollback.note(
      member === ANCHOR ? 'anchor' : 'started',
      member,
      `container ${containerName(name, member)} (stopped again)`,
      async () => {
        await this.#endSaved(member, id);
        await driver.stop(name, id);
      },
    );
    if (member !== ANCHOR) {
      this.#deadline.begin();
      this.#liveNodes.add({ ...this.#node(member), container: id });
    }
    await driver.start(name, id);
  }

  async #connect(member: string): Promise<void> {
    const { driver } = this.#context;
    const { address, control, container } = this.#present(member);
    if (this.#isFormer(member) && container !== null)
      await holdInside({ id: container, address, control }, this.#connections.credentials, driver);
    await driver.connect(this.#spec.name, this.#id(member), member, address);
  }

  /** Whether it is a Redis node that may be the master of before. */
  #isFormer(member: string): boolean {
    const node = this.#liveNodes.get(member);
    return node?.kind === 'redis' && !sameAddress(node.address, this.#confs.master.address);
  }

  /** Makes a node that comes back with its memory a replica of the present master. */
  async #demoteFormer(member: string): Promise<void> {
    const { address: master } = this.#confs.master;
    const { redis, sentinels, masterName } = this.#liveNodes.group;
    const former = redis.find(({ name }) => name === member);
    const present = redis.find(({ address }) => sameAddress(address, master));
    if (former === undefined || !this.#isFormer(member)) return;
    if (present === undefined) return replicaOf(former.control, master, this.#connections);
    const demotion = { former, present, sentinels: { masterName, sentinels }, master };
    await demote(demotion, this.#connections, this.#context.emit);
  }

  async #waitConverged(after: string): Promise<void> {
    this.#deadline.renew();
    const master = await waitConvergedUnder(
      this.#confs.master.address,
      this.#liveNodes.get(after) ?? null,
      this.#live(this.#liveNodes.group),
    );
    this.#rollback.keep(after);
    if (master !== null) throw masterMoved(master.name);
  }

  async #forget(sentinel: string): Promise<void> {
    this.#deadline.renew();
    await forget(this.#present(sentinel), this.#live(this.#liveNodes.group));
  }

  async #markExpiry(ms: number): Promise<void> {
    const { driver } = this.#context;
    const { name } = this.#spec;
    const mark = expiryMark(name, ms, Date.now());
    this.#rollback.note('network', mark.name, `volume ${mark.name}`, () =>
      driver.removeVolume(name, mark.name),
    );
    this.#mark = mark.name;
    await driver.markExpiry(mark);
  }

  async #removeMarks(marks: readonly string[]): Promise<void> {
    const { driver } = this.#context;
    // From now on the new one is the only one.
    if (this.#mark !== null) this.#rollback.keep(this.#mark);
    await Promise.all(marks.map((mark) => driver.removeVolume(this.#spec.name, mark)));
  }

  async #verifyReady(): Promise<Snapshot> {
    this.#deadline.begin();
    const snapshot = await verifyReady(this.#live(this.#spec));
    refuseFixedPeriods(this.#spec.timing, snapshot);
    return snapshot;
  }

  async #forgetPasswords(): Promise<void> {
    const { access } = this.#spec;
    if (access.kind !== 'none') await this.#keeper.forgetFormer(access);
  }

  #waitAnswer(node: NodeSpec): Promise<void> {
    return waitAnswer(node, this.#live(this.#spec));
  }

  async #lowerTimers(node: NodeSpec, pace: 'forming' | 'live'): Promise<void> {
    await this.#waitAnswer(node);
    const periods = pace === 'forming' ? FORMING_PERIODS : FAILOVER_PERIODS;
    await setPeriods(node.control, periods, this.#connections);
  }
}
