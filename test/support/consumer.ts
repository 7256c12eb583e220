/** A program that waits for work on a list (BRPOP without a timeout), with nothing but the defaults of its client library. */
import { Redis } from 'ioredis';
import { createSentinel } from 'redis';
import type { GroupReport } from '../../src/model/report/group-report.js';

/** What a client library does for a consumer. */
interface Popping {
  /** Waits for an element and returns it. */
  pop(key: string): Promise<string | undefined>;
  close(): void;
}

type Connect = (report: GroupReport) => Promise<Popping>;

const waitByIoredis: Connect = async ({ sentinels, masterName }) => {
  const client = new Redis({
    sentinels: sentinels.map(({ address }) => ({ ...address })),
    name: String(masterName),
  });
  // Attempts to connect that fail are reported here; what counts is what a command ends with.
  client.on('error', () => {});
  await client.ping();
  return {
    pop: async (key) => (await client.brpop(key, 0))?.[1],
    close: () => client.disconnect(),
  };
};

const waitByRedis: Connect = async ({ sentinels, masterName }) => {
  const client = createSentinel({
    name: String(masterName),
    sentinelRootNodes: sentinels.map(({ address }) => ({ ...address })),
  });
  client.on('error', () => {});
  await client.connect();
  return {
    pop: async (key) => (await client.brPop(key, 0))?.element,
    close: () => client.destroy(),
  };
};

export const LIBRARIES = { ioredis: waitByIoredis, redis: waitByRedis } as const;

export class Consumer implements Disposable {
  readonly #client: Popping;
  readonly #key: string;
  readonly #taken: string[] = [];
  readonly #errors: string[] = [];
  #isStopped = false;

  private constructor(client: Popping, key: string) {
    this.#client = client;
    this.#key = key;
    void this.#run();
  }

  /** One that is connected to the master that the sentinels name. */
  static async start(library: keyof typeof LIBRARIES, report: GroupReport, key: string): Promise<Consumer> {
    return new Consumer(await LIBRARIES[library](report), key);
  }

  /** What it has got so far. */
  get taken(): readonly string[] {
    return this.#taken;
  }

  /** Errors that the program has met with: UNBLOCKED would end most of them. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  async #run(): Promise<void> {
    // An error ends it, as it ends a program that does not expect one.
    while (!this.#isStopped && this.#errors.length === 0) {
      try {
        const element = await this.#client.pop(this.#key);
        if (element !== undefined) this.#taken.push(element);
      } catch (error) {
        if (!this.#isStopped) this.#errors.push(String(error));
      }
    }
  }

  [Symbol.dispose](): void {
    this.#isStopped = true;
    this.#client.close();
  }
}
