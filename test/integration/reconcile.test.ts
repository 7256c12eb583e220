/** A group that runs is made what the file says, while a client writes to it. */

import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, info } from '../support/clients.js';
import { expectFailure } from '../support/failures.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { until } from '../support/until.js';
import { healthy, masterOf, whileWriting } from '../support/while-writing.js';

interface Shape {
  readonly replicas?: number;
  readonly sentinels?: number;
  readonly config?: string;
  readonly sentinel?: string;
  readonly more?: string;
}

function topology({ replicas = 2, sentinels = 3, config = '', sentinel = '', more = '' }: Shape): string {
  const auto = Array(sentinels).fill('{port: auto}').join(', ');
  return [
    'master: {port: auto}',
    `replicas: ${replicas}`,
    `sentinels: [${auto}]`,
    `sentinel: {down-after-milliseconds: 1500, failover-timeout: 10000${sentinel}}`,
    `redis: {config: {${config}}}`,
    more,
    '',
  ].join('\n');
}

/** When each container was started: what was not touched has not changed. */
async function starts(group: TestGroup): Promise<ReadonlyMap<string, string>> {
  const containers = await group.containers();
  return new Map(containers.map(({ Name, Id, State }) => [Name, `${Id} ${State.StartedAt}`]));
}

describe('a running group', () => {
  let group: TestGroup;

  beforeAll(async () => {
    group = await testGroup('reconcile', topology({}));
    await group.up();
  });
  afterAll(() => group.remove());

  it('takes directives that can be set while it runs, and keeps them', async () => {
    const before = await starts(group);
    await group.write(topology({ config: 'maxmemory: 64mb', sentinel: ', parallel-syncs: 2' }));

    const plan = await group.run(['up', '--dry-run']);
    expect(plan.stdout).toContain('set redis-1     the topology has changed: maxmemory');
    await group.up();

    expect(await starts(group)).toEqual(before);
    const report = await healthy(group);
    for (const { address, name } of report.redis) {
      expect(await ask(address, 'CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', String(64 * 1024 ** 2)]);
      expect(await readFile(join(group.nodes, name, 'conf', 'redis.conf'), 'utf8')).toMatch(/^maxmemory 6/m);
    }
    for (const { address } of report.sentinels) {
      const fields = (await ask(address, 'SENTINEL', 'MASTER', 'mymaster')) as string[];
      expect(fields[fields.indexOf('parallel-syncs') + 1]).toBe('2');
    }
    expect((await group.up()).stdout).toContain('nothing was touched');
  });

  it('refuses a value that Redis refuses, and is as it was', async () => {
    const before = await starts(group);
    await group.write(topology({ config: 'maxmemory: 64mb, maxmemory-policy: nonsense' }));
    const ran = await group.run(['up']);
    expectFailure(ran, { code: 1, says: 'refuses maxmemory-policy nonsense', hint: 'takes' });
    expect(await starts(group)).toEqual(before);
    await group.write(topology({ config: 'maxmemory: 64mb', sentinel: ', parallel-syncs: 2' }));
    expect((await group.up()).stdout).toContain('nothing was touched');
  });

  it('lets a replica and two sentinels join without touching the others', async () => {
    const before = await starts(group);
    const changed = topology({ replicas: 3, sentinels: 5, config: 'maxmemory: 64mb' });
    const { report, interruptions } = await whileWriting(group, changed);
    expect(report.redis).toHaveLength(4);
    expect(report.sentinels.map(({ view }) => view?.otherSentinels)).toEqual([4, 4, 4, 4, 4]);
    expect(report.sentinels.map(({ view }) => view?.quorum)).toEqual([3, 3, 3, 3, 3]);
    for (const [name, start] of before) expect((await starts(group)).get(name)).toBe(start);
    expect(interruptions).toBe(0);
  });

  it('lets them leave again, the master among them, and every sentinel forgets them', async () => {
    // So that it is the master that leaves.
    const { redis, sentinels } = await healthy(group);
    const leaving = redis.find(({ name }) => name === 'redis-4');
    const staying = redis.filter(({ role, name }) => role === 'replica' && name !== 'redis-4');
    for (const { address } of staying) await ask(address, 'CONFIG', 'SET', 'replica-priority', '0');
    await until('every sentinel knows that only redis-4 may be promoted', async () => {
      const priorities = await Promise.all(
        sentinels.map(
          ({ address }) => ask(address, 'SENTINEL', 'REPLICAS', 'mymaster') as Promise<string[][]>,
        ),
      );
      return priorities.flat().every((fields) => {
        const of = (field: string) => fields[fields.indexOf(field) + 1];
        return of('slave-priority') === (of('port') === String(leaving?.address.port) ? '100' : '0');
      });
    });
    await ask(sentinels[0]?.address ?? { host: '', port: 0 }, 'SENTINEL', 'FAILOVER', 'mymaster');
    await until(
      'redis-4 is the master',
      async () => (await group.status()).report.master?.node === 'redis-4',
    );
    await until('it is healthy', async () => (await group.status()).code === 0);
    for (const { address } of staying) await ask(address, 'CONFIG', 'SET', 'replica-priority', '100');

    const { report } = await whileWriting(group, topology({ config: 'maxmemory: 64mb' }));

    expect(report.redis.map(({ name }) => name)).toEqual(['redis-1', 'redis-2', 'redis-3']);
    expect(masterOf(report).name).not.toBe('redis-4');
    for (const { address } of report.sentinels) {
      const line = (await info(address, 'sentinel')).get('master0');
      expect(line).toContain('status=ok');
      expect(line).toContain('slaves=2,sentinels=3');
    }
    expect(await group.left()).not.toContain(`container ${group.name}-redis-4`);
  });

  it('is rolled out one node at a time for what needs a start, and loses no write', async () => {
    const { report: before } = await group.status();
    const changed = topology({ config: 'maxmemory: 64mb, databases: 4' });
    const { report, interruptions } = await whileWriting(group, changed);
    for (const { address } of report.redis) {
      expect(await ask(address, 'CONFIG', 'GET', 'databases')).toEqual(['databases', '4']);
    }
    expect(masterOf(report).name).not.toBe(masterOf(before).name);
    // The failover's pause and nothing else.
    expect(interruptions).toBe(1);
  });

  it('puts back a node whose new container fails, and says why', async () => {
    const before = await healthy(group);
    // Read at the start only, so that it cannot be found out by trying.
    await group.write(topology({ config: 'maxmemory: 64mb, databases: 4, loadmodule: /nothing.so' }));
    const ran = await group.run(['up']);
    expectFailure(ran, { code: 1, says: 'does not run', hint: 'its log says which' });
    expect(ran.stderr).toContain('/nothing.so');
    await until('it is healthy again', async () => (await group.status()).code === 0);
    const after = await healthy(group);
    expect(masterOf(after).name).toBe(masterOf(before).name);
    expect((await group.containers()).map(({ Name }) => Name)).not.toContainEqual(
      expect.stringMatching(/\.aside$/),
    );
    await group.write(topology({ config: 'maxmemory: 64mb, databases: 4' }));
    expect((await group.up()).stdout).toContain('nothing was touched');
  });

  it('keeps what somebody has added to a configuration, and says so', async () => {
    const { redis } = await healthy(group);
    const [{ address, name } = { address: { host: '', port: 0 }, name: '' }] = redis;
    await ask(address, 'CONFIG', 'SET', 'hz', '17');
    await ask(address, 'CONFIG', 'REWRITE');
    await group.write(topology({ config: 'maxmemory: 64mb, databases: 5' }));
    const ran = await group.up();
    expect(ran.stderr).toContain(
      `warning: ${name}: hz 17 was added to its configuration by somebody else, and is kept`,
    );
    expect(await ask(address, 'CONFIG', 'GET', 'hz')).toEqual(['hz', '17']);
  });
});

