/** A program that writes numbers all the time, whatever is done to its group, and keeps account of those acknowledged. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Address, formatAddress } from '../../src/model/address.js';
import type { TestGroup } from './group.js';
import { GroupDoor } from './group-door.js';
import { type PlainConnection, ServerError } from './plain-connection.js';
import { until } from './until.js';

/** A bit for each number: thousands of them are a small key. */
const KEY = 'acknowledged';
/** ms between two writes: some hundreds a second. */
const PAUSE = 2;
/** ms before it looks for the master again. */
const LOOK_AGAIN = 20;
/** ms for which a connection may answer READONLY: longer than Sentinel takes to demote a former master by itself. */
const STUCK = 15_000;

/** Numbers that were acknowledged by one node, one after the other. */
interface Stretch {
  readonly at: Address;
  readonly since: Date;
  readonly numbers: number[];
}

/** Numbers of a stretch that a node does not have. */
export interface Lost {
  readonly count: number;
  /** For people: which, and which node had acknowledged them. */
  readonly text: string;
}

export class NumberedWriter {
  readonly #door: GroupDoor;
  readonly #running: Promise<void>;
  #stretches: Stretch[] = [];
  #connection: PlainConnection | null = null;
  #number = 0;
  #total = 0;
  #isHeld = false;
  #isWriting = false;
  #isStopped = false;
  /** Since when this connection answers READONLY; null: it does not. */
  #refusedSince: number | null = null;
  readonly #stuck: string[] = [];

  constructor(group: TestGroup) {
    this.#door = new GroupDoor(group);
    this.#running = this.#run();
  }

  /** How many numbers have been acknowledged so far, forgotten ones included. */
  get total(): number {
    return this.#total;
  }

  /** Connections that went on to answer READONLY, so that a program would never have written again. */
  get stuck(): readonly string[] {
    return this.#stuck;
  }

  /** Stops for good. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    this.#drop();
  }

  /** Writes no more until `goOn`. A write that is under way is settled first. */
  async hold(): Promise<void> {
    this.#isHeld = true;
    await until('the writer stands still', () => !this.#isWriting);
  }

  goOn(): void {
    this.#isHeld = false;
  }

  /** Forgets what was acknowledged up to now: somebody has had it deleted. */
  forget(): void {
    this.#stretches = [];
  }

  /** Waits until it writes again, as a program has to be able to without doing anything about it. */
  async untilWriting(): Promise<void> {
    const before = this.#total;
    await until('the writer writes again', () => this.#total > before + 5);
  }

  /**
   * Waits until all that was acknowledged is on every replica. To be called while it is held: what replication,
   * which is asynchronous, has not handed on yet is lost with its master by design.
   */
  async confirm(replicas: number): Promise<void> {
    await until('every replica has what was acknowledged', async () => {
      const connection = this.#connection ?? (await this.#enter());
      await this.#write(connection);
      return (await connection.call(['WAIT', String(replicas), '2000'], 5_000)) === replicas;
    });
  }

  /** The acknowledged numbers that a node does not have, with who was asked to keep them; to be called while it is held. */
  async lostAt(address: Address): Promise<readonly Lost[]> {
    const connection = await this.#door.node(address);
    const bits = String((await connection.call(['GET', KEY])) ?? '');
    connection.close();
    const has = (number: number): boolean =>
      ((bits.charCodeAt(number >> 3) || 0) & (0x80 >> (number & 7))) !== 0;
    return this.#stretches.flatMap(({ at, since, numbers }) => {
      const lost = numbers.filter((number) => !has(number));
      if (lost.length === 0) return [];
      const which = `${lost.length} of ${numbers.length} (${lost[0]} to ${lost.at(-1)})`;
      const by = `acknowledged by ${formatAddress(at)} since ${since.toISOString()}`;
      return [{ count: lost.length, text: `${formatAddress(address)} lacks ${which}, ${by}` }];
    });
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      if (this.#isHeld) {
        await delay(LOOK_AGAIN);
        continue;
      }
      this.#isWriting = true;
      try {
        await this.#write(this.#connection ?? (await this.#enter()));
      } catch (error) {
        if (!this.#isOnlyRefused(error)) this.#drop();
        await delay(LOOK_AGAIN);
      } finally {
        this.#isWriting = false;
      }
      await delay(PAUSE);
    }
  }

  async #enter(): Promise<PlainConnection> {
    const connection = await this.#door.master();
    this.#connection = connection;
    this.#stretches.push({ at: connection.address, since: new Date(), numbers: [] });
    return connection;
  }

  async #write(connection: PlainConnection): Promise<void> {
    this.#number += 1;
    const number = this.#number;
    await connection.call(['SETBIT', KEY, String(number), '1']);
    this.#refusedSince = null;
    this.#total += 1;
    if (this.#stretches.length === 0) {
      this.#stretches.push({ at: connection.address, since: new Date(), numbers: [] });
    }
    this.#stretches.at(-1)?.numbers.push(number);
  }

  /** Whether the connection is kept, as the libraries do at READONLY with their defaults. */
  #isOnlyRefused(error: unknown): boolean {
    if (!(error instanceof ServerError) || !error.message.startsWith('READONLY')) return false;
    this.#refusedSince ??= performance.now();
    if (performance.now() - this.#refusedSince < STUCK) return true;
    const at = this.#connection?.address;
    this.#stuck.push(`${at ? formatAddress(at) : '?'} answered READONLY for ${STUCK} ms`);
    return false;
  }

  #drop(): void {
    this.#connection?.close();
    this.#connection = null;
    this.#refusedSince = null;
  }
}
