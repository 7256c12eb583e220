/** Files that a killed command has written and not renamed. */
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeUnfinishedIn } from '../../../src/storage/node-places.js';

const HALF = 'redis.conf.rsentinel-0974d205238ff861';

describe('what a killed command has left half written', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rsentinel-unfinished-'));
    await mkdir(join(directory, 'redis-1', 'conf'), { recursive: true });
    await mkdir(join(directory, '.access'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is removed from the group’s directory, from its logins and from the nodes’ configuration', async () => {
    const places = [directory, join(directory, '.access'), join(directory, 'redis-1', 'conf')];
    for (const place of places) {
      await writeFile(join(place, HALF), 'x');
      await writeFile(join(place, 'redis.conf'), 'x');
    }
    await removeUnfinishedIn(directory);
    for (const place of places) {
      const names = await readdir(place);
      expect(names).not.toContain(HALF);
      expect(names).toContain('redis.conf');
    }
  });

  it('is known by the whole name: files of others stay', async () => {
    const others = ['notes.rsentinel-1', `${HALF}.bak`, 'x.rsentinel-0974D205238FF861'];
    for (const name of others) await writeFile(join(directory, name), 'x');
    await removeUnfinishedIn(directory);
    expect(await readdir(directory)).toEqual(expect.arrayContaining(others));
  });

  it('is not looked for behind a symbolic link', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'rsentinel-elsewhere-'));
    try {
      await writeFile(join(elsewhere, HALF), 'x');
      await rm(join(directory, 'redis-1', 'conf'), { recursive: true });
      await symlink(elsewhere, join(directory, 'redis-1', 'conf'));
      await removeUnfinishedIn(directory);
      expect(await readdir(elsewhere)).toEqual([HALF]);
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });

  it('is nothing where there is no directory', async () => {
    await removeUnfinishedIn(join(directory, 'missing'));
  });
});
