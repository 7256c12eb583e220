/** Carries out single operations of a plan, on the engine, in the directories and on the nodes. */
import { setTimeout as delay } from 'node:timers/promises';
import { PortTakenError, RsentinelError } from '../errors.js';
import type { ObservedState } from '../plan/observed.js';
import { ANCHOR, type Operation } from '../plan/steps.js';
import { renderConf, replicaofLine } from '../render/conf.js';
import { withReplicaof } from '../render/conf-facts.js';
import type { GroupHistory } from '../render/history.js';
import type { Command, Connections } from '../sentinel/connection.js';
import { FORMING_PERIODS, setPeriods } from '../sentinel/periods.js';
import { formatAddress } from '../spec/address.js';
import { containerName, nodesOf } from '../spec/build.js';
import type { GroupSpec, NodeSpec } from '../spec/group-spec.js';
import type { Storage } from '../storage/storage.js';
import type { Context } from './context.js';
import type { Deadline } from './deadline.js';
import { logDetails, nodeExited } from './explain.js';
import { failOver } from './fail-over.js';
import type { Journal } from './journal.js';
import { connectError } from './prove.js';

/** ms between two attempts to reach a node that has just been started. */
const RETRY = 10;
/** ms for which a started node may be silent before the engine is asked whether it still runs. */
const SUSPICIOUS = 300;

export class Performer {
  readonly #spec: GroupSpec;
  readonly #observed: ObservedState;
  readonly #storage: Storage;
  readonly #connections: Connections;
  readonly #journal: Journal;
  readonly #context: Context;
  readonly #deadline: Deadline;
  #prepared: Promise<void> | undefined;
  /** As observed, until a failover of ours changes it. */
  #history: GroupHistory;

  constructor(
    spec: GroupSpec,
    observed: ObservedState,
    storage: Storage,
    connections: Connections,
    journal: Journal,
    context: Context,
    deadline: Deadline,
  ) {
    this.#spec = spec;
    this.#observed = observed;
    this.#storage = storage;
    this.#history = observed.history;
    this.#connections = connections;
    this.#journal = journal;
    this.#context = context;
    this.#deadline = deadline;
  }

  readonly perform = async (operation: Operation): Promise<void> => {
    const { driver, signal } = this.#context;
    const { name } = this.#spec;
    switch (operation.kind) {
      case 'image':
        return driver.pullImage(this.#spec.image, signal);
      case 'drop-network':
        return driver.removeNetwork(name);
      case 'network':
        await driver.createNetwork(this.#spec);
        return this.#journal.madeNetwork(this.#spec.network.name);
      case 'render': {
        const node = this.#node(operation.node);
        return this.#write(node, renderConf(this.#spec, node, this.#history));
      }
      case 'repoint':
        return this.#repoint(this.#node(operation.node));
      case 'failover':
        return this.#failOver();
      case 'stop':
        return driver.stop(name, this.#container(operation.node));
      case 'remove':
        return driver.remove(name, this.#container(operation.node));
      case 'create':
        return this.#create(operation.node);
      case 'start': {
        const container = containerName(name, operation.node);
        await this.#refuseTakenPort(operation.node);
        // Before the attempt: a start that fails halfway is to be taken back as well.
        this.#journal.started(container);
        this.#deadline.begin();
        return driver.start(name, container);
      }
      case 'answer':
        return this.#untilItAnswers(this.#node(operation.node));
      case 'hasten':
        return this.#hasten(this.#node(operation.node));
    }
  };

  #node(name: string): NodeSpec {
    const node = nodesOf(this.#spec).find((other) => other.name === name);
    if (node === undefined) throw new Error(`the plan names a node ${name} that the spec does not have`);
    return node;
  }

  /** The container that was observed under a name of the plan; it may be called otherwise than a new one would be. */
  #container(member: string): string {
    const observed = this.#observed.engine.members.find((other) => other.node === member);
    return observed?.container ?? containerName(this.#spec.name, member);
  }

  async #write(node: NodeSpec, text: string): Promise<void> {
    this.#prepared ??= this.#prepare();
    await this.#prepared;
    const undo = await this.#storage.writeConf(node.name, node.kind, text);
    this.#journal.wrote(`configuration of ${node.name}`, undo);
  }

  /** Before the nodes' own, which are made side by side: what is noted first is taken back last. */
  async #prepare(): Promise<void> {
    const made = await this.#storage.prepare();
    if (made !== null) this.#journal.wrote(made.what, made.undo);
  }

  async #failOver(): Promise<void> {
    this.#deadline.begin();
    const old = this.#history.master;
    const running = this.#observed.engine.members.filter(({ state }) => state === 'running');
    const master = await failOver(
      this.#spec,
      old,
      running.map(({ node }) => node),
      this.#connections,
      this.#context,
      this.#deadline.signal,
    );
    if (master !== null) {
      this.#history = { ...this.#history, master };
      return;
    }
    const message = `Sentinel has no good replica to promote: ${old} comes back as the master, with what is on its disk`;
    this.#context.emit({ type: 'warning', message });
  }

  async #repoint(node: NodeSpec): Promise<void> {
    const text = await this.#storage.readConf(node.name, node.kind);
    const { master } = this.#history;
    const target = this.#spec.redis.find((other) => other.name === master);
    if (text === null || target === undefined) throw new Error(`there is nothing to repoint in ${node.name}`);
    await this.#write(node, withReplicaof(text, master === node.name ? null : replicaofLine(target)));
  }

