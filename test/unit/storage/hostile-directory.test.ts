/** What a node's processes, or whoever wrote the topology, may have put where rsentinel reads and writes. */
import { execFileSync } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHeader } from '../../../src/config/header.js';
import { DirectoryStorage } from '../../../src/storage/directory-storage.js';
import { removeDirectories } from '../../../src/storage/remove.js';

const OURS = '# rsentinel: group=demo node=redis-1 spec=a frame=b\nport 6379\n';
const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

let base: string;
let directory: string;
let elsewhere: string;
let storage: DirectoryStorage;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'rsentinel-test-')));
  directory = join(base, 'group');
  elsewhere = join(base, 'elsewhere');
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, 'secret'), 'of somebody else\n', { mode: 0o644 });
  storage = new DirectoryStorage(
    directory,
    async () => owner,
    () => ['my.db'],
  );
});
afterEach(() => rm(base, { recursive: true, force: true }));

const at = (...parts: readonly string[]): string => join(directory, ...parts);
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

async function refusal(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'DIRECTORY_UNUSABLE', hint: expect.stringMatching(/./) });
  return String(error);
}

describe('what is written is for nobody else', () => {
  it('directories of mode 0700 and files of mode 0600', async () => {
    await storage.writeConf('redis-1', 'redis', OURS);
    expect(await readFile(at('redis-1/conf/redis.conf'), 'utf8')).toBe(OURS);
    expect(await Promise.all(['conf', 'data'].map((one) => modeOf(at('redis-1', one))))).toEqual([
      0o700, 0o700,
    ]);
    expect(await modeOf(at('redis-1/conf/redis.conf'))).toBe(0o600);
    expect(await readdir(at('redis-1/conf'))).toEqual(['redis.conf']);
  });

  it('and so are directories that were made before', async () => {
    await storage.writeConf('redis-1', 'redis', OURS);
    await chmod(at('redis-1/conf'), 0o755);
    await chmod(at('redis-1/data'), 0o755);
    await storage.ensureMounts('redis-1');
    expect(await modeOf(at('redis-1/conf'))).toBe(0o700);
    expect(await modeOf(at('redis-1/data'))).toBe(0o700);
  });
});

describe('in the place of a configuration file', () => {
  beforeEach(async () => {
    await storage.writeConf('redis-1', 'redis', OURS);
    await rm(at('redis-1/conf/redis.conf'));
  });

  it('a link is neither read nor written through', async () => {
    await symlink(join(elsewhere, 'secret'), at('redis-1/conf/redis.conf'));
    expect(await refusal(storage.readConf('redis-1', 'redis'))).toMatch(
      /cannot be read: it is a symbolic link/,
    );
    await refusal(storage.writeConf('redis-1', 'redis', OURS));
    expect(await readFile(join(elsewhere, 'secret'), 'utf8')).toBe('of somebody else\n');
    expect(await modeOf(join(elsewhere, 'secret'))).toBe(0o644);
  });

  it('a link that leads nowhere makes no file there', async () => {
    await symlink(join(elsewhere, 'new'), at('redis-1/conf/redis.conf'));
    await refusal(storage.writeConf('redis-1', 'redis', OURS));
    expect(await readdir(elsewhere)).toEqual(['secret']);
  });

  it('a pipe, a directory and a device hold nobody up', async () => {
    execFileSync('mkfifo', [at('redis-1/conf/redis.conf')]);
    expect(await refusal(storage.readConf('redis-1', 'redis'))).toMatch(/it is no file/);
    await rm(at('redis-1/conf/redis.conf'));
    await mkdir(at('redis-1/conf/redis.conf'));
    expect(await refusal(storage.readConf('redis-1', 'redis'))).toMatch(/it is no file/);
    await rm(at('redis-1/conf/redis.conf'), { recursive: true });
    await symlink('/dev/zero', at('redis-1/conf/redis.conf'));
    expect(await refusal(storage.readConf('redis-1', 'redis'))).toMatch(/it is a symbolic link/);
  });

  it('a huge file is not read to its end', async () => {
    await writeFile(at('redis-1/conf/redis.conf'), OURS);
    await truncate(at('redis-1/conf/redis.conf'), 2 ** 40).catch(() =>
      truncate(at('redis-1/conf/redis.conf'), 2 ** 30),
    );
    expect(await refusal(storage.readConf('redis-1', 'redis'))).toMatch(/it is longer than 1024 KiB/);
  });
});

