/** The life of a group: the example, brought up, looked at, taken down, and brought back. */
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ask, info } from '../support/clients.js';
import type { Ran } from '../support/command.js';
import { type TestGroup, testGroup } from '../support/group.js';

const EXAMPLE = fileURLToPath(new URL('../../topology.example.yaml', import.meta.url));
const NODES = ['redis-1', 'redis-2', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3'];
const PORTS = [6379, 6380, 6381, 26379, 26378, 26377];
const MASTER = { host: '127.0.0.1', port: 6379 };

/** What would differ if anything had been made or started again. */
async function identities(group: TestGroup): Promise<readonly string[]> {
  return (await group.containers()).map(({ Id, State }) => `${Id} ${State.StartedAt}`);
}

function first<T>(nodes: readonly T[]): T {
  const [node] = nodes;
  if (node === undefined) throw new Error('the group has no node');
  return node;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

describe('the example group, brought up', () => {
  let group: TestGroup;
  let ran: Ran;
  let report: GroupReport;

  beforeAll(async () => {
    group = await testGroup('example', await readFile(EXAMPLE, 'utf8'));
    ran = await group.up();
    ({ report } = await group.status());
  });

  it('prints INFO sentinel, as the sentinels answer it', async () => {
    expect(ran.code).toBe(0);
    const expected = 'name=mymaster,status=ok,address=127.0.0.1:6379,slaves=2,sentinels=3';
    expect(ran.stdout).toContain(`# Sentinel (the same on all 3)\nmaster0:${expected}\n`);
    for (const port of [26379, 26378, 26377]) {
      expect((await info({ ...MASTER, port }, 'sentinel')).get('master0')).toBe(expected);
    }
  });

  it('prints how to connect, in the words of four clients', () => {
    expect(ran.stdout).toContain('127.0.0.1:26379,127.0.0.1:26378,127.0.0.1:26377');
    expect(ran.stdout).toContain("new Redis({ sentinels, name: 'mymaster' })");
    expect(ran.stdout).toContain("createSentinel({ name: 'mymaster', sentinelRootNodes: sentinels })");
    expect(ran.stdout).toContain(
      "Sentinel([('127.0.0.1', 26379), ('127.0.0.1', 26378), ('127.0.0.1', 26377)]).discover_master('mymaster')",
    );
    expect(ran.stdout).toContain('redis-cli -p 26379 SENTINEL GET-MASTER-ADDR-BY-NAME mymaster');
  });

  it('prints results on standard output and progress on standard error, without escapes in a pipe', () => {
    expect(ran.stderr).toContain('proved ready');
    expect(ran.stdout).not.toContain('start redis-1');
    expect(ran.stdout + ran.stderr).not.toContain('\u001b');
  });

  it('has a container for every node and one that holds the ports', async () => {
    expect(await group.left()).toEqual(
      [
        ...[...NODES, 'anchor'].map((node) => `container ${group.name}-${node}`),
        `network ${group.name}`,
      ].sort(),
    );
  });

  it('is healthy by its status, which exits with 0', async () => {
    const { code, stdout } = await group.run(['status']);
    expect(code).toBe(0);
    expect(stdout).toContain('mymaster: master is 127.0.0.1:6379 (redis-1), as the sentinels agree');
    expect(report).toMatchObject({ version: 1, group: group.name, health: 'healthy', faults: [] });
  });

  it('has of every Redis node in its status what INFO of that node says', async () => {
    const { stdout } = await group.run(['status']);
    expect(report.redis.map(({ name, address }) => [name, address.port])).toEqual([
      ['redis-1', 6379],
      ['redis-2', 6380],
      ['redis-3', 6381],
    ]);
    for (const { name, address, role, link, version, connectedReplicas, container } of report.redis) {
      const replication = await info(address, 'replication');
      const server = await info(address, 'server');
      expect(role).toBe(replication.get('role') === 'slave' ? 'replica' : 'master');
      expect(version).toBe(server.get('redis_version'));
      expect(String(connectedReplicas)).toBe(replication.get('connected_slaves'));
      expect(link).toEqual(
        role === 'master'
          ? null
          : {
              master: { host: replication.get('master_host'), port: Number(replication.get('master_port')) },
              status: replication.get('master_link_status'),
              syncInProgress: false,
            },
      );
      expect(container).toEqual({ name: `${group.name}-${name}`, state: 'running', exitCode: null });
      const words = [name, role, `127.0.0.1:${address.port}`, 'running'].join('\\s+');
      expect(stdout).toMatch(new RegExp(`^${words}\\s.*${version}$`, 'm'));
    }
  });

  it('has of every sentinel in its status what that sentinel says', async () => {
    const { stdout } = await group.run(['status']);
    for (const { name, address, id, info: line, view } of report.sentinels) {
      expect(id).toBe(await ask(address, 'SENTINEL', 'MYID'));
      expect(line).toBe(`master0:${(await info(address, 'sentinel')).get('master0')}`);
      expect(view).toMatchObject({
        master: MASTER,
        flags: ['master'],
        replicas: 2,
        otherSentinels: 2,
        quorum: 2,
      });
      expect(view?.quorumReply).toBe(await ask(address, 'SENTINEL', 'CKQUORUM', 'mymaster'));
      expect(stdout).toMatch(
        new RegExp(
          `^${name}\\s+127\\.0\\.0\\.1:${address.port}\\s+running\\s+127\\.0\\.0\\.1:6379\\s+master\\s+2\\s+3\\s+2\\s+OK$`,
          'm',
        ),
      );
    }
  });

  it('has offsets in its status that grow with what is written', async () => {
    await ask(MASTER, 'SET', 'some', 'x'.repeat(5_000));
    const { report: later } = await group.status();
    expect(later.redis[0]?.offset).toBeGreaterThanOrEqual((report.redis[0]?.offset ?? 0) + 5_000);
  });

  it('is not touched by another up', async () => {
    const before = await identities(group);
    const again = await group.up();
    expect(again.stdout).toContain('nothing was touched');
    expect(again.stdout).toContain('master0:name=mymaster,status=ok');
    expect(await identities(group)).toEqual(before);
  });

  it('is told by up --format json as by status --format json', async () => {
    const { stdout } = await group.up('--format', 'json');
    const { redis, sentinels } = report;
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      group: group.name,
      health: 'healthy',
      master: report.master,
      redis: redis.map(({ name, address, role }) => ({ name, address, role })),
      sentinels: sentinels.map(({ name, address, id }) => ({ name, address, id })),
    });
  });

  it('publishes its ports on 127.0.0.1 and nowhere else', async () => {
    const bindings = (await group.containers()).flatMap(({ HostConfig }) =>
      Object.values(
        (HostConfig.PortBindings ?? {}) as Record<string, { HostIp: string; HostPort: string }[]>,
      ).flat(),
    );
    expect(new Set(bindings.map(({ HostIp }) => HostIp))).toEqual(new Set(['127.0.0.1']));
    const ports = bindings.map(({ HostPort }) => Number(HostPort));
    expect(ports).toEqual(expect.arrayContaining(PORTS));
    // And four automatic ones, for nodes that join later.
    const spare = ports.filter((port) => !PORTS.includes(port));
    expect(spare).toHaveLength(4);
    for (const port of spare) expect(port).toBeGreaterThanOrEqual(15_000);
  });
});

