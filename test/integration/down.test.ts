/** What `down` removes and what it leaves alone, in whatever state it finds a group. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { testImage } from '../support/environment.js';
import { exists, expectFailure } from '../support/failures.js';
import { docker, rsentinel, type TestGroup, testGroup } from '../support/group.js';
import { SMALL, TINY } from '../support/topologies.js';

/** A container of nobody's group, removed when it leaves the scope. */
async function foreignContainer(options: Docker.ContainerCreateOptions) {
  const container = await docker.createContainer({
    Image: testImage(),
    Entrypoint: ['redis-server'],
    ...options,
  });
  return Object.assign(container, {
    [Symbol.asyncDispose]: async () => void (await container.remove({ force: true, v: true })),
  });
}

async function removeFromEngine(group: TestGroup, ...nodes: readonly string[]): Promise<void> {
  await Promise.all(nodes.map((node) => group.container(node).remove({ force: true, v: true })));
}

const ALL = ['redis-1', 'redis-2', 'sentinel-1', 'sentinel-2', 'sentinel-3', 'anchor'];

describe('down finds the group', () => {
  it('by its name, from anywhere, without its file; and keeps its directory', async () => {
    await using group = await testGroup('down-name', SMALL);
    await group.up();
    await rm(group.file);

    const ran = await rsentinel(['down', '-n', group.name]);

    expect(ran.code, ran.stderr).toBe(0);
    for (const node of ALL) expect(ran.stdout).toContain(`removed container ${group.name}-${node}`);
    expect(ran.stdout).toContain(`removed network ${group.name}`);
    expect(ran.stdout).toContain(`${group.name} is gone`);
    expect(ran.stdout).toContain(`Configuration and data are kept in ${group.nodes}`);
    expect(await group.left()).toEqual([]);
    expect((await readdir(group.nodes)).sort()).toEqual(['.gitignore', ...ALL.slice(0, -1)]);
    expect(await exists(join(group.nodes, 'sentinel-2', 'conf', 'sentinel.conf'))).toBe(true);
  });

  it('by its file, though that is broken by now', async () => {
    await using group = await testGroup('down-broken', `name: will-be-replaced\n${TINY}`);
    await group.write(`name: ${group.name}\n${TINY}`);
    expect((await rsentinel(['up', '-f', group.file])).code).toBe(0);
    await writeFile(group.file, 'name: [\n');

    const ran = await rsentinel(['down', '-f', group.file, '--volumes']);

    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toContain(`warning: ${group.file}`);
    expect(ran.stderr).toContain(`going by ${group.name}`);
    expect(await group.left()).toEqual([]);
    expect(await exists(group.nodes)).toBe(false);
  });

  it('when it is not there, which is no failure', async () => {
    await using group = await testGroup('down-nothing', TINY);
    const first = await group.down();
    expect(first.stdout).toBe(`${group.name}: there was nothing to remove\n`);
    expect((await group.down('--volumes')).stdout).toBe(first.stdout);
  });
});

describe('down removes a group that is half there', () => {
  it('some of its containers', async () => {
    await using group = await testGroup('down-some', SMALL);
    await group.up();
    await removeFromEngine(group, 'anchor', 'redis-1', 'sentinel-2');
    const ran = await group.down();
    expect(ran.stdout).not.toContain(`${group.name}-redis-1`);
    expect(ran.stdout).toContain(`removed container ${group.name}-redis-2`);
    expect(await group.left()).toEqual([]);
  });

  it('stopped and paused containers', async () => {
    await using group = await testGroup('down-stopped', SMALL);
    await group.up();
    await group.container('redis-1').pause();
    await group.container('sentinel-1').pause();
    await group.container('redis-2').kill();
    await group.down('--volumes');
    expect(await group.left()).toEqual([]);
    expect(await exists(group.nodes)).toBe(false);
  });

  it('only its network', async () => {
    await using group = await testGroup('down-network', SMALL);
    await group.up();
    await removeFromEngine(group, ...ALL);
    expect(await group.left()).toEqual([`network ${group.name}`]);
    expect((await group.down()).stdout).toContain(`removed network ${group.name}`);
    expect(await group.left()).toEqual([]);
  });

  it('node directories that an up left when it was killed', async () => {
    await using group = await testGroup('down-half-made', TINY);
    const conf = join(group.nodes, 'redis-1', 'conf');
    await mkdir(conf, { recursive: true });
    await writeFile(join(conf, 'redis.conf.rsentinel-4711'), '# rsentinel: gro');
    await mkdir(join(group.nodes, 'sentinel-1', 'conf'), { recursive: true });
    await mkdir(join(group.nodes, 'sentinel-1', 'data'));
    const ran = await group.down('--volumes');
    expect(ran.stdout).toContain(`removed directory ${join(group.nodes, 'redis-1')}`);
    expect(await exists(join(group.directory, '.rsentinel'))).toBe(false);
  });
});

describe('down leaves alone', () => {
  it('containers that have a similar name, or the label of another group', async () => {
    await using group = await testGroup('down-similar', TINY);
    await group.up();
    await using nameless = await foreignContainer({ name: `${group.name}-redis-2` });
    await using other = await foreignContainer({
      name: `${group.name}-two-redis-1`,
      Labels: { 'io.rsentinel.group': `${group.name}-two` },
    });
    const ran = await group.down('--volumes');
    expect(ran.stdout).not.toContain('-two');
    expect(await group.left()).toEqual([]);
    for (const container of [nameless, other]) {
      expect((await container.inspect()).State.Status).toBe('created');
    }
  });

  it('files in the directory that are not of its nodes', async () => {
    await using group = await testGroup('down-strangers', `${TINY}directory: ./data\n`);
    await group.up();
    const data = join(group.directory, 'data');
    await writeFile(join(data, 'notes.txt'), 'mine\n');
    await mkdir(join(data, 'theirs', 'conf'), { recursive: true });
    await writeFile(join(data, 'theirs', 'conf', 'redis.conf'), 'port 6379\n');

    const ran = await group.down('--volumes');

    expect(ran.stdout).toContain(`removed directory ${join(data, 'redis-1')}`);
    expect((await readdir(data)).sort()).toEqual(['notes.txt', 'theirs']);
    expect(await readFile(join(data, 'theirs', 'conf', 'redis.conf'), 'utf8')).toBe('port 6379\n');
  });

  it('a container in its network, says which network, and is done once that is gone', async () => {
    await using group = await testGroup('down-guest', TINY);
    await group.up();
    {
      await using guest = await foreignContainer({
        name: `${group.name}-guest`,
        HostConfig: { NetworkMode: group.name },
      });
      await guest.start();
      const ran = await group.run(['down', '--volumes']);
      expectFailure(ran, {
        code: 1,
        says: `the network ${group.name} is in use by containers outside of the group`,
        hint: `docker network disconnect ${group.name}`,
      });
      expect(ran.stderr).toContain(`${group.name}-guest`);
      expect((await guest.inspect()).State.Running).toBe(true);
      expect(await group.left()).toEqual([`network ${group.name}`]);
    }
    await group.down('--volumes');
    expect(await group.left()).toEqual([]);
    expect(await exists(group.nodes)).toBe(false);
  });
});
