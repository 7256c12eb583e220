/** The master dies, or hands over: what was decided then stays, and `status` says what is. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ask, type Client, connectIoredis, connectRedis, info } from '../support/clients.js';
import { docker, type TestGroup, testGroup } from '../support/group.js';
import { QUICK } from '../support/topologies.js';
import { until } from '../support/until.js';

async function quickGroup(label: string, more = ''): Promise<{ group: TestGroup; report: GroupReport }> {
  const group = await testGroup(label, QUICK + more);
  await group.up();
  return { group, report: (await group.status()).report };
}

/** The node that the sentinels agree on. */
function masterOf({ master }: GroupReport): string {
  if (typeof master?.node !== 'string') throw new Error('the sentinels do not agree on a node of the group');
  return master.node;
}

function addressOf(report: GroupReport, name: string) {
  const node = [...report.redis, ...report.sentinels].find((other) => other.name === name);
  if (node === undefined) throw new Error(`there is no ${name}`);
  return node.address;
}

const roles = ({ redis }: GroupReport) => Object.fromEntries(redis.map(({ name, role }) => [name, role]));
const epochs = ({ sentinels }: GroupReport) => sentinels.map(({ view }) => view?.configEpoch);

/**
 * Has the sentinels make another node the master, and brings the group to rest. Left alone, that takes
 * Sentinel 20 seconds; here it looks more often meanwhile, and `up` puts its periods back.
 */
async function failOver(group: TestGroup): Promise<GroupReport> {
  const { report: before } = await group.status();
  const [sentinel] = before.sentinels;
  if (sentinel === undefined) throw new Error('the group has no sentinel');
  const periods = ['info-period', '700', 'ping-period', '300', 'publish-period', '500', 'ask-period', '100'];
  await Promise.all(before.sentinels.map(({ address }) => ask(address, 'SENTINEL', 'DEBUG', ...periods)));
  await until('a failover is accepted', async () => {
    return (await ask(sentinel.address, 'SENTINEL', 'FAILOVER', 'mymaster')) === 'OK';
  });
  await until('the sentinels agree on another master', async () => {
    const { report } = await group.status();
    return masterOf(report) !== masterOf(before);
  });
  await group.up();
  const { report } = await group.status();
  expect(report).toMatchObject({ health: 'healthy', faults: [] });
  return report;
}

async function confOf(group: TestGroup, node: string): Promise<string> {
  return readFile(join(group.nodes, node, 'conf', `${node.replace(/-\d+$/, '')}.conf`), 'utf8');
}

it('after the master was killed, clients write again, and it comes back as a replica', async () => {
  const { group, report: before } = await quickGroup('killed');
  await using _group = group;
  expect(masterOf(before)).toBe('redis-1');
  await using ioredis = await connectIoredis(before);
  await using redis = await connectRedis(before);
  const clients: [string, Client][] = [
    ['ioredis', ioredis],
    ['redis', redis],
  ];
  for (const [library, client] of clients) await client.set(`${library}:before`, 'kept');
  await until('all replicas have it', async () => {
    const replicas = before.redis.filter(({ role }) => role === 'replica');
    const values = await Promise.all(replicas.map(({ address }) => ask(address, 'GET', 'redis:before')));
    return values.every((value) => value === 'kept');
  });

  await group.container('redis-1').kill();

  // At any moment from now on, whoever asks is told of the node that is missing.
  const first = await group.status();
  expect(first.code).toBe(3);
  expect(first.report.faults).toContainEqual(
    expect.objectContaining({
      code: 'container-stopped',
      node: 'redis-1',
      remedy: expect.stringContaining('rsentinel up'),
    }),
  );
  const text = await group.run(['status']);
  expect(text.code).toBe(3);
  expect(text.stdout).toMatch(/redis-1.*\bexited\b/);
  expect(text.stdout).toContain('Run `rsentinel up`');

  for (const [library, client] of clients) {
    await until(`${library} writes again`, async () => {
      await client.set(`${library}:after`, 'written');
      return true;
    });
    expect(await client.get(`${library}:before`)).toBe('kept');
  }
  const { without, promoted } = await until(
    'one of the others is the master, and one its replica',
    async () => {
      const { code, report } = await group.status();
      expect(code).toBe(3);
      const node = report.master?.node ?? 'none';
      const are = Object.entries(roles(report)).filter(([, role]) => role !== 'unknown');
      const settled =
        are.length === 2 && are.every(([name, role]) => (role === 'master') === (name === node));
      return settled && { without: report, promoted: node };
    },
  );
  expect(roles(without)['redis-1']).toBe('unknown');
  // Now nobody else may be promoted: what is written is on the master that is to stay.
  await until('it takes a write', async () => {
    await ioredis.set('settled', 'written');
    return true;
  });
  expect((await info(addressOf(without, promoted), 'replication')).get('role')).toBe('master');

  const back = await group.up();
  expect(back.stderr).toMatch(/repoint redis-1/);
  // It knew by its own file: nobody had to tell it, as one who had come back as a second master.
  const log = await group.container('redis-1').logs({ stdout: true, stderr: true });
  expect(log.toString()).not.toContain('user request');
  const healed = await group.status();
  expect(healed).toMatchObject({ code: 0, report: { health: 'healthy', master: { node: promoted } } });
  expect(roles(healed.report)).toMatchObject({ 'redis-1': 'replica', [promoted]: 'master' });
  expect(await ask(addressOf(healed.report, 'redis-1'), 'GET', 'settled')).toBe('written');

  const again = await group.up();
  expect(again.stdout).toContain('nothing was touched');
  expect(masterOf((await group.status()).report)).toBe(promoted);
});

