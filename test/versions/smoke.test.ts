/** Every server that rsentinel supports, from up to down, with a failover in between. */
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ask, connectIoredis } from '../support/clients.js';
import { testImages } from '../support/environment.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { connectionOf } from '../support/logins.js';
import { certificateAt, trustOf } from '../support/tls.js';
import { until } from '../support/until.js';
import { healthy, masterOf } from '../support/while-writing.js';
import { Writer } from '../support/writer.js';

function topology(image: string, mode: string): string {
  return `
image: ${image}
master: {port: auto}
replicas: [{port: auto}, {port: auto}]
sentinels: [{port: auto}, {port: auto}, {port: auto}]
sentinel: {down-after-milliseconds: 1500, failover-timeout: 10000}
network: {mode: ${mode}}
`;
}

function roles(report: GroupReport): string[] {
  return report.redis.map(({ role }) => role).sort();
}

describe.each(testImages())('$title', ({ image, title, server, version }) => {
  const label = title.toLowerCase().replace(/[^a-z0-9]+/g, '-');

  describe('in loopback mode', () => {
    let group: TestGroup;
    let report: GroupReport;

    beforeAll(async () => {
      group = await testGroup(`versions-${label}`, topology(image, 'loopback'));
      await group.up();
      ({ report } = await group.status());
    });

    it('is proved ready, and tells its version', async () => {
      expect(report.health).toBe('healthy');
      expect(roles(report)).toEqual(['master', 'replica', 'replica']);
      for (const node of [...report.redis, ...report.sentinels]) {
        expect(node.version?.startsWith(`${version}.`), node.version ?? 'silent').toBe(true);
      }
      const [first] = report.redis;
      if (first === undefined) throw new Error('there is no node');
      const info = String(await ask(first.address, 'INFO', 'server'));
      expect(info).toContain(`${server}_version:${version}.`);
    });

    it('has replicas that acknowledge what is written from the first moment on', async () => {
      await using fresh = await testGroup(`versions-${label}-stream`, topology(image, 'loopback'));
      const first: GroupReport = JSON.parse((await fresh.up('--format', 'json')).stdout);
      const client = new Redis(masterOf(first).address);
      await client.set('written', 'at once');
      expect(await client.wait(2, 100)).toBe(2);
      client.disconnect();
    });

    it('has timing: fast from Redis 7.0 on, and refuses it before that, leaving nothing', async () => {
      const fast = topology(image, 'loopback').replace(/^sentinel: .*$/m, 'timing: fast');
      await using fresh = await testGroup(`versions-${label}-fast`, fast);
      const { code, stdout, stderr } = await fresh.run(['up', '--format', 'json']);
      if (version === '6.0') {
        expect({ code, left: await fresh.left() }).toEqual({ code: 1, left: [] });
        expect(stderr).toContain('timing: fast is not possible');
        const drilled = await group.run(['drill', '--timing', 'fast']);
        expect(drilled.code).toBe(1);
        expect(drilled.stderr).toContain('timing: fast is not possible');
        // What had been set by then is set back.
        expect((await group.run(['up', '--dry-run'])).stdout).toContain('nothing to do');
      } else {
        expect(code, stderr).toBe(0);
        expect(JSON.parse(stdout).timing).toBe('fast');
        expect((await healthy(fresh)).timing).toBe('fast');
      }
    });

    it('lets its sentinels run with their own periods', () => {
      // Lowered ones break failover; where they cannot be read they cannot be lowered either.
      expect(report.faults).toEqual([]);
    });

    it('fails over when its master is killed, and takes the old one back as a replica', async () => {
      await using client = await connectIoredis(report);
      await client.set('before', 'the failover');
      const old = report.master?.node;
      if (typeof old !== 'string') throw new Error('there is no master');

      await group.container(old).kill();

      await until('writes work again', async () => {
        await client.set('after', 'the failover');
        return true;
      });
      expect(await client.get('before')).toBe('the failover');
      const degraded = await group.status();
      expect(degraded.code).toBe(3);
      expect(degraded.report.faults).toContainEqual(
        expect.objectContaining({ code: 'container-stopped', node: old }),
      );

      await group.up();

      const after = await group.status();
      expect(after.code, JSON.stringify(after.report.faults)).toBe(0);
      expect(roles(after.report)).toEqual(['master', 'replica', 'replica']);
      expect(after.report.master?.node).not.toBe(old);
      expect(after.report.redis.find(({ name }) => name === old)?.role).toBe('replica');
      expect(await client.get('after')).toBe('the failover');
    });

    it('switches over in a planned way, and loses no write of a client that goes on', async () => {
      const before = await healthy(group);
      const sentinels = before.sentinels.map(({ address }) => address);
      const writer = Writer.through(sentinels, 'mymaster', 'switched');
      await until('the client writes', async () => writer.count > 100);
      const { code, stderr } = await group.run(['failover']);
      expect(code, stderr).toBe(0);
      expect(masterOf(await healthy(group)).name).not.toBe(masterOf(before).name);
      // What Sentinel can do itself it does: the old master has been told to hand over (FAILOVER).
      const stats = String(await ask(masterOf(before).address, 'INFO', 'commandstats'));
      expect(stats.includes('cmdstat_failover:')).toBe(title === 'Valkey 9');
      const { count } = writer;
      await until('the client writes again', async () => writer.count > count + 100);
      expect((await writer.stop()).lost).toEqual([]);
    });

    it('goes down and leaves nothing', async () => {
      await group.down('--volumes');
      expect(await group.left()).toEqual([]);
    });
  });

  it('goes over TLS, with users and with certificates of clients, and is switched over', async () => {
    const tls = `${topology(image, 'loopback')}auth: acl\ntls: {auth-clients: yes}\n`;
    await using group = await testGroup(`versions-${label}-tls`, tls);
    await group.up();
    const before = masterOf(await healthy(group)).name;
    expect((await group.run(['failover'])).code).toBe(0);
    expect(masterOf(await healthy(group)).name).not.toBe(before);
    const trust = trustOf(await connectionOf(group));
    const { redis, sentinels } = (await group.status()).report;
    for (const { address, name } of [...redis, ...sentinels]) {
      await expect(ask(address, 'PING'), name).rejects.toThrow();
      expect(await certificateAt(address, trust), name).toEqual({ hosts: [address.host], trusted: true });
    }
  });

  it('goes up and down in bridge mode', async () => {
    await using group = await testGroup(`versions-${label}-bridge`, topology(image, 'bridge'));
    await group.up();
    const { code, report } = await group.status();
    expect(code, JSON.stringify(report.faults)).toBe(0);
    expect(new Set(report.redis.map(({ address }) => address.host)).size).toBe(3);
    await group.down('--volumes');
    expect(await group.left()).toEqual([]);
  });
});
