/** The package as users get it: packed, installed into an empty folder, and used there. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testImage } from '../support/environment.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { TINY } from '../support/topologies.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Only in here anything is installed. */
let folder: string;
let group: TestGroup;

const inFolder = (command: string, ...args: readonly string[]) =>
  run(command, [...args], { cwd: folder, env: { ...process.env, RSENTINEL_IMAGE: testImage() } });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rsentinel-package-'));
  group = await testGroup('package', TINY);
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  await writeFile(join(folder, 'package.json'), '{"name": "user", "private": true}\n');
  await inFolder('npm', 'install', `./${tarball}`, '--prefer-offline', '--no-audit', '--no-fund');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const installed = (...path: readonly string[]): string => join(folder, 'node_modules', 'rsentinel', ...path);

it('rsentinel is its only command', async () => {
  const { bin } = JSON.parse(await readFile(installed('package.json'), 'utf8'));
  expect(Object.keys(bin)).toEqual(['rsentinel']);
  const { stdout } = await inFolder('npx', '--no-install', 'rsentinel', '--version');
  expect(stdout.trim()).toBe(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).version);
});

it('has its templates, its schema, the example and the licence in it, and no tests', async () => {
  expect((await readdir(installed('templates'))).sort()).toEqual(['redis.conf', 'sentinel.conf']);
  const schema = JSON.parse(await readFile(installed('schema', 'topology.schema.json'), 'utf8'));
  expect(Object.keys(schema.properties)).toContain('replicas');
  const files = await readdir(installed());
  expect(files).toEqual(expect.arrayContaining(['CHANGELOG.md', 'LICENSE', 'topology.example.yaml']));
  for (const name of ['src', 'test', 'scripts', 'bench']) expect(files).not.toContain(name);
});

it('npx rsentinel brings a group up, reports it and takes it down', async () => {
  const words = ['--no-install', 'rsentinel'];
  const target = ['-f', group.file, '-n', group.name];
  const up = await inFolder('npx', ...words, 'up', ...target);
  expect(up.stdout).toContain(`${group.name}: 1 Redis node, 1 sentinel, proved ready`);
  expect(up.stdout).toContain('status=ok');
  const status = await inFolder('npx', ...words, 'status', ...target);
  expect(status.stdout).toContain(`${group.name} is healthy`);
  await inFolder('npx', ...words, 'down', '--volumes', ...target);
  expect(await group.left()).toEqual([]);
});

it('is a library that brings a group up and takes it down', async () => {
  await writeFile(
    join(folder, 'use.mjs'),
    `
import { connectDocker, down, loadTopology, RsentinelError, status, up } from 'rsentinel';

const { topology: loaded } = await loadTopology(process.argv[2], process.env, process.cwd());
const topology = { ...loaded, name: process.argv[3] };
const context = { engine: await connectDocker(() => {}), emit: () => {}, signal: AbortSignal.timeout(60_000) };
const { report } = await up(topology, { waitTimeoutMs: 60_000, onFailure: 'rollback' }, context);
const { health } = await status(topology.name, topology, context);
const { removed } = await down(
  { name: topology.name, directory: topology.directory },
  { volumes: 'remove' },
  context,
);
const refused = await loadTopology('nowhere.yaml', {}, '.').catch((error) => error instanceof RsentinelError && error.code);
console.log(JSON.stringify({ master: report.master.node, health, removed: removed.length, refused }));
`,
  );
  const { stdout } = await inFolder(process.execPath, 'use.mjs', group.file, group.name);
  expect(JSON.parse(stdout)).toEqual({
    master: 'redis-1',
    health: 'healthy',
    // Three containers, the network, two node directories.
    removed: 6,
    refused: 'TOPOLOGY_NOT_FOUND',
  });
  expect(await group.left()).toEqual([]);
});

it('has types that a strict project compiles with', async () => {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  await writeFile(
    join(folder, 'use.mts'),
    `import { type Group, type GroupReport, type RsentinelEvent, loadTopology, startGroup } from 'rsentinel';
export const names = (report: GroupReport): string[] => report.redis.map(({ name }) => name);
export const kind = (event: RsentinelEvent): string => event.type;
export const start = (): Promise<Group> => startGroup({ replicas: 2, timing: 'fast', sentinel: { quorum: 2 } });
export const sentinels = ({ ioredis }: Group): { host: string; port: number }[] => ioredis.sentinels;
export const name: string = (await loadTopology('x.yaml', {}, '.')).topology.name;
`,
  );
  await mkdir(join(folder, 'node_modules', '@types'), { recursive: true });
  await rm(join(folder, 'node_modules', '@types', 'node'), { recursive: true, force: true });
  await symlink(join(ROOT, 'node_modules', '@types', 'node'), join(folder, 'node_modules', '@types', 'node'));
  const { stdout } = await inFolder(
    process.execPath,
    tsc,
    ...['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext', '--types', 'node', 'use.mts'],
  );
  expect(stdout).toBe('');
});