  async #create(member: string): Promise<void> {
    const { driver } = this.#context;
    if (member === ANCHOR) {
      await driver.createAnchor(this.#spec);
    } else {
      const mounts = await this.#storage.ensureMounts(member);
      await driver.createNode(this.#spec, this.#node(member), mounts);
    }
    this.#journal.created(containerName(this.#spec.name, member));
  }

  /** On the host's own network the engine knows of no ports, and whoever has it would answer in the node's place. */
  async #refuseTakenPort(member: string): Promise<void> {
    const observed = this.#observed.engine.members.find(({ node }) => node === member);
    if (this.#spec.network.mode !== 'host' || observed?.state === 'paused') return;
    const { address } = this.#node(member);
    if ((await connectError(address)) !== null) return;
    const message = `port ${address.port}, which ${member} needs, is taken: something listens at ${formatAddress(address)}`;
    throw new PortTakenError(address.port, message, {
      hint: 'Choose another port in the topology file (or `port: auto`).',
    });
  }

  async #untilItAnswers(node: NodeSpec): Promise<void> {
    await this.#retry(node, ['PING']);
  }

  async #hasten(node: NodeSpec): Promise<void> {
    await this.#retry(node, ['PING']);
    await setPeriods(node.control, FORMING_PERIODS, this.#connections);
  }

  /** Asks a node until it gives a proper reply: one that is loading, or not up yet, does not. */
  async #retry(node: NodeSpec, command: Command): Promise<void> {
    let last = 'nothing';
    let checkAt = performance.now() + SUSPICIOUS;
    for (;;) {
      this.#context.signal.throwIfAborted();
      if (this.#deadline.signal.aborted) throw await this.#tooLate(node, last);
      try {
        const [reply] = await this.#connections.query(node.control, [command]);
        if (reply?.ok) return;
        last = reply?.error ?? last;
      } catch (error) {
        last = error instanceof Error ? error.message : String(error);
        if (performance.now() > checkAt) {
          await this.#throwIfExited(node);
          checkAt = performance.now() + SUSPICIOUS;
        }
      }
      await delay(RETRY);
    }
  }

  async #throwIfExited(node: NodeSpec): Promise<void> {
    const { driver } = this.#context;
    const { state, exitCode } = await driver.state(node.container);
    if (state !== 'running') throw await nodeExited(driver, node, state, exitCode);
  }

  /** With the log: a rollback leaves none to look at. */
  async #tooLate(node: NodeSpec, last: string): Promise<RsentinelError> {
    const message = `${node.name} did not answer at ${formatAddress(node.control)} in time`;
    return new RsentinelError('WAIT_TIMEOUT', message, {
      details: [`it said last: ${last}`, ...(await logDetails(this.#context.driver, node))],
      hint: 'Give it longer with --wait-timeout.',
    });
  }
}
