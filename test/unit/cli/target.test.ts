import { describe, expect, it } from 'vitest';
import { findSource, type Selection, type Source, selectionOf } from '../../../src/cli/input/source.js';
import { resolveTarget, resolveTopology, type Surroundings } from '../../../src/cli/input/target.js';
import type { GroupOrigin } from '../../../src/engine/engine.js';
import { RsentinelError } from '../../../src/errors.js';
import type { Topology } from '../../../src/model/topology.js';
import { parseTopology } from '../../../src/topology/parse.js';
import { renamed } from '../../../src/topology/renamed.js';
import { directoryWith } from './rsentinel.js';

const CWD = '/home/me';

function topology(name: string, path: string | undefined): Topology {
  const parsed = parseTopology(`name: ${name}`, { file: 'topology.yaml', path, directory: CWD, env: {} });
  if (!parsed.ok) throw new Error('the topology of this test is wrong');
  return parsed.topology;
}

/** What lies on the disk, and what runs. */
interface World {
  /** Names of the groups in the files by their absolute paths; null: a file that is broken. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** The file that is found without being named. */
  readonly here?: string;
  readonly groups?: readonly GroupOrigin[];
}

function read(source: Source, world: World): Topology {
  if (source.kind !== 'file') return topology('me', undefined);
  const found = world.files?.[source.path];
  if (found === undefined) throw new RsentinelError('TOPOLOGY_NOT_FOUND', `there is no file ${source.given}`);
  if (found === null) throw new RsentinelError('TOPOLOGY_INVALID', `${source.given} has a mistake`);
  return topology(found, source.path);
}

function surroundings(world: World, warnings: string[]): Surroundings {
  return {
    cwd: CWD,
    find: async (file) =>
      file === undefined && world.here !== undefined
        ? { kind: 'file', given: world.here, path: `${CWD}/${world.here}` }
        : findSource(file, CWD),
    load: async (source, name) => {
      const own = read(source, world);
      return name === undefined ? own : renamed(own, name, CWD);
    },
    groups: async () => world.groups ?? [],
    warn: (message) => {
      warnings.push(message);
    },
  };
}

async function resolve(selection: Partial<Selection>, world: World) {
  const warnings: string[] = [];
  const around = surroundings(world, warnings);
  const target = await resolveTarget({ name: undefined, file: undefined, ...selection }, around);
  return { name: target.name, directory: target.topology?.directory ?? null, warnings };
}

const demo: GroupOrigin = {
  name: 'demo',
  file: '/home/me/topology.yaml',
  directory: '/home/me/.rsentinel/demo',
};

