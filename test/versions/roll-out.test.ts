/** From one server to a newer one, while a client writes: no acknowledged write is lost. */
import { expect, it } from 'vitest';
import { ask } from '../support/clients.js';
import { testImages } from '../support/environment.js';
import { testGroup } from '../support/group.js';
import { QUICK } from '../support/topologies.js';
import { healthy, masterOf, whileWriting } from '../support/while-writing.js';

function topology(image: string, databases: number): string {
  return `${QUICK}image: ${image}\nredis: {config: {databases: ${databases}}}\n`;
}

function imageOf(title: string) {
  const found = testImages().find((one) => one.title === title);
  if (found === undefined) throw new Error(`there is no image of ${title}`);
  return found;
}

it.each([
  ['Redis 6.0', 'Redis 7.0'],
  ['Redis 7.0', 'Redis 8.0'],
  ['Redis 7.0', 'Valkey 8.1'],
  ['Valkey 8.1', 'Valkey 9'],
])('%s is upgraded to %s, one node at a time', async (from, to) => {
  const newer = imageOf(to);
  await using group = await testGroup(
    `upgrade-${newer.server}-${newer.version.replace('.', '-')}`,
    topology(imageOf(from).image, 16),
  );
  await group.up();
  const before = await healthy(group);
  const ids = before.sentinels.map(({ id }) => id);

  const { report, interruptions } = await whileWriting(group, topology(newer.image, 16));

  for (const { version } of [...report.redis, ...report.sentinels]) {
    expect(version?.startsWith(`${newer.version}.`), version ?? 'silent').toBe(true);
  }
  expect(masterOf(report).name).not.toBe(masterOf(before).name);
  // Redis 6.0 does not tell them.
  for (const [index, id] of ids.entries()) if (id !== null) expect(report.sentinels[index]?.id).toBe(id);
  // The failover's pause and nothing else.
  expect(interruptions).toBe(1);
});

it.each(testImages().map((image) => [image.title, image] as const))(
  '%s is restarted for a directive, one node at a time',
  async (_, { image, server, version }) => {
    await using group = await testGroup(
      `restart-${server}-${version.replace('.', '-')}`,
      topology(image, 16),
    );
    await group.up();
    const { interruptions } = await whileWriting(group, topology(image, 8));
    // The failover's pause and nothing else.
    expect(interruptions).toBe(1);
  },
);

it('Redis 6.0 takes writes again where an up was killed that had it refuse them', async () => {
  const { image } = imageOf('Redis 6.0');
  await using group = await testGroup('refusal', topology(image, 16));
  await group.up();
  const { address } = masterOf(await healthy(group));
  // As a switch does for its time: no master has so many replicas.
  await ask(address, 'CONFIG', 'SET', 'min-replicas-to-write', '2000000000');
  await expect(ask(address, 'SET', 'key', 'value')).rejects.toThrow('NOREPLICAS');
  await group.up();
  expect(await ask(address, 'SET', 'key', 'value')).toBe('OK');
});
