/** Groups on a fake engine, brought up by the library itself: everything but the engine and the servers is real. */

import { down } from '../../../src/api/down.js';
import { reset } from '../../../src/api/reset.js';
import { planUp, type UpResult, up } from '../../../src/api/up.js';
import type { Context } from '../../../src/engine/context.js';
import { plannedFailover } from '../../../src/faults/planned-failover.js';
import type { RsentinelEvent } from '../../../src/model/events.js';
import type { Topology } from '../../../src/model/topology.js';
import { parseTopology } from '../../../src/topology/parse.js';
import { Failures, type Injection, type Standstill } from './failures.js';
import { connectClientsTo } from './fake-client.js';
import { FakeEngine, FakeMachine } from './fake-engine.js';

/** Parses a topology of a group `g` whose files are in volumes. */
export function topologyOf(text: string): Topology {
  const parsed = parseTopology(
    `name: g\nstorage: volume\n${/^image:/m.test(text) ? '' : 'image: redis:8\n'}${text}`,
    {
      file: 'topology.yaml',
      path: '/nowhere/topology.yaml',
      directory: '/nowhere',
      env: {},
    },
  );
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(({ message }) => message).join('\n'));
  return parsed.topology;
}

/** What became of a command. */
export interface Outcome {
  readonly error: unknown;
  readonly events: readonly RsentinelEvent[];
  /** Names of the calls that changed something. */
  readonly calls: readonly string[];
  /** How often the process has looked at its lock. */
  readonly looks: number;
  /** What servers were asked: `CONFIG GET timeout`. */
  readonly commands: readonly string[];
}

export class FakeWorld {
  readonly machine = new FakeMachine();
  #written = 0;
  /** False: what is written is to be deleted. */
  #isCounting = true;
  readonly #acknowledged: number[] = [];

  /** Runs a command in a process of its own. */
  async run(
    command: (context: Context) => Promise<unknown>,
    mishap: Injection | Standstill | null = null,
  ): Promise<Outcome> {
    const injection = mishap !== null && 'call' in mishap ? mishap : null;
    const failures = new Failures(injection, () => this.write());
    if (mishap !== null && 'look' in mishap)
      failures.standstill = {
        look: mishap.look,
        meanwhile: async () => {
          // Who waits for the lock breaks it, as its holder shows no sign of life.
          this.machine.lock = null;
          await mishap.meanwhile();
          connectClientsTo(this.machine.nodes, failures);
        },
      };
    connectClientsTo(this.machine.nodes, failures);
    const events: RsentinelEvent[] = [];
    const engine = new FakeEngine(this.machine, failures);
    const context = {
      engine,
      emit: (event: RsentinelEvent) => events.push(event),
      signal: new AbortController().signal,
    };
    try {
      await Promise.race([command(context), failures.ended]);
      return {
        error: null,
        events,
        calls: failures.calls,
        looks: failures.looks,
        commands: failures.commands,
      };
    } catch (error) {
      return { error, events, calls: failures.calls, looks: failures.looks, commands: failures.commands };
    } finally {
      // The lock of a process that has ended is found to be so by its pid; here the pid is that of the tests.
      this.machine.lock = null;
    }
  }

  /** @param ttlMs ms after which the group expires; undefined: what was said before holds */
  up(
    topology: Topology,
    mishap: Injection | Standstill | null = null,
    ttlMs: number | undefined = undefined,
  ): Promise<Outcome> {
    const settings = { waitTimeoutMs: 2_000, onFailure: 'rollback', ttlMs } as const;
    return this.run((context): Promise<UpResult> => up(topology, settings, context), mishap);
  }

  /** Pauses a node, as `pause` does. */
  async pause(topology: Topology, node: string): Promise<void> {
    const outcome = await this.run(({ engine }) => engine.pause(topology.name, `${topology.name}-${node}`));
    if (outcome.error !== null) throw outcome.error;
  }

  /** Ends a node as somebody outside of rsentinel would. */
  async kill(topology: Topology, node: string): Promise<void> {
    const outcome = await this.run(({ engine }) => engine.kill(topology.name, `${topology.name}-${node}`));
    if (outcome.error !== null) throw outcome.error;
  }

  /** `up --dry-run`: the ids of the steps, and what it took to find them. */
  async dryRun(topology: Topology): Promise<Outcome & { readonly ids: readonly string[] }> {
    let ids: readonly string[] = [];
    const outcome = await this.run(async (context) => {
      ids = (await planUp(topology, {}, context)).map(({ id }) => id);
    });
    return { ...outcome, ids };
  }

  /** `failover`, to a replica of a name. */
  failover(to: string, mishap: Injection | Standstill | null = null): Promise<Outcome> {
    const settings = { to, wait: true, waitTimeoutMs: 2_000 };
    return this.run((context) => plannedFailover('g', settings, context), mishap);
  }

  /** `reset`: what was written before is not counted any more. */
  reset(topology: Topology, mishap: Injection | Standstill | null = null): Promise<Outcome> {
    this.#stopCounting();
    const settings = { waitTimeoutMs: 2_000, otherMasters: 'keep' } as const;
    return this.run((context) => reset(topology, settings, context), mishap);
  }

  /** @param volumes with `remove`, what was written before is not counted any more */
  down(
    topology: Topology,
    mishap: Injection | Standstill | null = null,
    volumes: 'keep' | 'remove' = 'keep',
  ): Promise<Outcome> {
    if (volumes === 'remove') this.#stopCounting();
    const target = { name: topology.name, directory: topology.directory };
    return this.run((context) => down(target, { volumes }, context), mishap);
  }

  #stopCounting(): void {
    this.#acknowledged.length = 0;
    this.#isCounting = false;
  }

  /** Writes one more number to the master. @returns whether it was acknowledged */
  write(): boolean {
    this.#written += 1;
    const isAcknowledged = this.machine.nodes.write(this.#written);
    if (isAcknowledged && this.#isCounting) this.#acknowledged.push(this.#written);
    return isAcknowledged;
  }

  /** Numbers of acknowledged writes that the master does not have. */
  get lost(): readonly number[] {
    const [sentinel] = this.machine.nodes.sentinels;
    const master = sentinel === undefined ? undefined : this.machine.nodes.at(sentinel.master);
    const there = new Set(master?.kind === 'redis' ? master.writes : []);
    return this.#acknowledged.filter((number) => !there.has(number));
  }
}
