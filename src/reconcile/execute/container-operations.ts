/** Operations on the containers of nodes: each is noted for the rollback before it is done. */

import { holdInside } from '../../failover/demote.js';
import { isMasterNow, masterMoved } from '../../failover/master-moved.js';
import { ANCHOR } from '../../model/step.js';
import { type SavedNode, saveDataSet } from '../../shutdown/save.js';
import { prepareStop, type ReadyToStop, stopReady } from '../../shutdown/stop-node.js';
import { containerName } from '../../spec/build.js';
import type { PlanRun } from './plan-run.js';
import { refuseTakenPort } from './port-check.js';

export class ContainerOperations {
  readonly #run: PlanRun;
  /** Ids of the containers that were put aside for a replacement. */
  readonly #aside = new Map<string, string>();

  constructor(run: PlanRun) {
    this.#run = run;
  }

  async unpause(member: string): Promise<void> {
    const { engine } = this.#run.context;
    const { name } = this.#run.spec;
    const id = this.#run.id(member);
    this.#run.rollback.note(
      'started',
      member,
      `container ${containerName(name, member)} (paused again)`,
      () => engine.pause(name, id),
    );
    this.#run.deadline.begin();
    await engine.unpause(name, id);
    const observed = this.#run.observed.objects.members.find((one) => one.node === member);
    if (observed === undefined) throw new Error(`the plan counts on ${member}, which was not observed`);
    const { role, address, control } = observed;
    if ((role === 'redis' || role === 'sentinel') && address !== null && control !== null)
      this.#run.liveNodes.add({ name: member, kind: role, container: id, address, control });
  }

  async save(node: string): Promise<void> {
    this.#run.deadline.renew();
    const pause = await saveDataSet(this.#savedNode(node), this.#run.connections, this.#run.context);
    this.#run.pauses.set(node, pause);
    this.#run.rollback.note('setting', node, `writes to ${node} let go`, () => pause.end());
  }

  async stop(member: string): Promise<void> {
    const { engine } = this.#run.context;
    const { name } = this.#run.spec;
    const id = this.#run.id(member);
    await this.#refuseMaster(member);
    const isRedis = this.#run.liveNodes.get(member)?.kind === 'redis';
    const ready = isRedis ? await this.#prepareStop(this.#savedNode(member)) : null;
    this.#run.liveNodes.remove(member);
    this.#run.rollback.note(
      'stopped',
      member,
      `container ${containerName(name, member)} (started again)`,
      async () => {
        // Its removal may have failed behind its effect.
        if ((await engine.state(id)).state !== 'missing') await engine.start(name, id);
      },
    );
    if (ready === null) return engine.stop(name, id);
    await stopReady(name, ready, this.#run.connections, this.#run.context).catch((error: unknown) => {
      // Only the master's data must not be lost; a replica copies it anew.
      if (ready.isMaster === true || this.#run.observed.history.master.name === member) throw error;
      const why = error instanceof Error ? error.message : String(error);
      this.#run.context.emit({
        type: 'warning',
        message: `${why}; it copies the data of the master when it starts`,
      });
    });
  }

  /** A node that a step of the plan has saved already is not saved once more: its writes are paused since. */
  async #prepareStop(node: SavedNode): Promise<ReadyToStop> {
    const pause = this.#run.pauses.get(node.name);
    if (pause !== undefined) return { node, isMaster: true, readiness: { kind: 'saved', pause } };
    const ready = await prepareStop(node, this.#run.connections, this.#run.context);
    const isNeeded = ready.isMaster === true;
    if (isNeeded && ready.readiness.kind === 'failed') throw ready.readiness.error;
    return ready;
  }

  #savedNode(name: string): SavedNode {
    const { control } = this.#run.present(name);
    return { name, container: this.#run.id(name), control };
  }

  /** The sentinels may have promoted it since the group was observed: what only it has would be lost. */
  async #refuseMaster(member: string): Promise<void> {
    const node = this.#run.liveNodes.get(member);
    if (node?.kind !== 'redis' || this.#run.pauses.has(member)) return;
    // Nobody can hand over what it has, and it is the last one that has it.
    if (this.#run.observed.tls.untrusted.has(member)) return;
    if (await isMasterNow(node, this.#run.liveNodes.group, this.#run.connections)) throw masterMoved(member);
  }

  async remove(member: string): Promise<void> {
    this.#run.liveNodes.remove(member);
    await this.#run.context.engine.remove(this.#run.spec.name, this.#run.id(member));
    this.#run.rollback.removed(member);
  }

  async renameAside(member: string): Promise<void> {
    const { engine } = this.#run.context;
    const { name } = this.#run.spec;
    const id = this.#run.id(member);
    this.#run.rollback.note('set-aside', member, `container ${containerName(name, member)} (as it was)`, () =>
      engine.bringBack(name, id),
    );
    await engine.setAside(name, id);
    this.#aside.set(member, id);
  }

  /** Removes what was put aside. */
  removeOld(member: string): Promise<void> {
    const id = this.#aside.get(member);
    if (id === undefined)
      throw new Error(`the plan removes what was put aside for ${member}, and nothing was`);
    this.#run.rollback.keep(member);
    return this.#run.context.engine.remove(this.#run.spec.name, id);
  }

  async create(member: string): Promise<void> {
    const { engine } = this.#run.context;
    const { name } = this.#run.spec;
    const container = containerName(name, member);
    // A call that fails may have had its effect, and then nothing but the name is known.
    let made = container;
    this.#run.rollback.note(
      member === ANCHOR ? 'anchor' : 'created',
      member,
      `container ${container}`,
      async () => {
        await this.#endSaved(member, made);
        await engine.remove(name, made);
      },
    );
    made = await this.#make(member);
    this.#run.ids.set(member, made);
  }

  async #make(member: string): Promise<string> {
    const { engine } = this.#run.context;
    const { anchor } = this.#run.spec;
    if (member === ANCHOR && anchor !== null) return engine.createAnchor(this.#run.spec, anchor);
    const node = this.#run.node(member);
    return engine.createNode(this.#run.spec, node, await this.#run.confs.mounts(node));
  }

  /** Ends a node that is taken back: clients may have written to it since it was started, and its data is kept. */
  async #endSaved(member: string, container: string): Promise<void> {
    const { name, redis } = this.#run.spec;
    const node = redis.find((one) => one.name === member);
    const isNew = redis.every((one) => this.#run.observed.confs.get(one.name) == null);
    if (node === undefined || isNew) return;
    const context = { ...this.#run.context, signal: new AbortController().signal };
    if ((await context.engine.state(container)).state !== 'running') return;
    const { control } = node;
    const ready = await prepareStop({ name: member, container, control }, this.#run.connections, context);
    await stopReady(name, ready, this.#run.connections, context);
  }

  async start(member: string): Promise<void> {
    const { engine } = this.#run.context;
    const { name } = this.#run.spec;
    const id = this.#run.id(member);
    // In the other modes the engine knows.
    if (this.#run.spec.network.mode === 'host') await refuseTakenPort(member, this.#run.node(member).address);
    // Before the attempt: a start that fails halfway is to be taken back as well.
    this.#run.rollback.note(
      member === ANCHOR ? 'anchor' : 'started',
      member,
      `container ${containerName(name, member)} (stopped again)`,
      async () => {
        await this.#endSaved(member, id);
        await engine.stop(name, id);
      },
    );
    if (member !== ANCHOR) {
      this.#run.deadline.begin();
      this.#run.liveNodes.add({ ...this.#run.node(member), container: id });
    }
    await engine.start(name, id);
  }

  async connect(member: string): Promise<void> {
    const { engine } = this.#run.context;
    const { address, control, container } = this.#run.present(member);
    if (this.#run.isFormer(member) && container !== null)
      await holdInside({ id: container, address, control }, this.#run.connections.credentials, engine);
    await engine.connect(this.#run.spec.name, this.#run.id(member), member, address);
  }
}