describe('in the place of a directory of a node', () => {
  it.each(['redis-1', 'redis-1/conf', 'redis-1/data'])('a link is refused as %s', async (place) => {
    await mkdir(join(elsewhere, 'conf'));
    await mkdir(join(elsewhere, 'data'));
    await mkdir(at('redis-1'), { recursive: true });
    await rm(at(place), { recursive: true, force: true });
    await symlink(elsewhere, at(place));
    const before = await lstat(elsewhere);
    for (const action of [
      () => storage.writeConf('redis-1', 'redis', OURS),
      () => storage.ensureMounts('redis-1'),
      () => storage.readConf('redis-1', 'redis'),
      () => storage.data('redis-1').stat('dump.rdb'),
      () => storage.setDataAside('redis-1', ['dump.rdb']),
    ]) {
      expect(await refusal(action())).toContain(`${at(place)} is a symbolic link`);
    }
    expect(await lstat(elsewhere)).toMatchObject({ mode: before.mode, uid: before.uid });
    expect((await readdir(elsewhere)).sort()).toEqual(['conf', 'data', 'secret']);
    expect((await lstat(at(place))).isSymbolicLink()).toBe(true);
  });

  it('the group’s own directory may be one', async () => {
    await symlink(elsewhere, directory);
    await storage.writeConf('redis-1', 'redis', OURS);
    expect(await readFile(join(elsewhere, 'redis-1/conf/redis.conf'), 'utf8')).toBe(OURS);
  });

  it.each([
    ['redis-1', '.ssh'],
    ['redis-1/conf', 'id_rsa'],
    ['redis-1/data', 'letters.txt'],
  ])('a folder of the user’s is refused: %s with %s in it', async (place, name) => {
    await mkdir(at(place), { recursive: true });
    await writeFile(at(place, name), 'mine');
    await chmod(at(place), 0o755);
    expect(await refusal(storage.ensureMounts('redis-1'))).toMatch(`it holds ${name}`);
    await refusal(storage.writeConf('redis-1', 'redis', OURS));
    expect(await modeOf(at(place))).toBe(0o755);
    expect(await readdir(at(place))).toEqual([name]);
  });

  it('what Redis itself writes may be there before the group is', async () => {
    await mkdir(at('redis-1/data/appendonlydir'), { recursive: true });
    for (const name of ['dump.rdb', 'my.db', 'temp-12.rdb'])
      await writeFile(at('redis-1/data', name), 'REDIS');
    await storage.writeConf('redis-1', 'redis', OURS);
    expect(await storage.data('redis-1').stat('dump.rdb')).toMatchObject({ size: 5 });
  });
});

describe('what is removed is the group’s', () => {
  const remove = () => removeDirectories(directory, (text) => readHeader(text)?.group === 'demo');

  it('a link in it is removed, and what it leads to is not', async () => {
    await storage.writeConf('redis-1', 'redis', OURS);
    await symlink(elsewhere, at('redis-1/data/dump.rdb'));
    expect(await remove()).toEqual([at('redis-1')]);
    expect(await readdir(elsewhere)).toEqual(['secret']);
    expect(await readdir(base)).toEqual(['elsewhere']);
  });

  it('a node that is a link is left alone, and so is what somebody else has put beside its files', async () => {
    await storage.writeConf('redis-1', 'redis', OURS);
    await storage.writeConf('redis-2', 'redis', OURS);
    await writeFile(at('redis-2/notes.txt'), 'mine');
    await symlink(at('redis-1'), at('redis-3'));
    expect(await remove()).toEqual([at('redis-1'), at('redis-2/conf'), at('redis-2/data')]);
    expect((await readdir(directory)).sort()).toEqual(['redis-2', 'redis-3']);
    expect(await readdir(at('redis-2'))).toEqual(['notes.txt']);
  });
});
