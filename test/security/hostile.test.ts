/** What a node that was taken over, a topology of somebody else, or a neighbour on the engine may try. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import { extract, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask } from '../support/clients.js';
import { groupName, testImage } from '../support/environment.js';
import { expectFailure } from '../support/failures.js';
import { docker, rsentinel, testGroup } from '../support/group.js';

const TINY = `
master: {port: auto}
replicas: 0
sentinels: [{port: auto}]
sentinel: {quorum: 1}
`;
const ACTIVE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

let elsewhere: string;
beforeEach(async () => {
  elsewhere = await realpath(await mkdtemp(join(tmpdir(), 'rsentinel-elsewhere-')));
  await writeFile(join(elsewhere, 'secret'), 'of somebody else\n');
});
afterEach(() => rm(elsewhere, { recursive: true, force: true }));

const untouched = async (): Promise<void> => {
  expect(await readdir(elsewhere)).toEqual(['secret']);
  expect(await readFile(join(elsewhere, 'secret'), 'utf8')).toBe('of somebody else\n');
};

describe('directories of a group', () => {
  it('are closed to others, also after Redis has written its file anew', async () => {
    await using group = await testGroup('hostile-modes', TINY);
    await group.up();
    expect((await stat(join(group.nodes, 'redis-1/conf/redis.conf'))).mode & 0o777).toBe(0o600);
    const { address } = (await group.status()).report.redis[0] ?? { address: { host: '', port: 0 } };
    expect(await ask(address, 'CONFIG', 'REWRITE')).toBe('OK');
    for (const node of ['redis-1', 'sentinel-1']) {
      for (const place of ['conf', 'data']) {
        expect((await stat(join(group.nodes, node, place))).mode & 0o777).toBe(0o700);
      }
    }
  });

  it('in which a node has planted links lead nobody astray: not up, not down', async () => {
    await using group = await testGroup('hostile-links', TINY);
    await group.up();
    const conf = join(group.nodes, 'redis-1/conf/redis.conf');
    await group.container('redis-1').kill();
    await rm(conf);
    await symlink(join(elsewhere, 'secret'), conf);
    await symlink(elsewhere, join(group.nodes, 'redis-1/data/all'));
    const up = await group.run(['up']);
    expectFailure(up, { code: 1, says: `${conf} cannot be read: it is a symbolic link`, hint: 'remove it' });
    await untouched();
    await rm(conf);
    await symlink(elsewhere, join(group.nodes, 'sentinel-1/data/all'));
    await group.down('--volumes');
    await untouched();
  });

  it('with a pipe in the place of a file hold nobody up', async () => {
    await using group = await testGroup('hostile-pipe', TINY);
    await group.up();
    const conf = join(group.nodes, 'redis-1/conf/redis.conf');
    await group.container('redis-1').kill();
    await rm(conf);
    execFileSync('mkfifo', [conf]);
    expectFailure(await group.run(['up']), {
      code: 1,
      says: `${conf} cannot be read: it is no file`,
      hint: 'remove it',
    });
  });
});

describe('a topology', () => {
  it('cannot have a folder of the user’s mounted, by whatever name', async () => {
    await mkdir(join(elsewhere, 'redis-1', 'data'), { recursive: true });
    await writeFile(join(elsewhere, 'redis-1', 'data', 'letters.txt'), 'mine');
    await using group = await testGroup('hostile-directory', `${TINY}directory: ${elsewhere}\n`);
    const up = await group.run(['up']);
    expectFailure(up, {
      code: 1,
      says: 'is not a place of this group: it holds letters.txt',
      hint: '`directory`',
    });
    expect(await group.left()).toEqual([]);
    expect(await readdir(join(elsewhere, 'redis-1'))).toEqual(['data']);
    expect((await readdir(elsewhere)).sort()).toEqual(['redis-1', 'secret']);
  });

  it('cannot have one mounted by a link that came with it', async () => {
    await using group = await testGroup('hostile-checkout', TINY);
    await mkdir(join(group.nodes, 'redis-1'), { recursive: true });
    await symlink(elsewhere, join(group.nodes, 'redis-1', 'data'));
    const up = await group.run(['up']);
    expectFailure(up, { code: 1, says: 'redis-1/data is a symbolic link', hint: 'Remove it' });
    expect(await group.left()).toEqual([]);
    await untouched();
  });

  it('may name a place where a data set was put beforehand', async () => {
    await using group = await testGroup('hostile-seeded', TINY);
    await group.up();
    const addressOf = async () => (await group.status()).report.redis[0]?.address ?? { host: '', port: 0 };
    expect(await ask(await addressOf(), 'SET', 'k', 'seeded')).toBe('OK');
    await group.down();
    const dump = await readFile(join(group.nodes, 'redis-1/data/dump.rdb'));
    await rm(group.nodes, { recursive: true });
    await mkdir(join(group.nodes, 'redis-1/data'), { recursive: true });
    await writeFile(join(group.nodes, 'redis-1/data/dump.rdb'), dump);
    await group.up();
    expect(await ask(await addressOf(), 'GET', 'k')).toBe('seeded');
  });
});

describe('volumes', () => {
  it('are closed to others, and a link in the place of a file is no configuration', async () => {
    await using group = await testGroup('hostile-volume', `${TINY}storage: volume\n`);
    await group.up();
    const redis = group.container('redis-1');
    const modes = { ...(await modesIn(redis, '/conf')), ...(await modesIn(redis, '/data')) };
    expect(modes).toMatchObject({ 'conf/': 0o700, 'data/': 0o700, 'conf/redis.conf': 0o600 });
    const planted = pack();
    planted.entry({ name: 'redis.conf', type: 'symlink', linkname: '/etc/passwd' });
    planted.finalize();
    await redis.putArchive(planted, { path: '/conf' });
    await redis.kill();
    const up = await group.run(['up']);
    expectFailure(up, {
      code: 1,
      says: 'in the volumes of the group cannot be read: it is no file',
      hint: 'Remove it',
    });
  });
});

/** By name, what there is of a directory in a container. */
async function modesIn(container: Docker.Container, path: string): Promise<Readonly<Record<string, number>>> {
  const modes: Record<string, number> = {};
  const entries = extract();
  entries.on('entry', ({ name, mode = 0 }, content, next) => {
    modes[name] = mode & 0o777;
    content.on('end', next);
    content.resume();
  });
  await pipeline(await container.getArchive({ path }), entries);
  return modes;
}

