/** Connections to the nodes of a group, kept open between polls and made anew when they break. */
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import type { Redis } from 'ioredis';
import { type Endpoint, formatAddress } from '../../model/address.js';
import { type Credentials, NO_CREDENTIALS } from '../../model/credentials/credentials.js';
import { DEFAULT_USER, type Login } from '../../model/credentials/logins.js';
import { clientOptions } from '../../tls/client-options.js';
import { withoutCommand } from './client-error.js';
import { limitReplies } from './reply-limit.js';
import { TlsError, tlsErrorOf } from './tls-error.js';

/** A command and its arguments. */
export type Command = readonly [string, ...string[]];

/** What a node answers to one command: the reply, or the error that it gave. */
export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string };

/** A node lets nobody in with what we have. */
export class LoginError extends Error {}

/** ms. A node on this machine answers within one; more means that it hangs or is paused. */
const CONNECT_TIMEOUT = 1000;
const REPLY_TIMEOUT = 1000;

/** A connection that has logged in, and that nobody reads from yet. */
export interface HandedOver {
  readonly stream: Duplex;
  readonly close: () => void;
}

/** A connection, and what is known of it. */
interface Line {
  /** null: it has not been tried yet. */
  client: Redis | null;
  /** Settled when commands can be sent. */
  ready: Promise<Redis> | null;
  /** Why none of our logins was taken; null: one was, or none is needed. */
  refusal: string | null;
}

export class Connections {
  readonly #open = new Map<string, Line>();
  /** What went wrong with a connection last. */
  readonly #failures = new Map<string, Error>();
  /** Loaded while the engine works: by the time a node is there to be asked, so is the library. */
  readonly #library = import('./redis-client.js');
  #credentials: Credentials;

  constructor(credentials: Credentials = NO_CREDENTIALS) {
    this.#credentials = credentials;
  }

  get credentials(): Credentials {
    return this.#credentials;
  }

  /** What connections log in with that are made from now on. */
  use(credentials: Credentials): void {
    this.#credentials = credentials;
  }

  /**
   * Sends commands in one round trip.
   * @returns a reply for each of them, in their order
   * @throws Error when the node cannot be reached, does not answer within a second, or lets nobody in
   *   with what we have
   */
  async query(at: Endpoint, commands: readonly Command[]): Promise<readonly Reply[]> {
    const key = keyOf(at);
    const { Redis: Client } = await this.#library;
    const line = this.#open.get(key) ?? this.#newLine(key);
    // That it is closed says the client; why, the system has said before.
    const cause = (error: unknown): unknown => withoutCommand(this.#failures.get(key) ?? error);
    line.ready ??= this.#enter(Client, key, line, at);
    const client = await line.ready.catch((error: unknown) => {
      // A node that is paused takes connections and answers nothing: once it goes on it is asked anew.
      // One that has ended is not ended again: the library would wait for that.
      if (line.client !== null && line.client.status !== 'end') line.client.disconnect();
      this.#drop(key, line);
      throw error instanceof TlsError ? error : cause(error);
    });
    const pipeline = client.pipeline();
    for (const [name, ...args] of commands) pipeline.call(name, ...args);
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([error, value]) => {
      if (error === null) return { ok: true, value };
      if (!isReply(error)) throw cause(error);
      if (error.message.startsWith('NOAUTH')) throw new LoginError(notLetIn(line));
      return { ok: false, error: error.message };
    });
  }

  /**
   * Makes a connection of its own and hands it over once it has logged in, for what is no exchange of commands and replies.
   * @throws Error when the node cannot be reached
   */
  async handOver(at: Endpoint): Promise<HandedOver> {
    const { Redis: Client } = await this.#library;
    const key = keyOf(at);
    const line: Line = { client: null, ready: null, refusal: null };
    const client = await this.#enter(Client, key, line, at);
    const { stream } = client;
    // The parser of replies, and who looks at what it gets.
    stream.removeAllListeners('data');
    Reflect.deleteProperty(stream, 'push');
    return { stream, close: () => client.disconnect() };
  }

  #newLine(key: string): Line {
    const line: Line = { client: null, ready: null, refusal: null };
    this.#open.set(key, line);
    return line;
  }

  #connect(
    Client: typeof Redis,
    key: string,
    line: Line,
    { host, port }: Endpoint,
    tls: ConnectionOptions | null,
  ): Redis {
    const client = new Client({
      host,
      port,
      ...(tls === null ? {} : { tls }),
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
    limitReplies(client);
    this.#failures.delete(key);
    // The failure reaches the caller by the command that it concerns.
    client.on('error', (error: Error) => this.#failures.set(key, error));
    line.client = client;
    return client;
  }

  #drop(key: string, line: Line): void {
    if (this.#open.get(key) === line) this.#open.delete(key);
  }

  /** Connects, and logs in with the first login that is taken. */
  async #enter(Client: typeof Redis, key: string, line: Line, at: Endpoint): Promise<Redis> {
    const client = at.tls
      ? await this.#connectOverTls(Client, key, line, at)
      : this.#connect(Client, key, line, at, null);
    if (!at.tls) await client.connect();
    client.on('end', () => this.#drop(key, line));
    for (const login of this.#credentials[at.kind]) {
      const refusal = await logIn(client, login);
      if (refusal === null) break;
      line.refusal ??= refusal;
    }
    return client;
  }

  /** @throws TlsError when no certificate is accepted that is known, on either side */
  async #connectOverTls(Client: typeof Redis, key: string, line: Line, at: Endpoint): Promise<Redis> {
    let first: TlsError | null = null;
    for (const files of this.#credentials.tls) {
      const client = this.#connect(Client, key, line, at, clientOptions(files, at.announced));
      try {
        await client.connect();
        // That our own certificate is refused comes with the first answer only.
        await client.ping().catch((error: unknown) => {
          if (!isReply(error)) throw error;
        });
        return client;
      } catch (error) {
        if (client.status !== 'end') client.disconnect();
        const cause = this.#failures.get(key) ?? error;
        const failure = await tlsErrorOf(cause, at, files.own !== null);
        if (failure === null) throw cause;
        first ??= failure;
      }
    }
    throw (
      first ?? new Error('it speaks TLS, and nothing tells whom to trust: the CA of the group is not known')
    );
  }

  /** Closes all that are open; whoever asks then is connected anew. */
  close(): void {
    for (const { client } of this.#open.values()) client?.disconnect();
    this.#open.clear();
  }
}

function keyOf(at: Endpoint): string {
  return `${at.tls ? 'tls ' : ''}${formatAddress(at)}`;
}

/** @returns why it was refused; null: it was not. @throws Error when the node does not answer */
async function logIn(client: Redis, { user, password }: Login): Promise<string | null> {
  try {
    // Redis 6.0's Sentinel knows no users, nor AUTH with one.
    const words = user === DEFAULT_USER ? [password.reveal()] : [user, password.reveal()];
    await client.call('AUTH', ...words);
    return null;
  } catch (error) {
    // Of what was sent nothing is in it (networking.c, acl.c).
    if (isReply(error)) return error.message;
    throw error;
  }
}

/** A reply of the node has the name ReplyError; all else concerns the connection. */
function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

function notLetIn({ refusal }: Line): string {
  return refusal === null
    ? 'it wants a password, and none is known'
    : `it does not take the password that is known: ${refusal}`;
}
