/** Files of a group that git has under its control. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trackedFiles } from '../../../src/doctor/tracked-files.js';

const git = (directory: string, ...words: readonly string[]): void => {
  execFileSync('git', ['-C', directory, ...words], { stdio: 'ignore' });
};

function hasGit(): boolean {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasGit())('the files of a group that git tracks', () => {
  let repository: string;
  let group: string;
  beforeEach(async () => {
    repository = await mkdtemp(join(tmpdir(), 'rsentinel-tracked-'));
    group = join(repository, '.rsentinel', 'demo');
    await mkdir(join(group, 'redis-1'), { recursive: true });
    await writeFile(join(group, 'redis-1', 'redis ü.conf'), 'requirepass secret\n');
    await writeFile(join(repository, 'other.txt'), 'x');
  });
  afterEach(() => rm(repository, { recursive: true, force: true }));

  it('are told by their paths within its directory', async () => {
    git(repository, 'init');
    git(repository, 'add', '--force', '.');
    expect(await trackedFiles(group)).toEqual(['redis-1/redis ü.conf']);
  });

  it('are none where git ignores the directory', async () => {
    await writeFile(join(group, '.gitignore'), '*\n');
    git(repository, 'init');
    git(repository, 'add', '.');
    expect(await trackedFiles(group)).toEqual([]);
  });

  it('are none where there is no repository, and none where there is no directory', async () => {
    expect(await trackedFiles(group)).toEqual([]);
    expect(await trackedFiles(join(group, 'missing'))).toEqual([]);
  });

  it('are looked for without running what the configuration of the repository names', async () => {
    const trace = join(repository, 'ran');
    git(repository, 'init');
    git(repository, 'config', 'core.fsmonitor', `touch '${trace}'; false`);
    await trackedFiles(group);
    expect(() => execFileSync('test', ['-e', trace])).toThrow();
  });
});
