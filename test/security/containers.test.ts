/** What a container of a group may do, and whose the files are. */

import { spawnSync } from 'node:child_process';
import { chown, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { ownAddress } from '../support/addresses.js';
import { ask } from '../support/clients.js';
import { docker, type TestGroup, testGroup } from '../support/group.js';
import { TINY } from '../support/topologies.js';
import { until } from '../support/until.js';

const topology = (network: string): string => `
master: {port: auto}
replicas: 1
sentinels: [{port: auto}, {port: auto}, {port: auto}]
network: ${network}
`;

const SOCKET = '/var/run/docker.sock';
const isRoot = process.getuid?.() === 0;

/** Everything below a directory, with its owner. */
async function owners(directory: string): Promise<ReadonlyMap<string, number>> {
  const paths = await readdir(directory, { recursive: true });
  return new Map(
    await Promise.all(
      paths.map(async (path): Promise<[string, number]> => [path, (await stat(join(directory, path))).uid]),
    ),
  );
}

/** Of the processes in a container, as the engine's machine sees them. */
async function userIdsIn(container: string): Promise<readonly (string | undefined)[]> {
  const { Titles, Processes } = (await docker
    .getContainer(container)
    .top({ ps_args: '-o pid,uid,args' })) as {
    readonly Titles: readonly string[];
    readonly Processes: readonly (readonly string[])[];
  };
  const column = Titles.indexOf('UID');
  expect(column).toBeGreaterThanOrEqual(0);
  return Processes.map((process) => process[column]);
}

const MIB = 1024 ** 2;
/** Bytes, by what a container is for; Redis nodes as the topology says. */
const MEMORY: Readonly<Record<string, number>> = {
  anchor: 64 * MIB,
  redis: 128 * MIB,
  sentinel: 256 * MIB,
};

/** What holds for every container, whether it is ever started or not. */
function expectRestricted({ Name, Config, HostConfig }: Docker.ContainerInspectInfo): void {
  expect(Config.User, Name).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(HostConfig.CapDrop, Name).toEqual(['ALL']);
  expect(HostConfig.CapAdd ?? [], Name).toEqual([]);
  expect(HostConfig.Privileged, Name).toBe(false);
  expect(HostConfig.SecurityOpt, Name).toEqual(['no-new-privileges']);
  expect(HostConfig.PidsLimit, Name).toBe(128);
  expect(HostConfig.Memory, Name).toBeGreaterThanOrEqual(64 * MIB);
  expect(HostConfig.MemorySwap, Name).toBe(HostConfig.Memory);
  expect(HostConfig.LogConfig, Name).toEqual({
    Type: 'json-file',
    Config: { 'max-size': '10m', 'max-file': '2' },
  });
  expect(HostConfig.Devices ?? [], Name).toEqual([]);
  expect(HostConfig.Binds ?? [], Name).toEqual([]);
  expect(HostConfig.VolumesFrom ?? [], Name).toEqual([]);
  expect([HostConfig.PidMode, HostConfig.IpcMode, HostConfig.UsernsMode, HostConfig.UTSMode], Name).toEqual([
    '',
    'private',
    '',
    '',
  ]);
}

/** Every container that is made for a group while something is done, by what it is for. */
async function madeMeanwhile(
  group: TestGroup,
  action: () => Promise<unknown>,
): Promise<ReadonlyMap<string, Docker.ContainerInspectInfo>> {
  const label = [`io.rsentinel.group=${group.name}`];
  const filters = { type: ['container' as const], event: ['create'], label };
  const events = (await docker.getEvents({ filters })) as unknown as Readable;
  const made: Promise<readonly [string, Docker.ContainerInspectInfo]>[] = [];
  createInterface({ input: events }).on('line', (line) => {
    const { id }: { readonly id: string } = JSON.parse(line);
    const found = docker.getContainer(id).inspect();
    made.push(found.then((info) => [info.Config.Labels['io.rsentinel.role'] ?? 'files', info] as const));
  });
  try {
    await action();
    return new Map(await Promise.all(made));
  } finally {
    events.destroy();
  }
}

interface Kind {
  readonly mode: string;
  readonly storage: 'directory' | 'volume';
  readonly network: string;
}

const open = (mode: string): string => `{mode: ${mode}, address: ${ownAddress()}, insecure: true}`;
const KINDS: readonly Kind[] = [
  { mode: 'loopback', storage: 'directory', network: '{mode: loopback}' },
  { mode: 'loopback', storage: 'volume', network: '{mode: loopback}' },
  { mode: 'bridge', storage: 'directory', network: '{mode: bridge}' },
  { mode: 'bridge', storage: 'volume', network: '{mode: bridge}' },
  { mode: 'published', storage: 'directory', network: open('published') },
  { mode: 'published', storage: 'volume', network: open('published') },
  { mode: 'host', storage: 'directory', network: '{mode: host}' },
  { mode: 'host', storage: 'volume', network: '{mode: host}' },
];

describe.each(KINDS)('every container of a group in $mode mode, its files in a $storage', (kind) => {
  const { mode, storage, network } = kind;

  it('has no root, no power, bounds for all it uses, and the files of its own node only', async () => {
    await using group = await testGroup(
      `power-${mode}-${storage}`,
      `${topology(network)}storage: ${storage}\nredis: {memory: 128mb}\n`,
    );
    const made = await madeMeanwhile(group, () => group.up());
    // Those that are there for a moment only, and are never started.
    for (const [role, info] of made) {
      if (role === 'lock' || role === 'files') expectRestricted(info);
    }
    expect([...made.keys()]).toEqual(
      expect.arrayContaining(storage === 'volume' ? ['lock', 'files'] : ['lock']),
    );

    const containers = await group.containers();
    expect(containers).toHaveLength(mode === 'loopback' ? 6 : 5);
    for (const info of containers) {
      expectRestricted(info);
      const { Id, Name, Config, HostConfig, Mounts } = info;
      const node = Name.slice(`/${group.name}-`.length);
      const role = node.replace(/-\d+$/, '');
      expect(HostConfig.ReadonlyRootfs, node).toBe(true);
      expect(HostConfig.Memory, node).toBe(MEMORY[role]);
      expect(HostConfig.NetworkMode === 'host', node).toBe(mode === 'host');
      // What its packets may not leave: the host, and the group's own network.
      expect(HostConfig.Sysctls?.['net.ipv4.ip_default_ttl'], node).toBe(
        role === 'anchor' || mode === 'bridge' ? '1' : undefined,
      );
      const mounted = Mounts.filter(({ Type }) => Type !== 'tmpfs').map(
        ({ Type, Name: volume, Source, Destination }) => [Type, volume ?? Source, Destination],
      );
      const place = (holds: string): string =>
        storage === 'volume' ? `${group.name}-${node}-${holds}` : join(group.nodes, node, holds);
      const type = storage === 'volume' ? 'volume' : 'bind';
      expect(mounted.sort(), node).toEqual(
        node === 'anchor'
          ? []
          : [
              [type, place('conf'), '/conf'],
              [type, place('data'), '/data'],
            ],
      );
      expect(Config.Labels).toMatchObject({
        'io.rsentinel.group': group.name,
        'io.rsentinel.node': node,
        'io.rsentinel.role': role,
      });
      expect(await userIdsIn(Id), node).not.toContain('0');
    }
  });
});

it('a node that wants more memory than it may have is told from one that was killed', async () => {
  const small = 'redis: {memory: 64mb, config: {save: [""]}}\n';
  await using group = await testGroup('out-of-memory', `${TINY}${small}`);
  await group.up();
  const { report } = await group.status();
  const [master] = report.redis;
  if (master === undefined) throw new Error('there is a master');
  await ask(master.address, 'SETRANGE', 'big', '120000000', 'x').catch(() => {});
  const after = await until('the kernel has ended it', async () => {
    const now = await group.status();
    return now.report.redis[0]?.container?.state === 'exited' && now;
  });
  expect(after.code).toBe(3);
  expect(after.report.redis[0]?.container?.exitCode).toBe(137);
  expect(after.report.faults).toContainEqual(
    expect.objectContaining({
      code: 'container-out-of-memory',
      node: 'redis-1',
      remedy: expect.stringContaining('redis.memory'),
    }),
  );
});

describe('the files of a group', () => {
  it.runIf(isRoot)(
    'belong to the user of the official images when root made them, and are not for everyone',
    async () => {
      await using group = await testGroup('owner-root', topology('{mode: loopback}'));
      await group.up();
      await group.down();
      const found = await owners(group.nodes);
      const isMounted = (path: string): boolean => /\/(?:conf|data)(?:$|\/)/.test(path);
      const mounted = [...found].filter(([path]) => isMounted(path));
      expect(mounted.map(([path]) => path)).toContain('sentinel-1/conf/sentinel.conf');
      expect(new Set(mounted.map(([, owner]) => owner))).toEqual(new Set([999]));
      // Where a node cannot write it has nothing: who has taken it over puts nothing in the place of what is mounted.
      expect(found.get('redis-1')).toBe(0);
      expect((await stat(join(group.nodes, 'redis-1/conf/redis.conf'))).mode & 0o077).toBe(0);
    },
  );

  // Needs root to become somebody else, and a socket that has a group.
  it.runIf(isRoot && process.env.DOCKER_HOST === undefined)(
    'can be deleted without root by whoever ran up',
    async () => {
      const somebody = { uid: 12_345, gid: (await stat(SOCKET)).gid };
      await using group = await testGroup('owner-user', topology('{mode: loopback}'));
      await chown(group.directory, somebody.uid, somebody.gid);
      const up = await group.run(['up'], somebody);
      expect(up.code, up.stderr).toBe(0);
      expect((await group.containers()).map(({ Config }) => Config.User)).toEqual(
        Array(6).fill(`${somebody.uid}:${somebody.gid}`),
      );
      expect((await group.run(['down'], somebody)).code).toBe(0);

      expect(new Set((await owners(group.nodes)).values())).toEqual(new Set([somebody.uid]));
      const removed = spawnSync('rm', ['-r', join(group.directory, '.rsentinel')], somebody);
      expect(removed.stderr.toString()).toBe('');
      expect(await readdir(group.directory)).toEqual(['topology.yaml']);
    },
  );
});
