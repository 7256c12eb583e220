/**
 * A client of the group as a program of a user's would be: through the sentinels, with ioredis; one
 * connection writes numbers to the master, one after the other, and one reads from a replica.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Address } from '../model/address.js';
import type { ClientLogins, Credentials } from '../model/credentials/credentials.js';
import { givenUser } from '../model/credentials/logins.js';
import { limitReplies } from '../nodes/client/reply-limit.js';
import { trustOptions } from '../tls/client-options.js';
import { failureOf, Ledger, NOT_CONNECTED } from './ledger.js';
import { quiet } from './quiet-connector.js';

/** ms between two commands: a load that lets a small machine do its failover, and the gap's resolution. */
const PACE = 1;
/** ms between two attempts to connect, or to learn the master. */
const RETRY = 50;
/** ms: longer than a planned switch holds writes. */
const REPLY_TIMEOUT = 5_000;
const CONNECT_TIMEOUT = 1_000;
/** ms that the library gives a connection to end by itself when the sentinels announce another master. */
const DISCONNECT_TIMEOUT = 50;
/** s after which a key goes by itself whose drill was killed. */
const KEY_LIFETIME = 86_400;

export class Workload {
  readonly writes = new Ledger();
  readonly reads = new Ledger();
  readonly #stop = new AbortController();
  readonly #open: readonly Redis[];
  readonly #running: Promise<unknown>;

  private constructor(writer: Redis, reader: Redis, key: string) {
    this.#open = [writer, reader];
    this.#running = Promise.all([
      this.#repeat(writer, this.writes, async (number) => {
        await writer.rpush(key, number);
        // Acknowledged is what was pushed, whatever becomes of this.
        if (number === 1) await writer.expire(key, KEY_LIFETIME).catch(() => {});
      }),
      this.#repeat(reader, this.reads, () => reader.llen(key)),
    ]);
  }

  /**
   * @param key a list that nobody else uses
   * @param listens whether it listens to +switch-master and leaves the former master by itself. With the library's defaults
   *   it does not: it asks the sentinels again when its connection is closed, and never because of READONLY
   */
  static async start(
    sentinels: readonly Address[],
    masterName: string,
    credentials: Credentials,
    key: string,
    listens: boolean,
  ): Promise<Workload> {
    const { Redis: Client, SentinelConnector } = await import('../nodes/client/redis-client.js');
    const Connector = quiet(SentinelConnector);
    const connect = (role: 'master' | 'slave'): Redis => {
      const connection = new Client({
        sentinels: sentinels.map((address) => ({ ...address })),
        name: masterName,
        role,
        ...keyPairOf(credentials.client),
        ...encryptionOf(credentials),
        Connector,
        failoverDetector: listens,
        sentinelRetryStrategy: () => RETRY,
        retryStrategy: () => RETRY,
        connectTimeout: CONNECT_TIMEOUT,
        sentinelCommandTimeout: CONNECT_TIMEOUT,
        disconnectTimeout: DISCONNECT_TIMEOUT,
        socketTimeout: REPLY_TIMEOUT,
        // Each attempt is told apart: none is kept for later or sent again behind our back.
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        autoResendUnfulfilledCommands: false,
        protocol: 2,
        disableClientInfo: true,
      });
      limitReplies(connection);
      // While there is no master the library reports every attempt; what matters is what commands meet with.
      connection.on('error', () => {});
      return connection;
    };
    return new Workload(connect('master'), connect('slave'), key);
  }

  async #repeat(client: Redis, ledger: Ledger, command: (number: number) => Promise<unknown>): Promise<void> {
    const { signal } = this.#stop;
    for (let number = 1; !signal.aborted; number += 1) {
      if (client.status !== 'ready') {
        // What comes before the first success is the beginning, and no error.
        if (ledger.lastAt !== null) ledger.failed(number, NOT_CONNECTED);
        await untilReady(client, signal);
        if (signal.aborted) return;
      }
      try {
        await command(number);
        ledger.succeeded(number, performance.now());
      } catch (error) {
        ledger.failed(number, failureOf(error));
      }
      await delay(PACE);
    }
  }

  /** Counts times without success from now on. @param from ms on the clock of `performance.now` */
  watch(from: number): void {
    this.writes.watch(from);
    this.reads.watch(from);
  }

  /** @returns once nothing is under way any more */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.close();
  }

  /** Leaves at once. */
  close(): void {
    this.#stop.abort();
    for (const connection of this.#open) connection.disconnect();
  }
}

/** Redis and Sentinel alike. */
function encryptionOf({ tls: [files] }: Credentials) {
  if (files === undefined) return {};
  const tls = trustOptions(files);
  return { tls, sentinelTLS: tls, enableTLSForSentinelMode: true };
}

/** As the client library calls them. */
function keyPairOf({ redis, sentinel }: ClientLogins) {
  const [user, sentinelUser] = [redis && givenUser(redis), sentinel && givenUser(sentinel)];
  return {
    ...(user == null ? {} : { username: user }),
    ...(redis === null ? {} : { password: redis.password.reveal() }),
    ...(sentinelUser == null ? {} : { sentinelUsername: sentinelUser }),
    ...(sentinel === null ? {} : { sentinelPassword: sentinel.password.reveal() }),
  };
}

/**
 * The library gives a connection up for good when the sentinels announce a master while it is connecting
 * (ioredis 6.0: its listener for +switch-master closes what is just being made). A program that wants to
 * go on connects again.
 * @returns once a command can be sent, or nobody wants to any more
 */
async function untilReady(client: Redis, signal: AbortSignal): Promise<void> {
  while (client.status !== 'ready' && !signal.aborted) {
    if (client.status === 'end') {
      await delay(RETRY);
      client.connect().catch(() => {});
    }
    await untilChanged(client, signal);
  }
}

/** @returns once the connection is ready or given up, or the signal is aborted */
function untilChanged(client: Redis, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      client.off('ready', done);
      client.off('end', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    client.once('ready', done);
    client.once('end', done);
    signal.addEventListener('abort', done);
  });
}
