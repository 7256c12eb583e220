/** The errors that newcomers meet: what went wrong, what to do, and nothing is left of the attempt. */
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { beforeAll, describe, expect, it } from 'vitest';
import { groupName, testImage } from '../support/environment.js';
import { exists, expectFailure, WITHOUT_PRIVILEGES } from '../support/failures.js';
import { docker, type TestGroup, testGroup } from '../support/group.js';
import { SMALL, TINY } from '../support/topologies.js';

/** A group of somebody else, which runs while the others fail. */
let neighbour: TestGroup;
let neighbourPort: number;

beforeAll(async () => {
  neighbour = await testGroup('errors-neighbour', SMALL);
  await neighbour.up();
  const { report } = await neighbour.status();
  neighbourPort = report.master?.address.port ?? 0;
});

/** The attempt has made nothing, or has taken it back. */
async function expectNothingOf(group: TestGroup): Promise<void> {
  expect(await group.left()).toEqual([]);
  expect(await exists(join(group.directory, '.rsentinel'))).toBe(false);
}

async function listen(server: Server, path: string | { host: string; port: number }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (typeof path === 'string') server.listen(path, resolve);
    else server.listen(path, resolve);
  });
}

/** A port of 127.0.0.1 that a program of this machine has, until it leaves the scope. */
async function programOnPort(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer();
  await listen(server, { host: '127.0.0.1', port: 0 });
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

/** A container of nobody's group, removed when it leaves the scope. */
async function foreignContainer(options: Docker.ContainerCreateOptions) {
  const container = await docker.createContainer({ Image: testImage(), ...options });
  return Object.assign(container, {
    [Symbol.asyncDispose]: async () => void (await container.remove({ force: true, v: true })),
  });
}

describe('when there is no engine', () => {
  it.each(['up', 'status', 'down'])('%s says so, and where it looked', async (command) => {
    await using group = await testGroup('errors-engine', TINY);
    const socket = join(group.directory, 'nobody.sock');
    const ran = await group.run([command], { env: { DOCKER_HOST: `unix://${socket}` } });
    expectFailure(ran, {
      code: 1,
      says: `no Docker engine answers at unix://${socket} (DOCKER_HOST)`,
      hint: 'Start Docker',
    });
    await expectNothingOf(group);
  });

  it('says which host and port did not answer', async () => {
    await using group = await testGroup('errors-engine-tcp', TINY);
    let port: number;
    {
      await using program = await programOnPort();
      port = program.port;
    }
    const ran = await group.run(['up'], { env: { DOCKER_HOST: `tcp://127.0.0.1:${port}` } });
    expectFailure(ran, {
      code: 1,
      says: `no Docker engine answers at tcp://127.0.0.1:${port} (DOCKER_HOST)`,
      hint: 'DOCKER_HOST',
    });
    await expectNothingOf(group);
  });

  it('says that something else answers there', async () => {
    await using group = await testGroup('errors-engine-other', TINY);
    const server = createServer((socket) =>
      socket.end('HTTP/1.1 418 No\r\nconnection: close\r\n\r\nI am a teapot'),
    );
    await listen(server, { host: '127.0.0.1', port: 0 });
    const { port } = server.address() as AddressInfo;
    const ran = await group.run(['up'], { env: { DOCKER_HOST: `tcp://127.0.0.1:${port}` } });
    server.close();
    expectFailure(ran, { code: 1, says: 'I am a teapot', hint: '-v' });
    await expectNothingOf(group);
  });

  it('says that the user may not use the socket', async () => {
    await using group = await testGroup('errors-permission', TINY);
    const socket = join(group.directory, 'closed.sock');
    const server = createServer();
    await listen(server, socket);
    await chmod(socket, 0);
    const ran = await group.run(['up'], {
      env: { DOCKER_HOST: `unix://${socket}` },
      through: WITHOUT_PRIVILEGES,
    });
    server.close();
    expectFailure(ran, {
      code: 1,
      says: `no permission to use the Docker engine at unix://${socket}`,
      hint: 'Add yourself to the group `docker`',
    });
    await expectNothingOf(group);
  });
});

describe('when a port is taken', () => {
  const withMasterOn = (port: number): string =>
    SMALL.replace('master: {port: auto}', `master: {port: ${port}}`);

  it('names the group that has it, and how to remove that', async () => {
    await using group = await testGroup('errors-port-group', withMasterOn(neighbourPort));
    const ran = await group.run(['up']);
    expectFailure(ran, {
      code: 1,
      says: `port ${neighbourPort}, which ${group.name}-anchor needs, is taken by the container ${neighbour.name}-anchor of the group ${neighbour.name}`,
      hint: `rsentinel down -n ${neighbour.name}`,
    });
    await expectNothingOf(group);
    expect((await neighbour.status()).code).toBe(0);
  });

  it('names the container that has it', async () => {
    const name = groupName('errors-somebody');
    const port = '18731';
    await using container = await foreignContainer({
      name,
      Entrypoint: ['redis-server'],
      ExposedPorts: { '6379/tcp': {} },
      HostConfig: { PortBindings: { '6379/tcp': [{ HostIp: '127.0.0.1', HostPort: port }] } },
    });
    await container.start();
    await using group = await testGroup('errors-port-container', withMasterOn(Number(port)));
    const ran = await group.run(['up']);
    expectFailure(ran, {
      code: 1,
      says: `is taken by the container ${name}`,
      hint: 'Choose another port in the topology file',
    });
    await expectNothingOf(group);
    expect((await container.inspect()).State.Running).toBe(true);
  });

  it.each(['loopback', 'bridge'])('says that a program has it, in mode %s', async (mode) => {
    await using program = await programOnPort();
    const topology = `${withMasterOn(program.port)}network: {mode: ${mode}}\n`;
    await using group = await testGroup(`errors-port-program-${mode}`, topology);
    const ran = await group.run(['up']);
    expectFailure(ran, {
      code: 1,
      says: `port ${program.port}, which ${group.name}-${mode === 'loopback' ? 'anchor' : 'redis-1'} needs, is taken by a program outside of Docker`,
      hint: 'Choose another port',
    });
    await expectNothingOf(group);
  });
});

describe('when the image is of no use', () => {
  it('says that it cannot be pulled, and why', async () => {
    await using group = await testGroup('errors-no-image', `${TINY}image: rsentinel-test.invalid/nope:1\n`);
    const ran = await group.run(['up']);
    expectFailure(ran, {
      code: 1,
      says: 'the image rsentinel-test.invalid/nope:1 is not on the engine and cannot be pulled',
      hint: 'Check the name',
    });
    expect(ran.stderr).toContain('rsentinel-test.invalid');
    await expectNothingOf(group);
  });

  it('says that there is no server in it', async () => {
    const image = `${groupName('errors')}:empty`;
    const emptyTar = Readable.from([Buffer.alloc(1024)]);
    const stream = await docker.importImage(emptyTar as never, {
      repo: groupName('errors'),
      tag: 'empty',
    });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
    });
    try {
      await using group = await testGroup('errors-empty-image', `${TINY}image: ${image}\n`);
      const ran = await group.run(['up']);
      expectFailure(ran, {
        code: 1,
        says: `the image ${image} has neither redis-server nor valkey-server on its PATH`,
        hint: 'Use an image of Redis',
      });
      await expectNothingOf(group);
    } finally {
      await docker.getImage(image).remove({ force: true });
    }
  });
});

