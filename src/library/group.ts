/** A group that a program works with: everything that the command line can do to it. */
import {
  environmentOf,
  type IoredisOptions,
  ioredisOptions,
  type NodeRedisOptions,
  nodeRedisOptions,
} from '../api/client-options.js';
import { down } from '../api/down.js';
import { connectionOf } from '../api/env.js';
import { type Logs, type LogsSettings, logs } from '../api/logs/logs.js';
import { type ResetResult, reset } from '../api/reset.js';
import { status } from '../api/status.js';
import { type UpResult, up } from '../api/up.js';
import { watchStatus } from '../api/watch-status.js';
import { doctor } from '../doctor/doctor.js';
import { drill } from '../drill/drill.js';
import type { Context } from '../engine/context.js';
import { RsentinelError } from '../errors.js';
import { bringOn } from '../faults/bring-on.js';
import type { FaultKind, FaultReport } from '../faults/fault.js';
import { parseFaultTargets } from '../faults/fault-targets.js';
import { plannedFailover } from '../faults/planned-failover.js';
import type { Address } from '../model/address.js';
import type { ConnectionReport } from '../model/report/connection-report.js';
import type { DoctorReport } from '../model/report/doctor-report.js';
import type { DrillReport } from '../model/report/drill-report.js';
import type { GroupReport } from '../model/report/group-report.js';
import type { WatchMoment } from '../model/report/watch-report.js';
import type { Topology } from '../model/topology.js';
import type { TopologyObject } from '../topology/schema/schema.js';
import {
  type CallOptions,
  contextOf,
  courseOf,
  DEFAULT_WAIT_MS,
  type DrillOptions,
  type EngineOptions,
  type WaitOptions,
} from './options.js';
import { readTopology } from './topology-object.js';

/** A role of a node at this moment, or the name of a node. */
export type NodeChoice = 'master' | 'replica' | 'sentinel' | 'leader' | (string & {});

export interface FaultOptions extends WaitOptions {
  /** Whether all nodes of the role are meant; left out: one of them. */
  readonly every?: boolean | undefined;
  /** Whether the effect is waited for; left out: yes. */
  readonly wait?: boolean | undefined;
}

export interface FailoverOptions extends WaitOptions {
  /** Name of the replica that is to become the master; left out: the one that Sentinel chooses. */
  readonly to?: string | undefined;
  /** Whether the effect is waited for; left out: yes. */
  readonly wait?: boolean | undefined;
}

export interface StopOptions extends WaitOptions {
  /** Whether configuration and data stay for another start; left out: no. */
  readonly keepData?: boolean | undefined;
}

export class Group implements AsyncDisposable {
  readonly name: string;
  readonly #options: EngineOptions;
  #topology: Topology | null;
  #connection: ConnectionReport;

  private constructor(
    name: string,
    topology: Topology | null,
    connection: ConnectionReport,
    options: EngineOptions,
  ) {
    this.name = name;
    this.#topology = topology;
    this.#connection = connection;
    this.#options = options;
  }

  /**
   * Returns a group that is on the engine.
   * @param topology what it should be; null: it is not known
   * @throws RsentinelError GROUP_ABSENT
   */
  static async of(
    name: string,
    topology: Topology | null,
    options: EngineOptions & CallOptions,
  ): Promise<Group> {
    const { engine, onEvent } = options;
    const connection = await connectionOf(name, 'shown', await contextOf(options, options));
    return new Group(name, topology, connection, { engine, onEvent });
  }

  /** What clients ask the sentinels for. */
  get masterName(): string {
    return this.#connection.masterName;
  }

  /** Where clients reach the sentinels. */
  get sentinels(): readonly Address[] {
    return this.#connection.sentinels;
  }

