/** A client that writes all the time, as a user's program would, and counts what becomes of it. */
import { Redis } from 'ioredis';
import type { Address } from '../../src/spec/address.js';

/** What a writer has seen. */
export interface Written {
  /** How many writes were acknowledged. */
  readonly acknowledged: number;
  /** Of these, the ones that are not on the master at the end. */
  readonly lost: readonly number[];
  /** How often writes failed that had not failed before: a failover is one interruption, however long. */
  readonly interruptions: number;
}

/** Pushes numbers to a list through the sentinels, one after the other, until it is stopped. */
export class Writer {
  readonly #client: Redis;
  readonly #key: string;
  readonly #acknowledged: number[] = [];
  readonly #running: Promise<void>;
  #interruptions = 0;
  #isStopped = false;

  constructor(sentinels: readonly Address[], masterName: string, key: string) {
    this.#key = key;
    this.#client = new Redis({
      sentinels: sentinels.map((address) => ({ ...address })),
      name: masterName,
      sentinelRetryStrategy: () => 50,
      retryStrategy: () => 50,
      maxRetriesPerRequest: null,
      // A write whose fate is not known is not sent again: it would be counted twice.
      autoResendUnfulfilledCommands: false,
      // A former master says READONLY; the library asks the sentinels again then.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    this.#client.on('error', () => {});
    this.#running = this.#write();
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

  /** Stops writing and looks every acknowledged write up on the master. */
  async stop(): Promise<Written> {
    this.#isStopped = true;
    await this.#running;
    const there = new Set((await this.#client.lrange(this.#key, 0, -1)).map(Number));
    this.#client.disconnect();
    return {
      acknowledged: this.#acknowledged.length,
      lost: this.#acknowledged.filter((number) => !there.has(number)),
      interruptions: this.#interruptions,
    };
  }
}