describe('a group, taken down', () => {
  const SMALL = 'master: {port: auto}\nreplicas: 1\nsentinels: [{port: auto}, {port: auto}, {port: auto}]\n';

  let group: TestGroup;
  let before: GroupReport;

  /** Up, with something in it. */
  async function fill(): Promise<void> {
    await group.up();
    before = (await group.status()).report;
    await ask(first(before.redis).address, 'SET', 'kept', 'in the directory');
  }

  beforeAll(async () => {
    group = await testGroup('gone', SMALL);
    await fill();
    await group.down();
  });

  it('leaves nothing on the engine, and its directories where they were', async () => {
    expect(await group.left()).toEqual([]);
    expect((await readdir(group.nodes)).sort()).toEqual([
      '.gitignore',
      'redis-1',
      'redis-2',
      'sentinel-1',
      'sentinel-2',
      'sentinel-3',
    ]);
    expect(await exists(join(group.nodes, 'redis-1', 'data', 'dump.rdb'))).toBe(true);
    expect(await group.status()).toMatchObject({ code: 3, report: { health: 'absent' } });
  });

  it('can be taken down again, with nothing to do', async () => {
    const before = await readdir(group.nodes, { recursive: true });
    expect((await group.run(['down'])).code).toBe(0);
    expect(await readdir(group.nodes, { recursive: true })).toEqual(before);
  });

  it('has its data, its ports and its roles again when it is brought up again', async () => {
    await group.up();
    const { report: after } = await group.status();
    const places = (report: GroupReport) =>
      [...report.redis, ...report.sentinels].map(({ name, address }) => `${name} ${address.port}`);
    expect(places(after)).toEqual(places(before));
    expect(after.master).toEqual(before.master);
    for (const { address } of after.redis) expect(await ask(address, 'GET', 'kept')).toBe('in the directory');
    await group.down();
  });

  it('leaves no directory either with --volumes, and begins anew afterwards', async () => {
    await group.down('--volumes');
    expect(await group.left()).toEqual([]);
    expect(await exists(group.nodes)).toBe(false);
    expect(await readdir(group.directory)).toEqual(['topology.yaml']);
    await group.up();
    const { report } = await group.status();
    for (const { address } of report.redis) expect(await ask(address, 'GET', 'kept')).toBeNull();
    await fill();
    await group.down();
  });
});