it('`up` before the sentinels have noticed has a replica promoted: what was written is not lost', async () => {
  // They would notice after half a minute. What the killed master has on disk is older than what they have.
  await using group = await testGroup('unnoticed', QUICK.replace('1000,', '30000,'));
  await group.up();
  const { report: before } = await group.status();
  await ask(addressOf(before, 'redis-1'), 'SET', 'acknowledged', 'by all');
  await until('both replicas have it', async () => {
    const values = await Promise.all(before.redis.map(({ address }) => ask(address, 'GET', 'acknowledged')));
    return values.every((value) => value === 'by all');
  });
  await group.container('redis-1').kill();

  await group.up();
  const { code, report } = await group.status();
  expect(code).toBe(0);
  expect(masterOf(report)).not.toBe('redis-1');
  expect(roles(report)).toMatchObject({ 'redis-1': 'replica' });
  for (const { address } of report.redis) expect(await ask(address, 'GET', 'acknowledged')).toBe('by all');
});

describe('what a failover decided', () => {
  let group: TestGroup;
  /** Before and after it. */
  let before: GroupReport;
  let after: GroupReport;

  beforeAll(async () => {
    const durable = 'redis: {config: {appendonly: yes, appendfsync: always}}\n';
    ({ group, report: before } = await quickGroup('decided', durable));
    after = await failOver(group);
    await ask(addressOf(after, masterOf(after)), 'SET', 'kept', 'all the time');
  });

  /** Everything is as the failover left it. */
  async function expectDecided(): Promise<void> {
    const { code, report } = await group.status();
    expect(code).toBe(0);
    expect(masterOf(report)).toBe(masterOf(after));
    expect(roles(report)).toEqual(roles(after));
    expect(epochs(report)).toEqual(epochs(after));
    for (const { address } of report.redis) expect(await ask(address, 'GET', 'kept')).toBe('all the time');
  }

  it('is another master, in a newer epoch', () => {
    expect(masterOf(before)).toBe('redis-1');
    expect(masterOf(after)).not.toBe('redis-1');
    expect(epochs(before)).toEqual([0, 0, 0]);
    expect(new Set(epochs(after))).toEqual(new Set([1]));
  });

  it('is in every sentinel.conf on disk, where Sentinel itself wrote it', async () => {
    const { port } = addressOf(after, masterOf(after));
    for (const { name } of after.sentinels) {
      const conf = await confOf(group, name);
      expect(conf).toContain(`\nsentinel monitor mymaster 127.0.0.1 ${port} 2\n`);
      expect(conf).toContain('\nsentinel config-epoch mymaster 1\n');
      // It stands above what Sentinel has added to a file.
      expect(conf).toContain('# Generated by CONFIG REWRITE');
    }
  });

  it('outlives that all containers are killed', async () => {
    await Promise.all((await group.containers()).map(({ Id }) => docker.getContainer(Id).kill()));
    const dark = await group.status();
    expect(dark).toMatchObject({ code: 3, report: { health: 'degraded', master: null } });
    expect(Object.values(roles(dark.report))).toEqual(['unknown', 'unknown', 'unknown']);
    await group.up();
    await expectDecided();
  });

  it('outlives that all containers are stopped, as by a reboot', async () => {
    await Promise.all((await group.containers()).map(({ Id }) => docker.getContainer(Id).stop()));
    expect((await group.status()).code).toBe(3);
    await group.up();
    await expectDecided();
  });

  it('outlives down and up', async () => {
    await group.down();
    expect(await group.left()).toEqual([]);
    await group.up();
    await expectDecided();
  });

  it('leaves Sentinel with its own timer periods, also when one was started again', async () => {
    const expectDefaults = async (): Promise<void> => {
      for (const { name, address } of after.sentinels) {
        const flat = (await ask(address, 'SENTINEL', 'DEBUG')) as string[];
        const periods = Object.fromEntries(
          flat.flatMap((key, index) => (index % 2 === 0 ? [[key.toLowerCase(), flat[index + 1]]] : [])),
        );
        expect(periods, name).toMatchObject({
          'info-period': '10000',
          'ping-period': '1000',
          'publish-period': '2000',
          'ask-period': '1000',
        });
      }
    };
    await expectDefaults();
    await group.container('sentinel-2').kill();
    await group.up();
    await expectDefaults();
  });
});
