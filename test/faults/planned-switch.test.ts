/** A planned switch of the master under clients that write all the time. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestGroup, testGroup } from '../support/group.js';
import { QUICK } from '../support/topologies.js';
import { until } from '../support/until.js';
import { healthy, masterOf } from '../support/while-writing.js';
import { Writer } from '../support/writer.js';

const RUNS = 10;
/** What one run may take; ms. */
const RUN_TIMEOUT = 30_000;

let group: TestGroup;
beforeAll(async () => {
  group = await testGroup('planned-switch', QUICK);
  await group.up();
});
afterAll(() => group.remove());

it(
  `loses no acknowledged write of four clients, one of which knows the old address only, in ${RUNS} of ${RUNS} runs`,
  async () => {
    for (let run = 1; run <= RUNS; run += 1) {
      const before = await healthy(group);
      const old = masterOf(before);
      const sentinels = before.sentinels.map(({ address }) => address);
      const through = [1, 2, 3].map((number) =>
        Writer.through(sentinels, 'mymaster', `run-${run}-client-${number}`),
      );
      const pinned = Writer.at(old.address, `run-${run}-pinned`);
      const writers = [...through, pinned];
      await until('all four write', async () => writers.every(({ count }) => count > 100));

      const { code, stderr } = await group.run(['failover']);
      expect(code, `run ${run}: ${stderr}`).toBe(0);
      const { address } = masterOf(await healthy(group));
      expect(address).not.toEqual(old.address);

      const counts = through.map(({ count }) => count);
      await until('the three that ask the sentinels write on', async () =>
        through.every(({ count }, index) => count > (counts[index] ?? 0) + 100),
      );
      const last = pinned.count;
      for (const writer of through) expect((await writer.stop()).lost, `run ${run}`).toEqual([]);
      // The old master takes no write any more; what it did take is on the new one.
      expect(pinned.count, `run ${run}`).toBe(last);
      const written = await pinned.stop(address);
      expect(written.acknowledged).toBeGreaterThan(100);
      expect(written.lost, `run ${run}`).toEqual([]);
    }
  },
  RUNS * RUN_TIMEOUT,
);
