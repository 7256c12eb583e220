/**
 * A client on the old master's side of a partition, as a program beside it would be: it writes numbers from inside of the master's container,
 * also while nobody else reaches it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { InsideClient } from '../nodes/client/inside.js';
import { Ledger } from './ledger.js';

/** ms between two commands. */
const PACE = 1;
/** s after which a key goes by itself whose drill was killed. */
const KEY_LIFETIME = 86_400;
/** A reply that is an error begins with a word in capitals. */
const ERROR = /^(?:\(error\) )?([A-Z]{2,20}) /;

export class CutOffClient {
  readonly ledger = new Ledger();
  readonly #client: InsideClient;
  readonly #key: string;
  readonly #running: Promise<void>;
  #isOver = false;

  /** Begins to write. @param key a list that nobody else uses */
  constructor(client: InsideClient, key: string) {
    this.#client = client;
    this.#key = key;
    this.#running = this.#write();
  }

  async #write(): Promise<void> {
    for (let number = 1; !this.#isOver; number += 1) {
      try {
        const reply = await this.#client.ask(['RPUSH', this.#key, String(number)]);
        // Its connection broke, the client has connected again, and says both.
        if (/^\d+$/.test(reply)) this.ledger.succeeded(number, performance.now());
        else
          this.ledger.failed(number, { kind: ERROR.exec(reply)?.[1] ?? 'connection-lost', fate: 'unknown' });
        if (number === 1) await this.#client.ask(['EXPIRE', this.#key, String(KEY_LIFETIME)]);
      } catch {
        this.ledger.failed(number, { kind: 'connection-lost', fate: 'unknown' });
        return;
      }
      await delay(PACE);
    }
  }

  /** @returns once nothing is under way any more */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
    this.close();
  }

  /** Leaves at once. */
  close(): void {
    this.#isOver = true;
    this.#client.close();
  }
}
