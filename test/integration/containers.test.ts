/** What a container of a group may do, and whose the files are. */

import { spawnSync } from 'node:child_process';
import { chown, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { docker, testGroup } from '../support/group.js';

const topology = (mode: string): string => `
master: {port: auto}
replicas: 1
sentinels: [{port: auto}, {port: auto}, {port: auto}]
network: {mode: ${mode}}
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

describe.each(['loopback', 'bridge'])('every container of a group in %s mode', (mode) => {
  it('has no root, no capabilities, bounded logs, and the files of its own node only', async () => {
    await using group = await testGroup(`power-${mode}`, topology(mode));
    await group.up();
    const containers = await group.containers();
    expect(containers).toHaveLength(mode === 'loopback' ? 6 : 5);
    for (const { Id, Name, Config, HostConfig, Mounts } of containers) {
      const node = Name.slice(`/${group.name}-`.length);
      expect(Config.User, node).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      expect(HostConfig.CapDrop).toEqual(['ALL']);
      expect(HostConfig.CapAdd ?? []).toEqual([]);
      expect(HostConfig.Privileged).toBe(false);
      expect(HostConfig.SecurityOpt).toEqual(['no-new-privileges']);
      expect(HostConfig.ReadonlyRootfs).toBe(true);
      expect(HostConfig.PidsLimit).toBeGreaterThan(0);
      expect(HostConfig.LogConfig).toEqual({
        Type: 'json-file',
        Config: { 'max-size': '10m', 'max-file': '2' },
      });
      expect(HostConfig.PidMode).toBe('');
      const mounted = Mounts.filter(({ Type }) => Type !== 'tmpfs').map(({ Type, Source, Destination }) => [
        Type,
        Source,
        Destination,
      ]);
      expect(mounted.sort()).toEqual(
        node === 'anchor'
          ? []
          : [
              ['bind', join(group.nodes, node, 'conf'), '/conf'],
              ['bind', join(group.nodes, node, 'data'), '/data'],
            ],
      );
      expect(Config.Labels).toMatchObject({
        'io.rsentinel.group': group.name,
        'io.rsentinel.node': node,
        'io.rsentinel.role': node.replace(/-\d+$/, ''),
      });
      expect(await userIdsIn(Id), node).not.toContain('0');
    }
  });
});

describe('the files of a group', () => {
  it.runIf(isRoot)(
    'belong to the user of the official images when root made them, and are not for everyone',
    async () => {
      await using group = await testGroup('owner-root', topology('loopback'));
      await group.up();
      await group.down();
      const found = await owners(group.nodes);
      expect([...found.keys()]).toContain('sentinel-1/conf/sentinel.conf');
      expect(new Set(found.values())).toEqual(new Set([999]));
      expect((await stat(join(group.nodes, 'redis-1/conf/redis.conf'))).mode & 0o007).toBe(0);
    },
  );

  // Needs root to become somebody else, and a socket that has a group.
  it.runIf(isRoot && process.env.DOCKER_HOST === undefined)(
    'can be deleted without root by whoever ran up',
    async () => {
      const somebody = { uid: 12_345, gid: (await stat(SOCKET)).gid };
      await using group = await testGroup('owner-user', topology('loopback'));
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
