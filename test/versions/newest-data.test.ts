/** What a stopped group comes up with when files of a node are older, cut, spoilt or gone: everything that was confirmed. */
import { appendFile, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask } from '../support/clients.js';
import { type TestImage, testImages } from '../support/environment.js';
import { docker, type TestGroup, testGroup } from '../support/group.js';
import { healthy, masterOf } from '../support/while-writing.js';

const NODES = `
master: {port: auto}
replicas: 2
sentinels: [{port: auto}, {port: auto}, {port: auto}]
`;
const WRITES = 200;

interface Damage {
  readonly title: string;
  readonly isAof: boolean;
  /** Harms the files of the node that was the master last. */
  readonly harm: (data: string, isFolder: boolean) => Promise<void>;
  /** What is told of it. */
  readonly tells: RegExp;
}

const size = async (path: string): Promise<number> => (await stat(path)).size;
const aofOf = (data: string, isFolder: boolean): string =>
  isFolder ? join(data, 'appendonlydir', 'appendonly.aof.1.incr.aof') : join(data, 'appendonly.aof');

async function overwrite(path: string, at: number, bytes: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
}

const DAMAGES: readonly Damage[] = [
  {
    title: 'an RDB file that is gone',
    isAof: false,
    harm: (data) => rm(join(data, 'dump.rdb')),
    tells: /redis-1, the master last, has lost its data/,
  },
  {
    title: 'an RDB file that was cut',
    isAof: false,
    harm: async (data) =>
      truncate(join(data, 'dump.rdb'), Math.floor((await size(join(data, 'dump.rdb'))) / 2)),
    tells: /dump\.rdb of redis-1 cannot be loaded, and is kept as dump\.rdb\.set-aside-/,
  },
  {
    title: 'an RDB file that is spoilt in the middle',
    isAof: false,
    harm: async (data) => {
      const path = join(data, 'dump.rdb');
      await overwrite(path, (await size(path)) - 60, Buffer.alloc(40, 0xf5));
    },
    tells: /dump\.rdb of redis-1 cannot be loaded, and is kept as dump\.rdb\.set-aside-/,
  },
  {
    title: 'an append-only file that was cut',
    isAof: true,
    harm: async (data, isFolder) => {
      const path = aofOf(data, isFolder);
      await truncate(path, Math.floor((await size(path)) / 2) - 3);
    },
    tells: /cannot be loaded, and is kept as append.*\.set-aside-/,
  },
  {
    title: 'an append-only file that is spoilt in the middle',
    isAof: true,
    harm: async (data, isFolder) => {
      const path = aofOf(data, isFolder);
      await overwrite(path, Math.floor((await size(path)) / 2), Buffer.from('*garbage*garbage*\r\n*9\r\n'));
    },
    tells: /cannot be loaded, and is kept as append.*\.set-aside-/,
  },
  {
    title: 'a manifest that is gone',
    isAof: true,
    harm: async (data, isFolder) =>
      rm(isFolder ? join(data, 'appendonlydir', 'appendonly.aof.manifest') : aofOf(data, false)),
    tells: /redis-1/,
  },
];

async function broughtUp(label: string, image: TestImage, isAof: boolean): Promise<TestGroup> {
  const config = isAof ? '{appendonly: "yes", appendfsync: always}' : '{save: "3600 1"}';
  const group = await testGroup(label, `${NODES}image: ${image.image}\nredis: {config: ${config}}\n`);
  await group.up();
  return group;
}

/** Writes numbers until every replica has confirmed the last. */
async function write(group: TestGroup): Promise<void> {
  const { address } = masterOf(await healthy(group));
  for (let number = 1; number <= WRITES; number += 1) await ask(address, 'RPUSH', 'numbers', String(number));
  expect(await ask(address, 'WAIT', '2', '5000')).toBe(2);
}

/** Ends every process as a power cut would. */
async function cutPower(group: TestGroup): Promise<void> {
  const containers = await group.containers();
  await Promise.all(
    containers.map(async ({ Id }) => {
      const container = docker.getContainer(Id);
      await container.kill({ signal: 'SIGKILL' });
      await container.wait();
    }),
  );
}

const label = ({ server, version }: TestImage, what: string): string =>
  `data-${server}-${version.replace('.', '-')}-${what}`;

