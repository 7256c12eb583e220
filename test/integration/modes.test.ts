/** The modes published and host: one address for all nodes, which others may reach too. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ownAddress } from '../support/addresses.js';
import { ask, connectIoredis, connectRedis } from '../support/clients.js';
import { testImage } from '../support/environment.js';
import { failOverAndHeal } from '../support/failover.js';
import { expectFailure } from '../support/failures.js';
import { docker, type TestGroup, testGroup } from '../support/group.js';

const SMALL = `
master: {port: auto}
replicas: [{port: auto}]
sentinels: [{port: auto}, {port: auto}, {port: auto}]
sentinel: {down-after-milliseconds: 1500, failover-timeout: 10000}
`;

const nodesOf = ({ redis, sentinels }: GroupReport) => [...redis, ...sentinels];

describe('a published group', () => {
  const address = ownAddress();
  let group: TestGroup;
  let report: GroupReport;
  let told: string;

  beforeAll(async () => {
    group = await testGroup(
      'published',
      `${SMALL}network: {mode: published, address: ${address}, insecure: true}\n`,
    );
    const { stdout, stderr } = await group.up();
    told = stderr + stdout;
    ({ report } = await group.status());
  });

  it('announces the address for every node, and publishes there and nowhere else', async () => {
    expect(report.health).toBe('healthy');
    expect(report.networkMode).toBe('published');
    for (const { name, address: own } of nodesOf(report)) {
      expect(own.host).toBe(address);
      const { HostConfig } = await group.container(name).inspect();
      expect(HostConfig.PortBindings).toEqual({
        [`${own.port}/tcp`]: [{ HostIp: address, HostPort: String(own.port) }],
      });
    }
  });

  it('warns of who can reach it, and says so with the address', () => {
    expect(told).toContain(
      `warning: the nodes are reached at ${address}: whoever reaches that address can read, change and delete all data`,
    );
    expect(told).toContain(`Connect from whatever reaches ${address}`);
  });

  it('serves clients by what its sentinels hand out', async () => {
    for (const connect of [connectIoredis, connectRedis]) {
      await using client = await connect(report);
      await client.set('from', connect.name);
      expect(await client.get('from')).toBe(connect.name);
    }
  });

  it('serves a container that knows nothing but the address', async () => {
    const master = report.master?.address ?? { host: '', port: 0 };
    const container = await docker.createContainer({
      Image: testImage(),
      Entrypoint: ['redis-cli'],
      Cmd: ['-h', master.host, '-p', String(master.port), 'SET', 'from', 'a container'],
      // So that it is removed with the group, if this is interrupted.
      Labels: { 'io.rsentinel.group': group.name },
    });
    try {
      await container.start();
      await container.wait();
    } finally {
      await container.remove({ force: true, v: true });
    }
    expect(await ask(master, 'GET', 'from')).toBe('a container');
  });

  it('is not touched by another up', async () => {
    expect((await group.up()).stdout).toContain('healthy; nothing was touched');
  });

  it('has its data and its master after a failover, and after down and up', async () => {
    await failOverAndHeal(group);
    const before = (await group.status()).report;
    await group.down();
    expect(await group.left()).toEqual([]);
    await group.up();
    const after = (await group.status()).report;
    expect(after.master).toEqual(before.master);
    for (const { address: own } of after.redis) expect(await ask(own, 'GET', 'after')).toBe('written');
  });
});

describe('a group on the host’s own network', () => {
  let group: TestGroup;
  let report: GroupReport;

  beforeAll(async () => {
    group = await testGroup('host', `${SMALL}network: {mode: host}\n`);
    await group.up();
    ({ report } = await group.status());
  });

  it('has neither an anchor nor a network', async () => {
    const left = await group.left();
    expect(left.filter((object) => !object.startsWith('container '))).toEqual([]);
    expect(left).toHaveLength(5);
  });

  it('listens on 127.0.0.1 only, where nobody said otherwise', async () => {
    for (const { address } of nodesOf(report)) {
      expect(address.host).toBe('127.0.0.1');
      await expect(ask({ host: ownAddress(), port: address.port }, 'PING')).rejects.toThrow();
    }
    expect(await ask(report.redis[0]?.address ?? { host: '', port: 0 }, 'CONFIG', 'GET', 'bind')).toEqual([
      'bind',
      '127.0.0.1',
    ]);
  });

  it('is not touched by another up', async () => {
    expect((await group.up()).stdout).toContain('healthy; nothing was touched');
  });

  it('has its data and its master after a failover, and after down and up', async () => {
    await failOverAndHeal(group);
    const before = (await group.status()).report;
    await group.down();
    await group.up();
    const after = (await group.status()).report;
    expect(after.master).toEqual(before.master);
    for (const { address: own } of after.redis) expect(await ask(own, 'GET', 'after')).toBe('written');
  });

  it('tells which port is taken, by whoever it is', async () => {
    const port = report.redis[0]?.address.port;
    await using second = await testGroup(
      'host-taken',
      `master: {port: ${port}}\nreplicas: 0\nsentinels: [{port: auto}]\nsentinel: {quorum: 1}\nnetwork: {mode: host}\n`,
    );
    expectFailure(await second.run(['up']), {
      code: 1,
      says: `port ${port}, which redis-1 needs, is taken: something listens at 127.0.0.1:${port}`,
      hint: 'Choose another port in the topology file (or `port: auto`).',
    });
    expect(await second.left()).toEqual([]);
    expect((await group.status()).code).toBe(0);
  });

  it('listens on the address that it announces, and on 127.0.0.1', async () => {
    const address = ownAddress();
    await using open = await testGroup(
      'host-open',
      `master: {port: auto}\nreplicas: 0\nsentinels: [{port: auto}]\nsentinel: {quorum: 1}\nnetwork: {mode: host, address: ${address}, insecure: true}\n`,
    );
    await open.up();
    for (const node of nodesOf((await open.status()).report)) {
      expect(node.address.host).toBe(address);
      expect(await ask(node.address, 'PING')).toBe('PONG');
      expect(await ask({ host: '127.0.0.1', port: node.address.port }, 'PING')).toBe('PONG');
    }
  });
});

describe('an address that others reach', () => {
  let group: TestGroup;
  beforeAll(async () => {
    group = await testGroup('exposed', SMALL);
  });
  afterAll(async () => {
    expect(await group.left()).toEqual([]);
  });

  it('is refused unless somebody says that it is meant', async () => {
    await group.write(`${SMALL}network: {mode: published, address: ${ownAddress()}}`);
    const { code, stderr } = await group.run(['up']);
    expect(code).toBe(2);
    expect(stderr).toContain(
      `the nodes would be reached at ${ownAddress()}: whoever reaches that address can read, change and delete all data: there is no password; write auth: generate, or insecure: true`,
    );
  });

  it('needs nobody to say so where one has to log in', async () => {
    const network = `network: {mode: published, address: ${ownAddress()}}`;
    await using group = await testGroup('guarded', `${SMALL}auth: acl\n${network}\n`);
    expect((await group.up()).stderr).toContain('passwords and data go there unencrypted');
    const { report } = await group.status();
    expect(report.health).toBe('healthy');
    for (const { address } of nodesOf(report)) {
      await expect(ask(address, 'INFO')).rejects.toThrow('NOAUTH');
    }
  });

  it.each([
    [
      '{mode: published, insecure: true}',
      'mode: published needs an address of this machine',
      'address: 10.1.2.3',
    ],
    [
      '{mode: published, address: localhost, insecure: true}',
      'mode: published cannot work at 127.0.0.1',
      'mode: loopback',
    ],
    [
      '{mode: host, address: nobody.invalid, insecure: true}',
      'nobody.invalid, which is the address of the network, has no IPv4 address',
      'the IP address itself',
    ],
  ])('is refused where it cannot work: %s', async (network, says, hint) => {
    await group.write(`${SMALL}network: ${network}`);
    expectFailure(await group.run(['up']), { code: 2, says, hint });
  });
});
