/** Ways to tell what is wanted: standard input, the environment, a plan only, files without Docker. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask, info } from '../support/clients.js';
import { testImage } from '../support/environment.js';
import { exists } from '../support/failures.js';
import { docker, rsentinel, type TestGroup, testGroup } from '../support/group.js';
import { SMALL, TINY } from '../support/topologies.js';
import { until } from '../support/until.js';

it('up -f - reads the topology from standard input, and down needs only the name', async () => {
  await using group = await testGroup('input-stdin', '');
  const stdin = `name: ${group.name}\nimage: ${testImage()}\n${TINY}`;
  const up = await rsentinel(['up', '-f', '-'], { cwd: group.directory, stdin });
  expect(up.code, up.stderr).toBe(0);
  expect(up.stdout).toContain(`${group.name}: 1 Redis node, 1 sentinel, proved ready`);
  expect(await exists(group.nodes)).toBe(true);
  const status = await rsentinel(['status', '-n', group.name], { cwd: group.directory });
  expect(status.stdout).toContain(`${group.name} is healthy`);
  const down = await rsentinel(['down', '-n', group.name, '--volumes'], { cwd: group.directory });
  expect(down.code, down.stderr).toBe(0);
  expect(await group.left()).toEqual([]);
  expect(await exists(join(group.directory, '.rsentinel'))).toBe(false);
});

it('RSENTINEL_FILE and RSENTINEL_NAME say which group is meant; what is typed wins', async () => {
  await using group = await testGroup('input-env', TINY);
  const env = { RSENTINEL_FILE: group.file, RSENTINEL_NAME: group.name };
  const up = await rsentinel(['up'], { env });
  expect(up.code, up.stderr).toBe(0);
  expect((await rsentinel(['status'], { env })).stdout).toContain(`${group.name} is healthy`);
  const other = await rsentinel(['status', '-n', `${group.name}-other`], { env });
  expect(other.code).toBe(3);
  expect(other.stdout).toContain(`${group.name}-other is absent`);
  await rsentinel(['down'], { env });
  expect(await group.left()).toEqual([]);
});

it('up --dry-run prints each step with its reason, and does none', async () => {
  await using group = await testGroup('input-dry', SMALL);
  const plan = await group.run(['up', '--dry-run']);
  expect(plan.code, plan.stderr).toBe(0);
  expect(plan.stdout).toMatch(new RegExp(`^${group.name}: \\d+ steps, none of them done$`, 'm'));
  expect(plan.stdout).toMatch(/^ {2}start sentinel-3 +it does not run$/m);
  expect(await group.left()).toEqual([]);
  expect(await exists(join(group.directory, '.rsentinel'))).toBe(false);

  await group.up();
  await group.container('redis-2').kill();
  const repair = await group.run(['up', '--dry-run', '--format', 'json']);
  const { steps } = JSON.parse(repair.stdout);
  expect(steps.map((step: { id: string }) => step.id)).toContain('start redis-2');
  expect((await group.container('redis-2').inspect()).State.Running).toBe(false);
  await group.up();
  expect((await group.run(['up', '--dry-run'])).stdout).toContain('nothing to do');
});

describe('render -o', () => {
  const PORTS = {
    'redis-1': 18741,
    'redis-2': 18742,
    'sentinel-1': 18743,
    'sentinel-2': 18744,
    'sentinel-3': 18745,
  };
  const TOPOLOGY = `
master: {port: 18741}
replicas: [{port: 18742}]
sentinels: [{port: 18743}, {port: 18744}, {port: 18745}]
redis: {config: {maxmemory: 64mb, save: [3600 1, 300 100]}}
`;

  /** `docker run` of one rendered file, as somebody would type it. */
  async function startByHand(group: TestGroup, directory: string, node: string): Promise<void> {
    const kind = node.startsWith('redis') ? 'redis' : 'sentinel';
    const container = await docker.createContainer({
      name: `${group.name}-${node}`,
      // Only so that it is removed with the group of the test.
      Labels: { 'io.rsentinel.group': group.name },
      Image: testImage(),
      Entrypoint: ['redis-server'],
      Cmd: [`/conf/${kind}.conf`, ...(kind === 'sentinel' ? ['--sentinel'] : [])],
      User: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
      HostConfig: {
        NetworkMode: 'host',
        Binds: [`${join(directory, node, 'conf')}:/conf`, `${join(directory, node, 'data')}:/data`],
      },
    });
    await container.start();
  }

  it('writes files, without an engine, that give a working group when they are started by hand', async () => {
    await using group = await testGroup('input-render', TOPOLOGY);
    const out = join(group.directory, 'out');
    const env = { DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    const ran = await group.run(['render', '-o', out], { env });
    expect(ran.code, ran.stderr).toBe(0);
    expect((await readdir(out)).sort()).toEqual(Object.keys(PORTS));
    expect(await readFile(join(out, 'redis-2', 'conf', 'redis.conf'), 'utf8')).toContain(
      'replicaof 127.0.0.1 18741',
    );

    for (const [node, port] of Object.entries(PORTS)) {
      await startByHand(group, out, node);
      await until(`${node} answers`, async () => (await ask({ host: '127.0.0.1', port }, 'PING')) === 'PONG');
    }

    for (const port of [18743, 18744, 18745]) {
      await until(`the sentinel on ${port} sees the group`, async () => {
        const seen = await info({ host: '127.0.0.1', port }, 'sentinel');
        return seen.get('master0') === 'name=mymaster,status=ok,address=127.0.0.1:18741,slaves=1,sentinels=3';
      });
    }
    await until('the replica is online', async () => {
      const replication = await info({ host: '127.0.0.1', port: 18741 }, 'replication');
      return replication.get('slave0')?.includes('state=online');
    });
    expect(await ask({ host: '127.0.0.1', port: 18741 }, 'CONFIG', 'GET', 'maxmemory')).toEqual([
      'maxmemory',
      String(64 * 1024 * 1024),
    ]);
  });
});