describe.each(testImages().map((image) => [image.title, image] as const))('%s', (_, image) => {
  const isFolder = image.version !== '6.0';

  it.each(DAMAGES.map((damage, index) => [damage.title, damage, index] as const))(
    'comes up with every confirmed write after %s on the last master',
    async (_title, { isAof, harm, tells }, index) => {
      await using group = await broughtUp(label(image, `m${index}`), image, isAof);
      await write(group);
      await group.down();
      await harm(join(group.nodes, 'redis-1', 'data'), isFolder);

      const ran = await group.up();

      expect(ran.stderr).toMatch(tells);
      const report = await healthy(group);
      expect(masterOf(report).name).not.toBe('redis-1');
      for (const { address } of report.redis) expect(await ask(address, 'LLEN', 'numbers')).toBe(WRITES);
      const kept = await readdir(join(group.nodes, 'redis-1', 'data'));
      if (/set-aside/.test(String(tells))) expect(kept.join()).toMatch(/set-aside/);
    },
  );

  it('sets a spoilt file in a volume aside, which is kept, and copies from the others', async () => {
    await using group = await testGroup(
      label(image, 'volume'),
      `${NODES}image: ${image.image}\nstorage: volume\nredis: {config: {appendonly: "yes"}}\n`,
    );
    await group.up();
    await write(group);
    await group.down();
    const { Mountpoint } = await docker.getVolume(`${group.name}-redis-1-data`).inspect();
    await appendFile(aofOf(Mountpoint, isFolder), '*garbage*');

    const ran = await group.up();

    expect(ran.stderr).toMatch(/of redis-1 cannot be loaded, and is kept as append.*\.set-aside-/);
    for (const { address } of (await healthy(group)).redis)
      expect(await ask(address, 'LLEN', 'numbers')).toBe(WRITES);
    const kept = await readdir(Mountpoint, { recursive: true });
    const aof = kept.find((name) => name.includes(`${isFolder ? 'incr.' : ''}aof.set-aside-`)) ?? '';
    expect(await readFile(join(Mountpoint, aof), 'utf8')).toMatch(/\*garbage\*$/);
  });

  it('makes the replica the master that has saved more', async () => {
    await using group = await broughtUp(label(image, 'more'), image, false);
    await write(group);
    const report = await healthy(group);
    const replica = report.redis.find(({ role }) => role === 'replica');
    if (replica === undefined) throw new Error('there is no replica');
    // The last master has a dump of before, or none; one replica has all of it.
    await ask(replica.address, 'SAVE');
    await cutPower(group);

    const ran = await group.up();

    expect(ran.stderr).toMatch(new RegExp(`${replica.name}.*takes its place`));
    const after = await healthy(group);
    expect(masterOf(after).name).toBe(replica.name);
    for (const { address } of after.redis) expect(await ask(address, 'LLEN', 'numbers')).toBe(WRITES);
  });

  it('sets the file of a replica aside that cannot load it', async () => {
    await using group = await broughtUp(label(image, 'replica'), image, false);
    await write(group);
    await group.down();
    const path = join(group.nodes, 'redis-2', 'data', 'dump.rdb');
    await truncate(path, 40);

    const ran = await group.up();

    expect(ran.stderr).toMatch(/dump\.rdb of redis-2 cannot be loaded/);
    const report = await healthy(group);
    expect(masterOf(report).name).toBe('redis-1');
    for (const { address } of report.redis) expect(await ask(address, 'LLEN', 'numbers')).toBe(WRITES);
  });

  it('is refused, with nothing touched, where no whole copy is there', async () => {
    await using group = await broughtUp(label(image, 'none'), image, false);
    await write(group);
    await group.down();
    const files = ['redis-1', 'redis-2', 'redis-3'].map((node) =>
      join(group.nodes, node, 'data', 'dump.rdb'),
    );
    for (const file of files) await truncate(file, 40);

    const ran = await group.run(['up']);

    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/redis-1 cannot load its data, and no other node has a copy: dump\.rdb/);
    expect(await group.left()).toEqual([]);
    for (const file of files) expect(await size(file)).toBe(40);
  });

  it('is refused where a server would not load the file that has the data', async () => {
    await using group = await broughtUp(label(image, 'switched'), image, false);
    await write(group);
    await group.down();
    await group.write(`${NODES}image: ${image.image}\nredis: {config: {appendonly: "yes"}}\n`);

    const ran = await group.run(['up']);

    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/its data is in dump\.rdb, which a server with appendonly yes does not load/);
    expect(await group.left()).toEqual([]);
  });
});