describe('a group whose network has to be made anew', () => {
  it('keeps its data, though it saves nothing by itself, and is put back when that fails', async () => {
    await using group = await testGroup('reconcile-network', topology({ config: 'save: \'""\'' }));
    await group.up();
    const before = await healthy(group);
    await ask(masterOf(before).address, 'SET', 'kept', 'yes');

    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const moved = topology({ config: 'save: \'""\'' }).replace(
      'master: {port: auto}',
      `master: {port: ${port}}`,
    );
    await group.write(moved);
    expectFailure(await group.run(['up']), { code: 1, says: `port ${port}`, hint: 'Choose another port' });
    await until('it is healthy again', async () => (await group.status()).code === 0);
    const same = await healthy(group);
    expect(masterOf(same).address).toEqual(masterOf(before).address);
    expect(await ask(masterOf(same).address, 'GET', 'kept')).toBe('yes');

    await new Promise((resolve) => server.close(resolve));
    await group.up();
    const after = await healthy(group);
    expect(after.redis[0]?.address.port).toBe(port);
    expect(await ask(masterOf(after).address, 'GET', 'kept')).toBe('yes');
    await group.down('--volumes');
    expect(await group.left()).toEqual([]);
  });
});

describe('files', () => {
  it('that are to be elsewhere are not left behind: the change is refused', async () => {
    await using group = await testGroup('reconcile-directory', topology({ replicas: 1 }));
    await group.up();
    await group.write(topology({ replicas: 1, more: 'directory: ./elsewhere' }));
    const ran = await group.run(['up']);
    expectFailure(ran, { code: 1, says: 'keeps its files in', hint: `rsentinel down -n ${group.name}` });
    expect((await group.status()).code).toBe(0);
  });

  it('that are in the other kind of storage are not left behind either, though the group is down', async () => {
    await using group = await testGroup('reconcile-storage', topology({ replicas: 1 }));
    for (const [storage, other, place] of [
      ['directory', 'volume', group.nodes],
      ['volume', 'directory', 'volumes'],
    ]) {
      await group.write(topology({ replicas: 1, more: `storage: ${storage}` }));
      await group.up();
      await group.down();
      await group.write(topology({ replicas: 1, more: `storage: ${other}` }));
      const ran = await group.run(['up']);
      expectFailure(ran, { code: 1, says: `keeps its files in ${place}`, hint: '--volumes' });
      await group.down('--volumes');
      expect(await group.left()).toEqual([]);
    }
  });

  it('of somebody else are not overwritten', async () => {
    await using group = await testGroup('reconcile-foreign', topology({ replicas: 1 }));
    await group.up();
    await group.down();
    await writeFile(join(group.nodes, 'redis-2', 'conf', 'redis.conf'), 'port 6379\n');
    expectFailure(await group.run(['up']), { code: 1, says: 'was not made by rsentinel', hint: 'directory' });
    expect(await readFile(join(group.nodes, 'redis-2', 'conf', 'redis.conf'), 'utf8')).toBe('port 6379\n');
  });
});