describe('when a name is in use by something that is not ours', () => {
  it.each(['redis-1', 'anchor'])('says that there is such a container: %s', async (node) => {
    await using group = await testGroup(`errors-container-${node}`, SMALL);
    const name = `${group.name}-${node}`;
    await using container = await foreignContainer({ name });
    const ran = await group.run(['up']);
    expectFailure(ran, {
      code: 1,
      says: `there is a container ${name} (image ${testImage()}, created) that does not belong to this group`,
      hint: 'Give the group another name',
    });
    await expectNothingOf(group);
    expect((await container.inspect()).Name).toBe(`/${name}`);
  });

  it('says that there is such a network', async () => {
    await using group = await testGroup('errors-network', SMALL);
    const network = await docker.createNetwork({ Name: group.name });
    try {
      const ran = await group.run(['up']);
      expectFailure(ran, {
        code: 1,
        says: `there is a network ${group.name} that does not belong to this group`,
        hint: 'Give the group another name',
      });
      await expectNothingOf(group);
      expect((await network.inspect()).Name).toBe(group.name);
    } finally {
      await network.remove();
    }
  });
});

describe('when a node refuses its configuration', () => {
  it.each([
    ['redis-1', 'redis', 'redis: {config: {no-such-directive: 1}}', /no-such-directive/],
    ['sentinel-1', 'sentinel', 'sentinel: {quorum: 1, config: {maxclients: many}}', /maxclients/],
  ])('shows what %s logged', async (node, kind, wrong, logged) => {
    const topology = `${TINY.replace(/^sentinel:.*\n/m, kind === 'sentinel' ? '' : '$&')}${wrong}\n`;
    await using group = await testGroup(`errors-directive-${kind}`, topology);
    const ran = await group.run(['up']);
    expectFailure(ran, {
      code: 1,
      says: `${node} does not run: its container is exited with exit code 1`,
      hint: 'A directive in the topology file may be wrong',
    });
    const [, log] = ran.stderr.split(`last lines of the log of ${node}:`);
    expect(log).toMatch(logged);
    await expectNothingOf(group);
  });
});

