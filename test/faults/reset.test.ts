/** Between two tests: the file's master, no data, the same containers; whatever the last test has done. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ask, type Client, connectIoredis, connectRedis, info } from '../support/clients.js';
import { expectFailure } from '../support/failures.js';
import { rsentinel, type TestGroup, testGroup } from '../support/group.js';
import { QUICK, TINY } from '../support/topologies.js';
import { until } from '../support/until.js';
import { healthy, masterOf } from '../support/while-writing.js';

/** Runs a reset that must succeed, and returns what it says the group is. */
async function reset(group: TestGroup): Promise<GroupReport> {
  const { code, stdout, stderr } = await group.run(['reset', '--format', 'json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** Puts keys into two databases, and waits until every replica that runs has them. */
async function fill({ redis, master }: GroupReport): Promise<void> {
  const at = master?.address ?? { host: '', port: 0 };
  await ask(at, 'MSET', 'a', '1', 'b', '2');
  await ask(at, 'MOVE', 'b', '5');
  await until('every node has the keys', async () => {
    const running = redis.filter(({ container }) => container?.state === 'running');
    const spaces = await Promise.all(running.map(({ address }) => info(address, 'keyspace')));
    return spaces.every((space) => space.has('db0') && space.has('db5'));
  });
}

/** Nothing wrong, the file's master, and nothing in any database of any node. */
async function expectFresh(group: TestGroup): Promise<GroupReport> {
  const report = await healthy(group);
  expect(masterOf(report).name).toBe('redis-1');
  for (const { name, address } of report.redis)
    expect([...(await info(address, 'keyspace')).keys()], name).toEqual([]);
  return report;
}

async function runsOf(group: TestGroup): Promise<readonly string[]> {
  return (await group.containers()).map(({ Id, State }) => `${Id} ${State.StartedAt}`);
}

describe('reset', () => {
  let group: TestGroup;
  beforeAll(async () => {
    group = await testGroup('reset', QUICK);
    await group.up();
  });

  it('removes all data on every node, and leaves containers and connections as they are', async () => {
    const before = await healthy(group);
    const runs = await runsOf(group);
    await fill(before);
    await using client = await connectIoredis(before);
    await client.set('mine', 'yes');
    const { address } = masterOf(before);
    const connections = async () => String(await ask(address, 'CLIENT', 'LIST'));
    const [, id] = /^id=(\d+) .*cmd=set /m.exec(await connections()) ?? [];

    const report = await reset(group);
    expect(report).toMatchObject({ health: 'healthy', faults: [], master: { node: 'redis-1' } });
    await expectFresh(group);
    expect(await runsOf(group)).toEqual(runs);
    expect(await client.get('mine')).toBeNull();
    await client.set('mine', 'again');
    expect(await client.get('mine')).toBe('again');
    expect(await connections()).toContain(`id=${id} `);
  });

  it('removes functions, and keeps the scripts that a client has loaded', async () => {
    const { address } = masterOf(await healthy(group));
    const library = "#!lua name=left\nredis.register_function('left', function() return 1 end)";
    const hasFunctions = await ask(address, 'FUNCTION', 'LOAD', library).then(
      () => true,
      () => false,
    );
    const script = String(await ask(address, 'SCRIPT', 'LOAD', 'return 7'));
    await reset(group);
    if (hasFunctions) expect(await ask(address, 'FUNCTION', 'LIST')).toEqual([]);
    expect(await ask(address, 'EVALSHA', script, '0')).toBe(7);
  });

  it.each<[string, (report: GroupReport) => Promise<Client>]>([
    ['ioredis', connectIoredis],
    ['redis', connectRedis],
  ])(
    'makes the file’s master the master again, and %s finds it without connecting anew',
    async (_, connect) => {
      const { code, stderr } = await group.run(['failover', '--to', 'redis-2']);
      expect(code, stderr).toBe(0);
      const before = await healthy(group);
      const runs = await runsOf(group);
      await fill(before);
      await using client = await connect(before);
      await client.set('mine', 'yes');

      await reset(group);
      const report = await expectFresh(group);
      expect(await runsOf(group)).toEqual(runs);
      await until('the client writes', async () => {
        await client.set('mine', 'again');
        return true;
      });
      expect(await ask(masterOf(report).address, 'GET', 'mine')).toBe('again');
    },
  );

  it('has every sentinel ready for the next failover', async () => {
    await reset(group);
    const { code, stderr } = await group.run(['failover', '--to', 'redis-3']);
    expect(code, stderr).toBe(0);
    expect(masterOf(await healthy(group)).name).toBe('redis-3');
  });

  it('brings back what was killed and paused, with its name alone', async () => {
    const { report: before } = await group.status();
    await group.container('redis-1').kill();
    await group.container('sentinel-2').kill();
    await group.container('sentinel-3').pause();
    const { master } = before;
    await ask(master?.address ?? { host: '', port: 0 }, 'SET', 'written', 'while it was away');
    const { code, stdout, stderr } = await rsentinel(['reset', '-n', group.name]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('brought up, then reset');
    expect(stdout).toContain('The master is redis-1, it was redis-3');
    await expectFresh(group);
  });

  it('lets go writes that somebody has paused', async () => {
    const before = await healthy(group);
    await fill(before);
    const { address } = masterOf(before);
    // Redis before 6.2 pauses everybody: that is over when it is over.
    await ask(address, 'CLIENT', 'PAUSE', '600000', 'WRITE').catch(() => {});
    await reset(group);
    expect(await ask(address, 'SET', 'mine', 'yes')).toBe('OK');
    await reset(group);
    await expectFresh(group);
  });

  it('lets go writes of a node that has been paused until the sentinels failed over', async () => {
    const { address, name } = masterOf(await healthy(group));
    const paused = await ask(address, 'CLIENT', 'PAUSE', '600000', 'WRITE').catch(() => null);
    // Redis before 6.2 pauses everybody, and cannot be told to go on.
    if (paused === null) return;
    await until('another node is the master', async () => {
      const { report } = await group.status();
      return report.sentinels.some(({ view }) => view !== null && view.master.port !== address.port);
    });
    await reset(group);
    expect(await ask(address, 'SET', 'mine', 'yes')).toBe('OK');
    expect(masterOf(await healthy(group)).name).toBe(name);
    await reset(group);
    await expectFresh(group);
  });

  it('is done twice when it is asked for twice at once', async () => {
    await fill(await healthy(group));
    const both = await Promise.all([group.run(['reset']), group.run(['reset'])]);
    expect(both.map(({ code, stderr }) => `${code} ${code === 0 ? '' : stderr}`)).toEqual(['0 ', '0 ']);
    await expectFresh(group);
  });

  it('tells the sentinels of a master that a killed reset has made without telling them', async () => {
    await reset(group);
    const { code, stderr } = await group.run(['failover', '--to', 'redis-2']);
    expect(code, stderr).toBe(0);
    const { redis } = await healthy(group);
    await ask(redis[0]?.address ?? { host: '', port: 0 }, 'REPLICAOF', 'NO', 'ONE');
    const done = await group.run(['reset']);
    expect(done.code, done.stderr).toBe(0);
    expect(done.stderr).toContain('made redis-1 the master again, in the place of redis-2');
    await expectFresh(group);
  });

  it('can be killed anywhere, and done again', async () => {
    const { code, stderr } = await group.run(['failover', '--to', 'redis-2']);
    expect(code, stderr).toBe(0);
    for (const moment of ['create the container', 'emptied', 'made redis-1', 'proved ready']) {
      const running = group.start(['reset', '-v']);
      running.child.stderr?.on('data', (text: Buffer) => {
        if (text.toString().includes(moment)) running.child.kill('SIGKILL');
      });
      await running.ended;
    }
    await reset(group);
    await expectFresh(group);
  });
});

it('a lone sentinel fails over to the file’s master', async () => {
  await using group = await testGroup(
    'reset-lone',
    QUICK.replace(/replicas: .*\nsentinels: .*/, 'replicas: 1\nsentinels: [{port: auto}]'),
  );
  await group.up();
  const { code, stderr } = await group.run(['failover', '--to', 'redis-2']);
  expect(code, stderr).toBe(0);
  await fill(await healthy(group));
  await reset(group);
  await expectFresh(group);
});

it('a group that is not there is not made', async () => {
  await using group = await testGroup('reset-absent', TINY);
  expectFailure(await group.run(['reset']), {
    code: 1,
    says: `there is no group ${group.name}`,
    hint: '`rsentinel up` makes one',
  });
  expect(await group.left()).toEqual([]);
});

it('a server whose template takes FLUSHALL away says so', async () => {
  await using group = await testGroup('reset-renamed', `${TINY}templates: {redis: redis.conf}\n`);
  const template = await readFile(new URL('../../templates/redis.conf', import.meta.url), 'utf8');
  await writeFile(join(group.directory, 'redis.conf'), `${template}\nrename-command FLUSHALL ""\n`);
  await group.up();
  expectFailure(await group.run(['reset', '-q']), {
    code: 1,
    says: 'redis-1 cannot be emptied by FLUSHALL: ERR unknown command',
    hint: 'rename-command',
  });
});
