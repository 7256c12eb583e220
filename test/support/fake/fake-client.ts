/** A client library that reaches the servers of a fake engine instead of a network: what the code under test imports as ioredis. */
import type { Command } from '../../../src/nodes/client/connection.js';
import type { Failures } from './failures.js';
import { type Nodes, type Server, takes } from './nodes.js';
import { ErrorReply, reply } from './replies.js';

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
  #isLoggedIn = false;
  readonly #onEnd: (() => void)[] = [];

  constructor({ host, port }: { readonly host: string; readonly port: number }) {
    if (current === null) throw new Error('no fake machine is there');
    this.#address = { host, port };
    this.#nodes = current.nodes;
    this.#failures = current.failures;
  }

  on(event: string, listener: () => void): this {
    if (event === 'end') this.#onEnd.push(listener);
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

  #logIn(server: Server, words: Command): string {
    this.#isLoggedIn = takes(server, words.at(-1) ?? null);
    if (!this.#isLoggedIn)
      throw new ErrorReply('WRONGPASS invalid username-password pair or user is disabled.');
    return 'OK';
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
        if (server !== this.#server && server !== undefined && server.passwords.size > 0) {
          // A server that was started anew does not know connections of the former one.
          this.disconnect();
          for (const listener of this.#onEnd) listener();
          throw new Error('Connection is closed.');
        }
        this.#server = server;
        if (server === undefined) throw new Error('Connection is closed.');
        if (command[0] === 'AUTH') return this.#logIn(server, command);
        if (!this.#isLoggedIn && server.passwords.size > 0)
          throw new ErrorReply('NOAUTH Authentication required.');
        return reply(server, command, this.#nodes);
      });
      return [null, answer];
    } catch (error) {
      return [error as Error, null];
    }
  }
}
