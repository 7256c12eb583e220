/** A client library that reaches the servers of a fake engine instead of a network: what the code under test imports as ioredis. */
import type { Command } from '../../../src/nodes/client/connection.js';
import type { Failures } from './failures.js';
import type { Nodes, Server } from './nodes.js';
import { reply } from './replies.js';

/** The machine and the process that clients belong to which are made from now on. */
let current: { readonly nodes: Nodes; readonly failures: Failures } | null = null;

export function connectClientsTo(nodes: Nodes, failures: Failures): void {
  current = { nodes, failures };
}

type Outcome = readonly [Error | null, unknown];

/** The part of ioredis' class that rsentinel uses. */
export class FakeRedis {
  status = 'wait';
  readonly #address: { readonly host: string; readonly port: number };
  readonly #nodes: Nodes;
  readonly #failures: Failures;
  #server: Server | undefined;

  constructor({ host, port }: { readonly host: string; readonly port: number }) {
    if (current === null) throw new Error('no fake machine is there');
    this.#address = { host, port };
    this.#nodes = current.nodes;
    this.#failures = current.failures;
  }

  on(): this {
    return this;
  }

  async connect(): Promise<void> {
    await this.#failures.whileAlive();
    this.#server = this.#nodes.at(this.#address);
    if (this.#server === undefined) {
      this.status = 'end';
      throw new Error(`connect ECONNREFUSED ${this.#address.host}:${this.#address.port}`);
    }
    this.status = 'ready';
  }

  pipeline() {
    const commands: Command[] = [];
    return {
      call: (...command: Command) => commands.push(command),
      exec: () => this.#send(commands),
    };
  }

  async call(...command: Command): Promise<unknown> {
    const [[error, value] = [null, null]] = await this.#send([command]);
    if (error !== null) throw error;
    return value;
  }

  ping(): Promise<unknown> {
    return this.call('PING');
  }

  disconnect(): void {
    this.status = 'end';
  }

  async #send(commands: readonly Command[]): Promise<Outcome[]> {
    await this.#failures.whileAlive();
    const outcomes = commands.map((command) => this.#ask(command));
    await this.#failures.whileAlive();
    return outcomes;
  }

  #ask(command: Command): Outcome {
    try {
      const answer = this.#failures.command(command.join(' '), () => {
        const server = this.#nodes.at(this.#address);
        // A server that was started anew does not know connections of the former one.
        this.#server = server;
        if (server === undefined) throw new Error('Connection is closed.');
        return reply(server, command, this.#nodes);
      });
      return [null, answer];
    } catch (error) {
      return [error as Error, null];
    }
  }
}
