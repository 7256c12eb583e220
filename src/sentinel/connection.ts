/** Connections to the nodes of a group, kept open between polls and made anew when they break. */
import type { Redis } from 'ioredis';
import { type Address, formatAddress } from '../spec/address.js';

/** A command and its arguments. */
export type Command = readonly [string, ...string[]];

/** What a node answers to one command: the reply, or the error that it gave. */
export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string };

/** ms. A node on this machine answers within one; more means that it hangs or is paused. */
const CONNECT_TIMEOUT = 1000;
const REPLY_TIMEOUT = 1000;

export class Connections {
  readonly #open = new Map<string, Redis>();
  /** What went wrong with a connection last. */
  readonly #failures = new Map<string, Error>();
  /** Loaded while the engine works: by the time a node is there to be asked, so is the library. */
  readonly #library = import('./redis-client.js');

  /**
   * Sends commands in one round trip.
   * @returns a reply for each of them, in their order
   * @throws Error when the node cannot be reached or does not answer within a second
   */
  async query(address: Address, commands: readonly Command[]): Promise<readonly Reply[]> {
    const key = formatAddress(address);
    const library = await this.#library;
    const connection = this.#open.get(key) ?? this.#connect(library.Redis, key, address);
    // That it is closed says the client; why, the system has said before.
    const cause = (error: unknown): unknown => this.#failures.get(key) ?? error;
    if (connection.status === 'wait') {
      await connection.connect().catch((error: unknown) => {
        throw cause(error);
      });
    }
    const pipeline = connection.pipeline();
    for (const [name, ...args] of commands) pipeline.call(name, ...args);
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([error, value]) => {
      if (error === null) return { ok: true, value };
      // A reply of the node has the name ReplyError; all else concerns the connection.
      if (error.name !== 'ReplyError') throw cause(error);
      return { ok: false, error: error.message };
    });
  }

  #connect(Client: typeof Redis, key: string, { host, port }: Address): Redis {
    const connection = new Client({
      host,
      port,
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: true,
      enableReadyCheck: false,
      connectTimeout: CONNECT_TIMEOUT,
      commandTimeout: REPLY_TIMEOUT,
      // Sentinel answers in maps otherwise, and 6.0 differently from 7.0.
      protocol: 2,
      disableClientInfo: true,
    });
    this.#failures.delete(key);
    // The failure reaches the caller by the command that it concerns.
    connection.on('error', (error: Error) => this.#failures.set(key, error));
    connection.on('end', () => {
      if (this.#open.get(key) === connection) this.#open.delete(key);
    });
    this.#open.set(key, connection);
    return connection;
  }

  close(): void {
    for (const connection of this.#open.values()) connection.disconnect();
    this.#open.clear();
  }
}