describe('the group that status and down are about', () => {
  it('is the one of the file', async () => {
    const world = { files: { '/home/me/topology.yaml': 'demo' } };
    expect(await resolve({ file: 'topology.yaml' }, world)).toEqual({
      name: 'demo',
      directory: '/home/me/.rsentinel/demo',
      warnings: [],
    });
  });

  it('is the one of the file that lies here', async () => {
    const world = { files: { '/home/me/rsentinel.yml': 'demo' }, here: 'rsentinel.yml' };
    expect((await resolve({}, world)).name).toBe('demo');
  });

  it('is the only one with a name that was made up for the file, when the file’s own is not there', async () => {
    const files = { '/home/me/topology.yaml': 'demo' };
    const generated = { ...demo, name: 'demo-abc234' };
    const groups = [
      generated,
      { ...demo, name: 'demo-staging' },
      { ...generated, file: '/srv/topology.yaml' },
    ];
    expect(await resolve({ file: 'topology.yaml' }, { files, groups })).toEqual({
      name: 'demo-abc234',
      directory: '/home/me/.rsentinel/demo-abc234',
      warnings: [],
    });
    expect((await resolve({ file: 'topology.yaml' }, { files, groups: [...groups, demo] })).name).toBe(
      'demo',
    );
    const two = [generated, { ...demo, name: 'demo-xyz567' }];
    await expect(resolve({ file: 'topology.yaml' }, { files, groups: two })).rejects.toMatchObject({
      code: 'USAGE',
      details: ['demo-abc234', 'demo-xyz567'],
    });
  });

  it('is the one that was made from a file that is gone by now', async () => {
    expect(await resolve({ file: 'topology.yaml' }, { groups: [demo] })).toEqual({
      name: 'demo',
      directory: null,
      warnings: ['there is no file topology.yaml: going by demo, the group that was made from it'],
    });
  });

  it('is the one that was made from a file that is broken by now', async () => {
    const world = { files: { '/home/me/topology.yaml': null }, groups: [demo] };
    expect((await resolve({ file: 'topology.yaml' }, world)).name).toBe('demo');
  });

  it('cannot be told from a broken file that no group was made from', async () => {
    const world = {
      files: { '/home/me/topology.yaml': null },
      groups: [{ ...demo, file: '/elsewhere.yaml' }],
    };
    await expect(resolve({ file: 'topology.yaml' }, world)).rejects.toMatchObject({
      message: 'topology.yaml has a mistake',
      hint: 'With -n NAME no file is needed.',
    });
  });

  it('cannot be told from a broken file that several groups were made from', async () => {
    const groups = [demo, { ...demo, name: 'ci-42' }];
    await expect(resolve({ file: 'topology.yaml' }, { groups })).rejects.toMatchObject({
      code: 'USAGE',
      details: ['demo', 'ci-42'],
      hint: 'Name one with -n.',
    });
  });

  it('is the one made here, when neither a file nor a name is given and the file is gone', async () => {
    expect((await resolve({}, { groups: [demo] })).name).toBe('demo');
  });

  it('is the default one when there never was a file', async () => {
    const groups = [{ name: 'me', file: null, directory: '/home/me/.rsentinel/me' }];
    expect(await resolve({}, { groups })).toMatchObject({ name: 'me', directory: '/home/me/.rsentinel/me' });
    expect(await resolve({}, {})).toMatchObject({ name: 'me' });
  });

  it('is not a namesake that was made elsewhere', async () => {
    const groups = [{ name: 'me', file: null, directory: '/srv/me/.rsentinel/me' }];
    await expect(resolve({}, { groups })).rejects.toMatchObject({
      code: 'TOPOLOGY_NOT_FOUND',
      hint: 'If that is the one: -n me',
    });
  });
});

describe('by name', () => {
  it('no file is needed', async () => {
    const groups = [{ ...demo, file: null }];
    expect(await resolve({ name: 'demo' }, { groups })).toEqual({
      name: 'demo',
      directory: null,
      warnings: [],
    });
  });

  it('a group is compared with the file it was made from, not with one that happens to lie here', async () => {
    const files = { '/home/me/topology.yaml': null, '/srv/topology.yaml': 'demo' };
    const groups = [{ ...demo, file: '/srv/topology.yaml' }];
    expect(await resolve({ name: 'demo' }, { files, here: 'topology.yaml', groups })).toMatchObject({
      directory: '/home/me/.rsentinel/demo',
      warnings: [],
    });
  });

  it('the name wins over the file’s, and the default directory goes with it', async () => {
    const world = { files: { '/home/me/topology.yaml': 'demo' } };
    expect(await resolve({ name: 'ci-42', file: 'topology.yaml' }, world)).toEqual({
      name: 'ci-42',
      directory: '/home/me/.rsentinel/ci-42',
      warnings: [],
    });
  });

  it('a file that is broken is only worth a warning', async () => {
    const world = { files: { '/home/me/topology.yaml': null }, groups: [demo] };
    expect(await resolve({ name: 'demo', file: 'topology.yaml' }, world)).toEqual({
      name: 'demo',
      directory: null,
      warnings: ['topology.yaml has a mistake: going by what is on the engine'],
    });
  });
});

