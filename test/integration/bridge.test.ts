/** Bridge mode: every node has an address of its own, for containers on the group's network. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Address, formatAddress } from '../../src/model/address.js';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ask, connectIoredis, connectRedis, info } from '../support/clients.js';
import { testImage } from '../support/environment.js';
import { failOverAndHeal } from '../support/failover.js';
import { docker, type TestGroup, testGroup } from '../support/group.js';
import { until } from '../support/until.js';

const BRIDGE = `
master: {port: auto}
replicas: 2
sentinels: [{port: auto}, {port: auto}, {port: auto}]
sentinel: {down-after-milliseconds: 1500, failover-timeout: 10000}
network: {mode: bridge}
`;

const places = ({ redis, sentinels }: GroupReport): readonly string[] =>
  [...redis, ...sentinels].map(({ name, address }) => `${name} ${formatAddress(address)}`);

/** redis-cli in a container of its own on the group's network: its standard output. */
async function cli(group: TestGroup, { host, port }: Address, ...words: readonly string[]): Promise<string> {
  const container = await docker.createContainer({
    Image: testImage(),
    Entrypoint: ['redis-cli'],
    Cmd: ['-h', host, '-p', String(port), ...words],
    // So that it is removed with the group, if this is interrupted.
    Labels: { 'io.rsentinel.group': group.name },
    HostConfig: { NetworkMode: group.name },
  });
  try {
    await container.start();
    await container.wait();
    const log: unknown = await container.logs({ stdout: true, stderr: true });
    // Frames of 8 bytes and a text each.
    let text = '';
    for (let rest = log as Buffer; rest.length >= 8; ) {
      const end = 8 + rest.readUInt32BE(4);
      text += rest.subarray(8, end).toString();
      rest = rest.subarray(end);
    }
    return text.trim();
  } finally {
    await container.remove({ force: true, v: true });
  }
}

describe('a group in bridge mode', () => {
  let group: TestGroup;
  let report: GroupReport;

  beforeAll(async () => {
    group = await testGroup('bridge', BRIDGE);
    await group.up();
    ({ report } = await group.status());
  });

  it('announces for every node the address that its container has on the network', async () => {
    const inspected = await group.containers();
    expect(inspected).toHaveLength(6);
    for (const { name, address } of [...report.redis, ...report.sentinels]) {
      const container = inspected.find(({ Name }) => Name === `/${group.name}-${name}`);
      expect(container?.NetworkSettings.Networks[group.name]?.IPAddress).toBe(address.host);
    }
    expect(new Set([...report.redis, ...report.sentinels].map(({ address }) => address.host)).size).toBe(6);
    const [master, ...replicas] = report.redis;
    for (const { address } of report.sentinels) {
      const line = (await info(address, 'sentinel')).get('master0');
      expect(line).toContain(`address=${formatAddress(master?.address ?? address)},slaves=2,sentinels=3`);
      const known = (await ask(address, 'SENTINEL', 'REPLICAS', 'mymaster')) as string[][];
      const names = known.map((fields) => fields[fields.indexOf('name') + 1]);
      expect(names.sort()).toEqual(replicas.map((replica) => formatAddress(replica.address)).sort());
    }
  });

  it('says from where its addresses work', async () => {
    const { stdout } = await group.up();
    expect(stdout).toContain(
      `from a container with --network ${group.name}, or from this machine if it runs Linux`,
    );
  });

  it('serves a client in a container on its network, which asks a sentinel for the master', async () => {
    const [sentinel] = report.sentinels;
    const found = await cli(
      group,
      sentinel?.address ?? { host: '', port: 0 },
      'SENTINEL',
      'GET-MASTER-ADDR-BY-NAME',
      'mymaster',
    );
    const [host = '', port = ''] = found.split('\n');
    const master = { host, port: Number(port) };
    expect(await cli(group, master, 'SET', 'from', 'a container')).toBe('OK');
    expect(await cli(group, master, 'GET', 'from')).toBe('a container');
  });

  it.skipIf(process.platform !== 'linux')(
    'serves clients on the Linux host by the same addresses',
    async () => {
      for (const connect of [connectIoredis, connectRedis]) {
        await using client = await connect(report);
        await client.set('from', connect.name);
        expect(await client.get('from')).toBe(connect.name);
        await until('a replica has it', async () => (await client.getFromReplica('from')) === connect.name);
      }
    },
  );

  it('publishes every port on 127.0.0.1 as well, the same number inside and outside', async () => {
    for (const { address } of [...report.redis, ...report.sentinels]) {
      expect(await ask({ host: '127.0.0.1', port: address.port }, 'PING')).toBe('PONG');
    }
  });

  it('fails over when the master is killed, and takes it back as a replica', async () => {
    const before = (await group.status()).report;
    await failOverAndHeal(group);
    const after = (await group.status()).report;
    expect(places(after)).toEqual(places(before));
    expect(after.redis.map(({ role }) => role).sort()).toEqual(['master', 'replica', 'replica']);
  });

  it('keeps addresses, master and data over down and up', async () => {
    const before = (await group.status()).report;
    const master = before.master?.address ?? { host: '', port: 0 };
    await ask(master, 'SET', 'over', 'down and up');
    await group.down();
    expect(await group.left()).toEqual([]);
    await group.up();
    const after = (await group.status()).report;
    expect(places(after)).toEqual(places(before));
    expect(after.master).toEqual(before.master);
    for (const { address } of after.redis) expect(await ask(address, 'GET', 'over')).toBe('down and up');
  });
});