describe('a neighbour on the engine', () => {
  /** A container as anybody may run it, of an image that brings such labels along. */
  async function neighbour(
    labels: Readonly<Record<string, string>>,
  ): Promise<AsyncDisposable & { readonly id: string }> {
    const container = await docker.createContainer({
      Image: testImage(),
      Entrypoint: ['sh', '-c', 'printf "\\033[2J\\033]0;x\\007::error::x\\n##vso[task.x]y\\n"'],
      Labels: { ...labels },
    });
    await container.start();
    return {
      id: container.id,
      [Symbol.asyncDispose]: async () => {
        await container.remove({ force: true, v: true }).catch(() => {});
      },
    };
  }

  it('that calls itself a group with an impossible name is none', async () => {
    const evil = `\u001b[2J${groupName('hostile-name')}; rm -rf ~`;
    await using _ = await neighbour({ 'io.rsentinel.group': evil, 'io.rsentinel.role': 'redis' });
    const listed = await rsentinel(['ls', '--format', 'json']);
    expect(listed.stdout).not.toContain('rm -rf');
    expect((await rsentinel(['ls'])).stdout).not.toMatch(ACTIVE);
  });

  it('that slips into a group is shown harmlessly, and reaches no directory', async () => {
    await using group = await testGroup('hostile-member', TINY);
    await group.up();
    await using _ = await neighbour({
      'io.rsentinel.group': group.name,
      'io.rsentinel.role': 'redis',
      'io.rsentinel.node': '../../../../elsewhere',
      'io.rsentinel.directory': elsewhere,
      'io.rsentinel.file': '\u001b]0;x\u0007',
      'io.rsentinel.address': '\u202e:99999',
      'io.rsentinel.master-name': '\u001b[2J',
    });
    for (const words of [['status'], ['doctor'], ['logs', '--tail', '5'], ['up', '--dry-run'], ['ls']]) {
      const named = words[0] === 'ls' ? words : [...words, '-n', group.name];
      const { stdout, stderr } = await rsentinel(named, { cwd: group.directory });
      expect(`${stdout}${stderr}`, words.join(' ')).not.toMatch(ACTIVE);
      expect(`${stdout}${stderr}`, words.join(' ')).not.toMatch(/^\s*::|##vso\[/m);
    }
    await rsentinel(['down', '-n', group.name, '--volumes'], { cwd: group.directory });
    await untouched();
  });
});
