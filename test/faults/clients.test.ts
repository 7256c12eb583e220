/** Clients with nothing but the defaults of their libraries go on after every way in which a master is replaced. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ask } from '../support/clients.js';
import { Consumer, LIBRARIES } from '../support/consumer.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { QUICK } from '../support/topologies.js';
import { until } from '../support/until.js';
import { healthy, masterOf } from '../support/while-writing.js';

/** Runs a command that must succeed. */
async function done(group: TestGroup, ...words: readonly string[]): Promise<void> {
  const { code, stderr } = await group.run(words);
  expect(code, stderr).toBe(0);
}

/** Has one consumer of each library wait for work, replaces the master, and gives each of them work from the new one. */
async function waitThrough(group: TestGroup, replaceMaster: (old: string) => Promise<void>): Promise<void> {
  const before = await healthy(group);
  const old = masterOf(before);
  const libraries = Object.keys(LIBRARIES) as (keyof typeof LIBRARIES)[];
  const consumers = await Promise.all(
    libraries.map(async (library) => {
      const key = `work-${library}-${Date.now()}`;
      return { library, key, consumer: await Consumer.start(library, before, key) };
    }),
  );
  const give = async ({ redis }: GroupReport, work: string): Promise<void> => {
    const { address } = masterOf({ ...before, redis });
    for (const { library, key, consumer } of consumers) {
      await ask(address, 'LPUSH', key, work);
      await until(
        `${library} gets ${work} (${consumer.errors.join()})`,
        () => consumer.taken.at(-1) === work,
      );
    }
  };
  try {
    await give(before, 'before');
    await replaceMaster(old.name);
    const after = await healthy(group);
    expect(masterOf(after).name).not.toBe(old.name);
    await give(after, 'after');
    for (const { library, consumer } of consumers) {
      expect(consumer.errors, library).toEqual([]);
      expect(consumer.taken, library).toEqual(['before', 'after']);
    }
  } finally {
    for (const { consumer } of consumers) consumer[Symbol.dispose]();
  }
}

describe('a client that waits for work goes on without an error, and gets it from the new master', () => {
  let group: TestGroup;
  beforeAll(async () => {
    group = await testGroup('clients-wait', QUICK);
    await group.up();
  });
  afterAll(() => group.remove());

  it('after failover', async () => {
    await waitThrough(group, () => done(group, 'failover'));
  });

  it('after a roll-out', async () => {
    await waitThrough(group, async () => {
      await group.write(`${QUICK}redis: {config: {databases: 8}}\n`);
      await group.up();
    });
  });

  it('after pause and unpause', async () => {
    await waitThrough(group, async (old) => {
      await done(group, 'pause', 'master');
      await done(group, 'unpause', old);
    });
  });

  it('after pause and `up`', async () => {
    await waitThrough(group, async () => {
      await done(group, 'pause', 'master');
      await group.up();
    });
  });
});

describe('in bridge mode a client that waits for work goes on as well', () => {
  let group: TestGroup;
  beforeAll(async () => {
    group = await testGroup('clients-wait-bridge', `${QUICK}network: {mode: bridge}\n`);
    await group.up();
  });
  afterAll(() => group.remove());

  it('after partition and heal', async () => {
    await waitThrough(group, async (old) => {
      await done(group, 'partition', 'master');
      await done(group, 'heal', old);
    });
  });

  it('after partition and `up`', async () => {
    await waitThrough(group, async () => {
      await done(group, 'partition', 'master');
      await group.up();
    });
  });
});
