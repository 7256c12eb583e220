/**
 * Which group `status` and `down` are about. They need no file: the name is enough, and a group is
 * found by the file it was made from even when that is gone or broken.
 */
import { join } from 'node:path';
import type { GroupOrigin } from '../../engine/engine.js';
import { RsentinelError } from '../../errors.js';
import type { Topology } from '../../model/topology.js';
import { isGeneratedName } from '../../topology/generated-name.js';
import { refuseGroupOfOthers } from './group-of-others.js';
import { DEFAULT_FILES, type Selection, type Source } from './source.js';

export interface Target {
  readonly name: string;
  /** What should be there; null where nothing tells. */
  readonly topology: Topology | null;
}

/** What a target is looked up with. */
export interface Surroundings {
  readonly cwd: string;
  readonly find: (file: string | undefined) => Promise<Source>;
  /** @param name a name that is put in place of the topology's own */
  readonly load: (source: Source, name: string | undefined) => Promise<Topology>;
  readonly groups: () => Promise<readonly GroupOrigin[]>;
  readonly warn: (message: string) => void;
}

/** @throws RsentinelError when nothing tells which group is meant, or several could be */
export async function resolveTarget(selection: Selection, around: Surroundings): Promise<Target> {
  if (selection.name !== undefined) return named(selection.name, selection.file, around);
  const source = await around.find(selection.file);
  switch (source.kind) {
    case 'stdin':
      return whole(await around.load(source, undefined));
    case 'file':
      return byFile(source, around);
    case 'defaults':
      return byDirectory(source, around);
  }
}

/** A target whose name nobody has given: it must be the group of this very file or folder. @throws RsentinelError GROUP_OF_OTHERS */
async function own(topology: Topology, around: Surroundings): Promise<Target> {
  refuseGroupOfOthers(topology, { groups: await around.groups(), warn: around.warn });
  return whole(topology);
}

/**
 * The topology of the group that is meant, for a command that cannot do without: what is wrong with its file
 * is an error then.
 * @throws RsentinelError as {@link resolveTarget}; TOPOLOGY_NOT_FOUND, TOPOLOGY_INVALID
 */
export async function resolveTopology(selection: Selection, around: Surroundings): Promise<Topology> {
  const { name, topology } = await resolveTarget(selection, { ...around, warn: () => {} });
  if (topology !== null) return topology;
  if (selection.file !== undefined) return around.load(await around.find(selection.file), selection.name);
  const origin = (await around.groups()).find((group) => group.name === name);
  if (typeof origin?.file === 'string')
    return around.load({ kind: 'file', given: origin.file, path: origin.file }, name);
  const byDefault = await around.find(undefined);
  if (byDefault.kind === 'defaults') {
    // As `up` would have made it, here and under this name.
    const made = await around.load(byDefault, name);
    if (made.directory === origin?.directory) return made;
  }
  throw new RsentinelError('TOPOLOGY_NOT_FOUND', `nothing tells which file the group ${name} was made from`, {
    hint: `Name it: -f FILE -n ${name}`,
  });
}

function whole(topology: Topology): Target {
  return { name: topology.name, topology };
}

/** The name is known; a topology is welcome, whatever is wrong with it. */
async function named(name: string, file: string | undefined, around: Surroundings): Promise<Target> {
  if (file !== undefined) {
    const topology = await tolerate(async () => around.load(await around.find(file), name), around.warn);
    return { name, topology };
  }
  const listing = (await around.groups()).find((group) => group.name === name);
  // Another file that happens to lie here tells nothing of a group that was made from its own.
  if (listing !== undefined && listing.file === null) return { name, topology: null };
  const path = listing?.file;
  const source = async (): Promise<Source> =>
    typeof path === 'string' ? { kind: 'file', given: path, path } : around.find(undefined);
  const warn = path === undefined ? () => {} : around.warn;
  return { name, topology: await tolerate(async () => around.load(await source(), name), warn) };
}

async function byFile(source: Source & { readonly kind: 'file' }, around: Surroundings): Promise<Target> {
  try {
    return await generatedFrom(source, await around.load(source, undefined), around);
  } catch (error) {
    if (!isAboutTopology(error)) throw error;
    const group = only(
      (await around.groups()).filter(({ file }) => file === source.path),
      source.path,
    );
    if (group === null) throw withNameHint(error);
    around.warn(`${error.message}: going by ${group.name}, the group that was made from it`);
    return { name: group.name, topology: null };
  }
}

/** The file's own group; where that is not there, the only one with a name that was made up for it. */
async function generatedFrom(
  source: Source & { readonly kind: 'file' },
  topology: Topology,
  around: Surroundings,
): Promise<Target> {
  const groups = await around.groups();
  if (groups.some(({ name }) => name === topology.name)) return own(topology, around);
  const isGenerated = ({ name, file }: GroupOrigin): boolean =>
    file === source.path && isGeneratedName(name, topology.name);
  const group = only(groups.filter(isGenerated), source.path);
  return group === null ? own(topology, around) : whole(await around.load(source, group.name));
}

/** No file was named and none is here: a group made from one that was, or from no file at all. */
async function byDirectory(source: Source, around: Surroundings): Promise<Target> {
  const files = DEFAULT_FILES.map((name) => join(around.cwd, name));
  const topology = await around.load(source, undefined);
  const groups = await around.groups();
  const here = ({ file, directory }: GroupOrigin) =>
    file === null ? directory === topology.directory : files.includes(file);
  const group = only(groups.filter(here), around.cwd);
  if (group !== null) return { name: group.name, topology: group.file === null ? topology : null };
  const namesake = groups.find(({ name }) => name === topology.name);
  if (namesake === undefined) return whole(topology);
  throw new RsentinelError(
    'TOPOLOGY_NOT_FOUND',
    `there is no topology file here, and the group ${namesake.name} was made from ${namesake.file ?? namesake.directory}`,
    { hint: `If that is the one: -n ${namesake.name}` },
  );
}

/** @throws RsentinelError USAGE when there are several */
function only(groups: readonly GroupOrigin[], from: string): GroupOrigin | null {
  const [group, ...others] = groups;
  if (group === undefined) return null;
  if (others.length === 0) return group;
  throw new RsentinelError('USAGE', `several groups were made from ${from}`, {
    details: groups.map(({ name }) => name),
    hint: 'Name one with -n.',
  });
}

/** A file that is wrong does not stop anyone who knows the name. */
function withNameHint(error: RsentinelError): RsentinelError {
  return new RsentinelError(error.code, error.message, {
    details: error.details,
    hint: [error.hint, 'With -n NAME no file is needed.'].filter((part) => part !== undefined).join(' '),
    cause: error,
  });
}

async function tolerate(
  load: () => Promise<Topology>,
  warn: (message: string) => void,
): Promise<Topology | null> {
  try {
    return await load();
  } catch (error) {
    if (!isAboutTopology(error)) throw error;
    warn(`${error.message}: going by what is on the engine`);
    return null;
  }
}

function isAboutTopology(error: unknown): error is RsentinelError {
  return error instanceof RsentinelError && ABOUT_TOPOLOGY.has(error.code);
}

const ABOUT_TOPOLOGY: ReadonlySet<string> = new Set(['USAGE', 'TOPOLOGY_NOT_FOUND', 'TOPOLOGY_INVALID']);