  /** The options for `new Redis(…)` of ioredis, with passwords and certificates. */
  get ioredis(): IoredisOptions {
    return ioredisOptions(this.#connection);
  }

  /** The options for `createSentinel(…)` of node-redis 5, with passwords and certificates. */
  get nodeRedis(): NodeRedisOptions {
    return nodeRedisOptions(this.#connection);
  }

  /** The environment variables that `rsentinel env` prints, with passwords. */
  get env(): Readonly<Record<string, string>> {
    return environmentOf(this.#connection);
  }

  /** Observes the group. One that is broken or gone is a report, too. */
  async status(options: CallOptions = {}): Promise<GroupReport> {
    return status(this.name, this.#topology, await this.#context(options));
  }

  /** Yields what happens to the group, until it is gone or the signal is aborted. */
  async *watch(options: CallOptions = {}): AsyncGenerator<WatchMoment> {
    yield* watchStatus(this.name, () => Promise.resolve(this.#topology), await this.#context(options));
  }

  /** Reads what nodes have logged, in the order of time. @throws RsentinelError GROUP_ABSENT, USAGE */
  async logs(options: Partial<LogsSettings> & CallOptions = {}): Promise<Logs> {
    const { nodes = [], since = null, tail = null, follow = false } = options;
    return logs(this.name, { nodes, since, tail, follow }, await this.#context(options));
  }

  /** Removes all data and makes the topology's first node the master again. @throws RsentinelError as `rsentinel reset` fails */
  async reset(options: WaitOptions = {}): Promise<ResetResult> {
    const { waitTimeoutMs = DEFAULT_WAIT_MS } = options;
    const settings = { waitTimeoutMs, otherMasters: 'keep' } as const;
    return reset(this.#known(), settings, await this.#context(options));
  }

  /**
   * Makes the group what another topology says, while clients go on using it.
   * @throws RsentinelError as {@link startGroup} does; the group is as it was before then
   */
  async apply(topology: string | TopologyObject, options: WaitOptions = {}): Promise<UpResult> {
    const { waitTimeoutMs = DEFAULT_WAIT_MS } = options;
    const read = await readTopology(topology, this.name);
    const context = await this.#context(options);
    const result = await up(read, { waitTimeoutMs, onFailure: 'rollback' }, context);
    this.#topology = read;
    this.#connection = await connectionOf(this.name, 'shown', context);
    return result;
  }

  /** Makes a replica the master without losing a write. Resolves when every sentinel names it. */
  async failover({ to, wait = true, waitTimeoutMs, signal }: FailoverOptions = {}): Promise<FaultReport> {
    return plannedFailover(
      this.name,
      { to: to ?? null, wait, waitTimeoutMs },
      await this.#context({ signal }),
    );
  }

  /** Ends a node with SIGKILL. Resolves when every sentinel has noticed, and follows the new master. */
  kill(node: NodeChoice, options: FaultOptions = {}): Promise<FaultReport> {
    return this.#bringOn('kill', node, options);
  }

  /** Freezes a node. Resolves when every sentinel has noticed. */
  pause(node: NodeChoice, options: FaultOptions = {}): Promise<FaultReport> {
    return this.#bringOn('pause', node, options);
  }

  /** Lets paused nodes go on. @param node left out: all that are paused */
  unpause(node?: NodeChoice, options: FaultOptions = {}): Promise<FaultReport> {
    return this.#bringOn('unpause', node, options);
  }

  /** Stops a node, with its data saved, and starts it again. */
  restart(node: NodeChoice, options: FaultOptions = {}): Promise<FaultReport> {
    return this.#bringOn('restart', node, options);
  }

  /** Takes a node off the network; in mode `bridge` only. */
  partition(node: NodeChoice, options: FaultOptions = {}): Promise<FaultReport> {
    return this.#bringOn('partition', node, options);
  }

  /** Puts nodes back on the network. @param node left out: all that are cut off */
  heal(node?: NodeChoice, options: FaultOptions = {}): Promise<FaultReport> {
    return this.#bringOn('heal', node, options);
  }

  async #bringOn(kind: FaultKind, node: string | undefined, options: FaultOptions): Promise<FaultReport> {
    const { every = false, wait = true, waitTimeoutMs } = options;
    const targets = parseFaultTargets(node, every, kind);
    return bringOn(this.name, { kind, targets, wait, waitTimeoutMs }, await this.#context(options));
  }

  /** Brings faults on the master and measures what clients see of them. */
  async drill(options: DrillOptions = {}): Promise<DrillReport> {
    const { fault = 'kill', timing = null } = options;
    const settings = { ...courseOf(options), fault, timing };
    return drill(this.name, this.#topology, settings, await this.#context(options));
  }

  /** Looks for the known traps of Sentinel in the group. */
  async doctor(options: CallOptions = {}): Promise<DoctorReport> {
    return doctor(this.name, this.#topology, await this.#context(options));
  }

  /** Removes the group with its data, unless that is to stay. A group that is gone already is fine. */
  async stop({ keepData = false, waitTimeoutMs, signal }: StopOptions = {}): Promise<void> {
    const target = { name: this.name, directory: this.#topology?.directory ?? null };
    const settings = {
      volumes: keepData ? 'keep' : 'remove',
      ...(waitTimeoutMs === undefined ? {} : { waitTimeoutMs }),
    } as const;
    await down(target, settings, await this.#context({ signal }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #context(options: CallOptions): Promise<Context> {
    return contextOf(this.#options, options);
  }

  /** @throws RsentinelError USAGE where only the group's name is known */
  #known(): Topology {
    if (this.#topology !== null) return this.#topology;
    throw new RsentinelError('USAGE', `the topology of ${this.name} is not known`, {
      hint: 'Open the group by startGroup with its topology.',
    });
  }
}
