/**
 * A client that writes all the time, as a user's program would, and counts what becomes of it. At READONLY it keeps its
 * connection, as the library does by default: whoever demotes a master has to close those of its clients.
 */
import { Redis } from 'ioredis';
import type { Address } from '../../src/model/address.js';
import type { clientOptions } from './logins.js';

/** What a writer has seen. */
export interface Written {
  /** How many writes were acknowledged. */
  readonly acknowledged: number;
  /** Of these, the ones that are not on the master at the end. */
  readonly lost: readonly number[];
  /** How often writes failed that had not failed before: a failover is one interruption, however long. */
  readonly interruptions: number;
}

const PERSISTENT = {
  sentinelRetryStrategy: () => 50,
  retryStrategy: () => 50,
  // A write whose fate is not known is not sent again: it would be counted twice. With more than 0 the library
  // would never say that it is lost (ioredis 6.0).
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
} as const;

/** Pushes numbers to a list, one after the other, until it is stopped. */
export class Writer {
  readonly #client: Redis;
  readonly #key: string;
  readonly #acknowledged: number[] = [];
  readonly #running: Promise<void>;
  #interruptions = 0;
  #isStopped = false;

  private constructor(client: Redis, key: string) {
    this.#key = key;
    this.#client = client;
    this.#client.on('error', () => {});
    this.#running = this.#write();
  }

  /** One that asks the sentinels where the master is. */
  static through(sentinels: readonly Address[], masterName: string, key: string): Writer {
    const nodes = sentinels.map((address) => ({ ...address }));
    return new Writer(new Redis({ ...PERSISTENT, sentinels: nodes, name: masterName }), key);
  }

  /** One that logs in, or has other options of its own. */
  static with(options: ReturnType<typeof clientOptions>, key: string): Writer {
    return new Writer(new Redis({ ...PERSISTENT, ...options }), key);
  }

  /** One that knows an address, and asks nobody. */
  static at(address: Address, key: string): Writer {
    return new Writer(new Redis({ ...PERSISTENT, ...address }), key);
  }

  async #write(): Promise<void> {
    let isInterrupted = false;
    for (let number = 1; !this.#isStopped; number += 1) {
      const isAcknowledged = await this.#client.rpush(this.#key, number).then(
        () => true,
        () => false,
      );
      if (isAcknowledged) this.#acknowledged.push(number);
      else if (!isInterrupted && this.#acknowledged.length > 0) this.#interruptions += 1;
      isInterrupted = !isAcknowledged;
    }
  }

  /** How many writes have been acknowledged so far. */
  get count(): number {
    return this.#acknowledged.length;
  }

  /**
   * Stops writing and looks every acknowledged write up.
   * @param master where; undefined: where it writes
   */
  async stop(master?: Address): Promise<Written> {
    this.#isStopped = true;
    await this.#running;
    const reader = master === undefined ? this.#client : new Redis(master);
    const there = new Set((await reader.lrange(this.#key, 0, -1)).map(Number));
    reader.disconnect();
    this.#client.disconnect();
    return {
      acknowledged: this.#acknowledged.length,
      lost: this.#acknowledged.filter((number) => !there.has(number)),
      interruptions: this.#interruptions,
    };
  }
}