describe('the command line and the environment', () => {
  it('agree, the command line first', () => {
    const env = { RSENTINEL_FILE: 'a.yaml', RSENTINEL_NAME: 'a' };
    expect(selectionOf({}, env)).toEqual({ name: 'a', file: 'a.yaml' });
    expect(selectionOf({ name: 'b', file: 'b.yaml' }, env)).toEqual({ name: 'b', file: 'b.yaml' });
    expect(selectionOf({}, { RSENTINEL_FILE: '', RSENTINEL_NAME: '' })).toEqual({
      name: undefined,
      file: undefined,
    });
  });

  it('must name a group as Docker would', () => {
    expect(() => selectionOf({ name: 'Demo Group' }, {})).toThrow(
      '"Demo Group" cannot be the name of a group',
    );
    expect(() => selectionOf({ name: '' }, {})).toThrow(RsentinelError);
  });
});

describe('the topology file', () => {
  it('is looked for under four names', async () => {
    const here = await directoryWith({ 'rsentinel.yml': '' });
    expect(await findSource(undefined, here)).toEqual({
      kind: 'file',
      given: 'rsentinel.yml',
      path: `${here}/rsentinel.yml`,
    });
  });

  it('must be named when there are several', async () => {
    const here = await directoryWith({ 'topology.yml': '', 'rsentinel.yaml': '' });
    await expect(findSource(undefined, here)).rejects.toMatchObject({
      code: 'USAGE',
      details: ['topology.yml', 'rsentinel.yaml'],
      hint: 'Name one with -f.',
    });
    expect(await findSource('topology.yml', here)).toMatchObject({ path: `${here}/topology.yml` });
  });

  it('may be standard input, or none at all', async () => {
    const here = await directoryWith({});
    expect(await findSource('-', here)).toEqual({ kind: 'stdin' });
    expect(await findSource(undefined, here)).toEqual({ kind: 'defaults' });
  });
});

describe('a name from the command line', () => {
  it('takes the default directory along, and leaves one that was chosen', () => {
    const own = topology('demo', '/home/me/topology.yaml');
    expect(renamed(own, 'ci', CWD).directory).toBe('/home/me/.rsentinel/ci');
    expect(renamed({ ...own, directory: '/data' }, 'ci', CWD).directory).toBe('/data');
  });
});

describe('the topology that reset cannot do without', () => {
  const topologyFor = (selection: Partial<Selection>, world: World) =>
    resolveTopology({ name: undefined, file: undefined, ...selection }, surroundings(world, []));

  it('is that of the file which the group was made from', async () => {
    const world = { files: { '/home/me/topology.yaml': 'demo' }, groups: [demo] };
    expect(await topologyFor({ name: 'demo' }, world)).toMatchObject({
      name: 'demo',
      directory: demo.directory,
    });
  });

  it('is wrong where that file is broken or gone', async () => {
    const broken = { files: { '/home/me/topology.yaml': null }, groups: [demo] };
    await expect(topologyFor({ name: 'demo' }, broken)).rejects.toMatchObject({ code: 'TOPOLOGY_INVALID' });
    await expect(topologyFor({ name: 'demo' }, { groups: [demo] })).rejects.toMatchObject({
      code: 'TOPOLOGY_NOT_FOUND',
    });
    await expect(topologyFor({ file: 'topology.yaml' }, broken)).rejects.toMatchObject({
      code: 'TOPOLOGY_INVALID',
    });
  });

  it('is the default one of a group that was made here without a file', async () => {
    const made = { name: 'mine', file: null, directory: `${CWD}/.rsentinel/mine` };
    expect(await topologyFor({ name: 'mine' }, { groups: [made] })).toMatchObject({ name: 'mine' });
    const elsewhere = { ...made, directory: '/elsewhere/.rsentinel/mine' };
    await expect(topologyFor({ name: 'mine' }, { groups: [elsewhere] })).rejects.toMatchObject({
      code: 'TOPOLOGY_NOT_FOUND',
      message: 'nothing tells which file the group mine was made from',
    });
  });
});
