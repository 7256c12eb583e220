/** What users and other tools do to a group: `status` names it, `up` heals it, and nothing acknowledged is lost. */

import { readdir, readFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask } from '../support/clients.js';
import { docker, type TestGroup, testGroup } from '../support/group.js';
import { QUICK } from '../support/topologies.js';
import { until } from '../support/until.js';
import { healthy, masterOf } from '../support/while-writing.js';

/** Writes a number that is to be there afterwards. */
async function write(group: TestGroup): Promise<void> {
  const { address } = masterOf(await healthy(group));
  expect(await ask(address, 'SET', 'kept', '1')).toBe('OK');
}

async function expectHealed(group: TestGroup): Promise<void> {
  const { address } = masterOf(await healthy(group));
  expect(await ask(address, 'GET', 'kept')).toBe('1');
}

describe('a group in loopback mode', () => {
  it.each([
    ['is restarted', 'node-detached', (group: TestGroup) => group.container('anchor').restart({ t: 1 })],
    ['is removed', 'anchor-missing', (group: TestGroup) => group.container('anchor').remove({ force: true })],
    [
      'loses its network',
      'network-missing',
      async (group: TestGroup) => {
        const network = docker.getNetwork(group.name);
        await network.disconnect({ Container: `${group.name}-anchor`, Force: true });
        await network.remove();
      },
    ],
  ] as const)('is healed with its data when its anchor %s', async (what, code, harm) => {
    await using group = await testGroup(`anchor-${code}`, QUICK);
    await group.up();
    await write(group);

    await harm(group);

    const { report } = await group.status();
    expect(
      report.faults.map((fault) => fault.code),
      what,
    ).toContain(code);
    await group.up();
    await expectHealed(group);
  });

  it('takes another spare port when somebody has one of those that its anchor published', async () => {
    await using group = await testGroup('spare-port', QUICK);
    await group.up();
    await write(group);
    const report = await healthy(group);
    const used = [...report.redis, ...report.sentinels].map(({ address }) => address.port);
    const { HostConfig } = await group.container('anchor').inspect();
    const published = Object.keys(HostConfig.PortBindings ?? {}).map((port) => Number.parseInt(port, 10));
    const spare = published.find((port) => !used.includes(port));
    if (spare === undefined) throw new Error('the anchor publishes no spare port');
    await group.down();
    await group.up();
    for (const { Id } of await group.containers()) await docker.getContainer(Id).stop();
    await using _holder = await holding(spare);

    await group.up();

    await expectHealed(group);
  });
});

it('switches a master that leaves a group with TLS, and starts no other node anew', async () => {
  const withReplicas = (count: number) =>
    `${QUICK.replace('replicas: 2', `replicas: ${count}`)}tls: generate\n`;
  await using group = await testGroup('tls-leaves', withReplicas(2));
  await group.up();
  expect((await group.run(['failover', '--to', 'redis-3'])).code).toBe(0);
  await group.write(withReplicas(1));

  const ran = await group.up('-v');

  expect(ran.stderr).toMatch(/switch redis-3/);
  expect(ran.stderr).not.toMatch(/stop redis-1/);
  expect((await healthy(group)).redis.map(({ name }) => name)).toEqual(['redis-1', 'redis-2']);
});

it('keeps a master that somebody has told the sentinels to watch, whatever is rendered', async () => {
  await using group = await testGroup('second-master', QUICK);
  await group.up();
  const { sentinels, redis } = await healthy(group);
  const [other] = redis;
  if (other === undefined) throw new Error('there is no node');
  for (const { address } of sentinels) {
    await ask(address, 'SENTINEL', 'MONITOR', 'beta', other.address.host, '1', '2');
    await ask(address, 'SENTINEL', 'SET', 'beta', 'auth-pass', 'hush-hush');
  }
  await group.down();

  const ran = await group.up();

  const conf = await readFile(join(group.nodes, 'sentinel-1', 'conf', 'sentinel.conf'), 'utf8');
  expect(conf).toMatch(/sentinel monitor "?beta"? /);
  expect(conf).toMatch(/sentinel auth-pass "?beta"? "?hush-hush/);
  expect(ran.stderr).not.toContain('hush-hush');
  const reset = await group.run(['reset']);
  expect(reset.stderr).toContain('also watch beta');
  expect((await group.run(['reset', '--all-masters'])).code).toBe(0);
  await expect(
    ask((await healthy(group)).sentinels[0]?.address ?? other.address, 'SENTINEL', 'MASTER', 'beta'),
  ).rejects.toThrow('No such master');
});

it('closes the connections of clients to a master that it demotes', async () => {
  await using group = await testGroup('closed-connection', QUICK);
  await group.up();
  const { address } = masterOf(await healthy(group));
  const socket = connect(address.port, address.host);
  let isClosed = false;
  socket
    .on('error', () => {})
    .on('close', () => {
      isClosed = true;
    });
  await new Promise((resolve) => socket.once('connect', resolve));

  expect((await group.run(['failover'])).code).toBe(0);

  await until('the connection is closed', () => isClosed);
});

it('is kept out of git and npm from its first moment', async () => {
  await using group = await testGroup('ignored', `${QUICK}auth: generate\n`);
  await group.up();
  expect(await readFile(join(group.nodes, '.gitignore'), 'utf8')).toMatch(/^\*$/m);
  await group.down('--volumes');
  expect(await readdir(group.directory)).toEqual(['topology.yaml']);
});

/** Listens on a port of this machine until it leaves the scope. */
async function holding(port: number): Promise<AsyncDisposable> {
  const server: Server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
