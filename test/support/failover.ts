/** A failover from the outside: the master is killed, another takes over, the old one comes back. */
import { expect } from 'vitest';
import { ask, connectIoredis } from './clients.js';
import type { TestGroup } from './group.js';
import { until } from './until.js';

/** Takes a healthy group with a replica; leaves it healthy, with another master that has all data. */
export async function failOverAndHeal(group: TestGroup): Promise<void> {
  const { report } = await group.status();
  const before = report.master?.node;
  if (typeof before !== 'string') throw new Error('the sentinels do not agree');
  await using client = await connectIoredis(report);
  await client.set('before', 'kept');
  await until('a replica has it', async () => (await client.getFromReplica('before')) === 'kept');
  await group.container(before).kill();
  const promoted = await until('another node is the master', async () => {
    const now = (await group.status()).report.master?.node;
    return now !== before && now;
  });
  await until('the client writes again', async () => {
    await client.set('after', 'written');
    return true;
  });
  await group.up();
  const { code, report: healed } = await group.status();
  expect(code).toBe(0);
  expect(healed.master?.node).toBe(promoted);
  const old = healed.redis.find(({ name }) => name === before);
  if (old === undefined) throw new Error(`${before} is gone`);
  expect(await ask(old.address, 'MGET', 'before', 'after')).toEqual(['kept', 'written']);
}
