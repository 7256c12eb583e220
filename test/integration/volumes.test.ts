/** Storage in volumes of the engine: for engines that do not see this machine's directories. */
import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/clients.js';
import { failOverAndHeal } from '../support/failover.js';
import { expectFailure } from '../support/failures.js';
import { docker, type TestGroup, testGroup } from '../support/group.js';
import { until } from '../support/until.js';

const VOLUMES = `
master: {port: auto}
replicas: [{port: auto}]
sentinels: [{port: auto}, {port: auto}, {port: auto}]
sentinel: {down-after-milliseconds: 1500, failover-timeout: 10000}
storage: volume
`;

const TINY = `
master: {port: auto}
replicas: 0
sentinels: [{port: auto}]
sentinel: {quorum: 1}
storage: volume
`;

const volumesOf = async (group: TestGroup) =>
  (await group.left()).filter((object) => object.startsWith('volume '));

describe('a group in volumes', () => {
  let group: TestGroup;

  beforeAll(async () => {
    group = await testGroup('volumes', VOLUMES);
    await group.up();
  });

  it('has two volumes for every node, and nothing on this machine', async () => {
    const nodes = ['redis-1', 'redis-2', 'sentinel-1', 'sentinel-2', 'sentinel-3'];
    expect(await volumesOf(group)).toEqual(
      nodes.flatMap((node) => ['conf', 'data'].map((holds) => `volume ${group.name}-${node}-${holds}`)),
    );
    expect(await readdir(group.directory)).toEqual(['topology.yaml']);
    expect((await group.status()).report.directory).toBeNull();
  });

  it('runs as an ordinary user who owns its files: both kinds of nodes rewrite theirs', async () => {
    const { report } = await group.status();
    for (const { name, address } of [...report.redis, ...report.sentinels]) {
      const { Config } = await group.container(name).inspect();
      expect(Config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      const words = name.startsWith('redis') ? ['CONFIG', 'REWRITE'] : ['SENTINEL', 'FLUSHCONFIG'];
      expect(await ask(address, words[0] ?? '', ...words.slice(1))).toBe('OK');
    }
    const [master] = report.redis;
    expect(await ask(master?.address ?? { host: '', port: 0 }, 'SAVE')).toBe('OK');
  });

  it('leaves nothing of what it took to write there', async () => {
    const containers = (await group.left()).filter((object) => object.startsWith('container '));
    // Five nodes and the anchor.
    expect(containers).toHaveLength(6);
  });

  it('is not touched by another up', async () => {
    expect((await group.up()).stdout).toContain('healthy; nothing was touched');
  });

  it('has its data and its master after a failover, and after down and up', async () => {
    await failOverAndHeal(group);
    const before = (await group.status()).report;
    const { stdout } = await group.down();
    expect(stdout).toContain('Configuration and data are kept in 10 volumes of the engine');
    expect(await group.left()).toEqual(await volumesOf(group));
    await group.up();
    const after = (await group.status()).report;
    expect(after.master).toEqual(before.master);
    expect(after.master?.node).not.toBe('redis-1');
    expect(after.sentinels.map(({ id }) => id)).toEqual(before.sentinels.map(({ id }) => id));
    for (const { address } of after.redis) expect(await ask(address, 'GET', 'after')).toBe('written');
  });

  it('is healed when a container was removed, from its volumes', async () => {
    const { report } = await group.status();
    const replica = report.redis.find(({ role }) => role === 'replica');
    await group.container(replica?.name ?? '').remove({ force: true });
    await group.up();
    expect((await group.status()).code).toBe(0);
    expect(await ask(replica?.address ?? { host: '', port: 0 }, 'GET', 'after')).toBe('written');
  });

  it('goes without a trace with --volumes, by its name alone', async () => {
    const { stdout } = await group.down('--volumes');
    expect(stdout).toContain(`removed volume ${group.name}-redis-1-data`);
    expect(await group.left()).toEqual([]);
  });
});

describe('volumes', () => {
  it('that a failed up made are taken back, and those that were there are not', async () => {
    await using group = await testGroup('volumes-failed', `${TINY}redis: {config: {no-such-directive: 1}}\n`);
    expect((await group.run(['up'])).code).toBe(1);
    expect(await group.left()).toEqual([]);

    await group.write(TINY);
    await group.up();
    const { report } = await group.status();
    await ask(report.redis[0]?.address ?? { host: '', port: 0 }, 'SET', 'key', 'value');
    await group.down();
    const kept = await volumesOf(group);
    await group.write(`${TINY}redis: {config: {no-such-directive: 1}}\n`);
    expect((await group.run(['up'])).code).toBe(1);
    expect(await group.left()).toEqual(kept);

    await group.write(TINY);
    await group.up();
    const [redis] = (await group.status()).report.redis;
    expect(await ask(redis?.address ?? { host: '', port: 0 }, 'GET', 'key')).toBe('value');
  });

  it('of somebody else are not touched', async () => {
    await using group = await testGroup('volumes-foreign', TINY);
    const name = `${group.name}-redis-1-data`;
    await docker.createVolume({ Name: name });
    try {
      expectFailure(await group.run(['up']), {
        code: 1,
        says: `there is a volume ${name} that does not belong to this group`,
        hint: 'or remove that volume',
      });
      expect(await group.left()).toEqual([]);
      await group.down('--volumes');
      expect((await docker.getVolume(name).inspect()).Name).toBe(name);
    } finally {
      await docker.getVolume(name).remove();
    }
  });

  it('of an up that was killed do not stand in the way of the next one, nor of down', async () => {
    await using group = await testGroup('volumes-killed', TINY);
    for (const next of [['up'], ['down', '--volumes']]) {
      const { child, ended } = group.start(['up']);
      await until('there are volumes', async () => (await volumesOf(group)).length > 0);
      child.kill('SIGKILL');
      await ended;
      const { code, stderr } = await group.run(next);
      expect(code, stderr).toBe(0);
      await group.down('--volumes');
      expect(await group.left()).toEqual([]);
    }
  });
});
