/** Groups that a program starts, uses by client libraries and ends. */
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createSentinel } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  externalGroup,
  listGroups,
  openGroup,
  type RsentinelEvent,
  startGroup,
  type TopologyObject,
} from '../../src/index.js';
import { groupName, testImage } from '../support/environment.js';
import { docker } from '../support/group.js';

const label = (name: string) => ({ all: true, filters: { label: [`io.rsentinel.group=${name}`] } });

let directory: string;
beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'rsentinel-started-')));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Nobody waits for a default of 30 s here. */
const fixture = (name: string): TopologyObject => ({
  replicas: 1,
  image: testImage(),
  timing: 'fast',
  directory: join(directory, name),
});

it('is used by ioredis through a failover, and goes when its block ends', async () => {
  const name = groupName('started');
  {
    await using group = await startGroup(fixture(name), { name });
    const redis = new Redis(group.ioredis);
    redis.on('error', () => {});
    try {
      expect(await redis.set('a', '1')).toBe('OK');
      const { master } = await group.kill('master');
      expect(master.after).not.toBe(master.before);
      expect(await redis.get('a')).toBe('1');
      const { health } = await group.status();
      expect(health).toBe('degraded');
    } finally {
      redis.disconnect();
    }
  }
  expect(await docker.listContainers(label(name))).toEqual([]);
  expect(existsSync(join(directory, name))).toBe(false);
});

/** Nothing in the values of a program is interpolated. */
const PASSWORD = 'pass$word-$';

describe.each<[string, TopologyObject]>([
  ['with passwords', { auth: { password: PASSWORD } }],
  ['with users and TLS', { auth: 'acl', tls: 'generate' }],
])('a group %s', (_, extra) => {
  it('lets ioredis and node-redis in by the options that it gives', async () => {
    const name = groupName('entered');
    await using group = await startGroup({ ...fixture(name), ...extra }, { name });
    if (!('tls' in extra)) expect(group.ioredis.password).toBe(PASSWORD);
    const redis = new Redis(group.ioredis);
    const sentinel = createSentinel(group.nodeRedis);
    sentinel.on('error', () => {});
    try {
      expect(await redis.set('a', '1')).toBe('OK');
      await sentinel.connect();
      expect(await sentinel.get('a')).toBe('1');
    } finally {
      redis.disconnect();
      sentinel.destroy();
    }
  });
});

it('is changed, reset, opened by its name and stopped with its data kept', async () => {
  const name = groupName('changed');
  const events: RsentinelEvent['type'][] = [];
  const onEvent = ({ type }: RsentinelEvent): void => {
    events.push(type);
  };
  await using group = await startGroup(fixture(name), { name, onEvent });
  expect(events).toContain('ready');
  const { report } = await group.apply({ ...fixture(name), replicas: 2 });
  expect(report.redis).toHaveLength(3);
  const opened = await openGroup(name);
  expect(opened.ioredis).toEqual(group.ioredis);
  expect(opened.env['REDIS_MASTER_NAME']).toBe('mymaster');
  expect((await opened.doctor()).group).toBe(name);
  expect((await listGroups()).map(({ group: one }) => one)).toContain(name);
  const external = externalGroup(group.sentinels);
  expect((await external.status()).master?.address).toEqual(report.master?.address);
  const { master } = await group.reset();
  expect(master).toEqual({ before: 'redis-1', after: 'redis-1' });
  await group.stop({ keepData: true });
  expect((await group.status()).health).toBe('absent');
  await expect(openGroup(name)).rejects.toMatchObject({ code: 'GROUP_ABSENT' });
  expect(existsSync(join(directory, name))).toBe(true);
});

it('has its sentinels named by addresses, or the error says what is none', () => {
  expect(() => externalGroup(['here'])).toThrow(/here is no address/);
});

it('is not there when its topology is wrong, and the error says where', async () => {
  const name = groupName('wrong');
  const wrong = { replicas: 1, sentinel: { quorum: 9 } };
  await expect(startGroup(wrong, { name })).rejects.toMatchObject({ code: 'TOPOLOGY_INVALID' });
  expect(await docker.listContainers(label(name))).toEqual([]);
});