describe('when the directory is of no use', () => {
  it('says that there is a file in its place', async () => {
    await using group = await testGroup('errors-file-as-directory', `${TINY}directory: ./data\n`);
    await writeFile(join(group.directory, 'data'), 'a file\n');
    const ran = await group.run(['up']);
    expectFailure(ran, {
      code: 1,
      says: join(group.directory, 'data'),
      hint: 'Set `directory` in the topology file',
    });
    await expectNothingOf(group);
    expect(await readFile(join(group.directory, 'data'), 'utf8')).toBe('a file\n');
  });

  it('says that it cannot be written', async () => {
    await using group = await testGroup('errors-read-only', `${TINY}directory: ./data\n`);
    await mkdir(join(group.directory, 'data'), { mode: 0o555 });
    const ran = await group.run(['up'], { through: WITHOUT_PRIVILEGES });
    expectFailure(ran, { code: 1, says: 'cannot be written', hint: 'a place that you may write to' });
    expect(ran.stderr).toContain('EACCES');
    await expectNothingOf(group);
  });

  it('leaves the configuration that somebody else has there as it is', async () => {
    await using group = await testGroup('errors-foreign-conf', TINY);
    const file = join(group.nodes, 'redis-1', 'conf', 'redis.conf');
    await mkdir(join(group.nodes, 'redis-1', 'conf'), { recursive: true });
    await writeFile(file, 'port 6379\n');
    const ran = await group.run(['up']);
    expectFailure(ran, {
      code: 1,
      says: `the configuration of redis-1 in ${group.nodes} was not made by rsentinel`,
      hint: 'Set `directory` in the topology file to another place',
    });
    expect(await group.left()).toEqual([]);
    expect(await readFile(file, 'utf8')).toBe('port 6379\n');
    expect(await exists(join(group.nodes, 'sentinel-1'))).toBe(false);
  });

  it('says whose configuration it is when it belongs to another group', async () => {
    await using group = await testGroup('errors-neighbours-conf', `${SMALL}directory: ${neighbour.nodes}\n`);
    const ran = await group.run(['up']);
    expectFailure(ran, {
      code: 1,
      says: `belongs to redis-1 of the group ${neighbour.name}`,
      hint: 'Set `directory`',
    });
    await expectNothingOf(group);
    expect((await neighbour.status()).code).toBe(0);
  });
});

describe('when a template is of no use', () => {
  it.each([
    ['port {{port}}\nmaxmemory {{memory}}\n', 'redis.conf:2:11: unknown placeholder {{memory}}'],
    ['port {{port}}\n', '{{replicaof}} is missing'],
  ])('says what is wrong with it, and where', async (text, detail) => {
    await using group = await testGroup('errors-template', `${TINY}templates: {redis: ./own.conf}\n`);
    await writeFile(join(group.directory, 'own.conf'), text);
    const ran = await group.run(['up']);
    expectFailure(ran, {
      code: 2,
      says: 'the template redis.conf cannot be filled in',
      hint: 'Start from the template that comes with rsentinel',
    });
    expect(ran.stderr).toContain(detail);
    await expectNothingOf(group);
  });
});

it('a file that cannot be used makes nothing', async () => {
  await using group = await testGroup('errors-missing-file', TINY);
  await rm(group.file);
  const ran = await group.run(['up']);
  expectFailure(ran, { code: 2, says: group.file, hint: '' });
  await expectNothingOf(group);
});
