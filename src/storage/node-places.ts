/**
 * Where a node has its files on this machine: `<directory>/<node>/conf` and `/data`. Both are handed to a container, so
 * they must be the node's own: no links to elsewhere, and no folders that were there for something else.
 */

import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CONF_FILE } from '../config/conf.js';
import { readHeader } from '../config/header.js';
import { RsentinelError } from '../errors.js';
import { NODE_FILES } from '../model/credentials/group-tls.js';
import type { DirectoryMounts, Owner } from '../model/files.js';
import { isCode } from './filesystem.js';
import { ASIDE, kindOf, makeClosed, makeOpen, readText, removeUnfinished } from './guarded-files.js';

/** What stands in a node's `conf` without being its configuration file. */
const BESIDE_CONF = /^(?:redis\.conf|sentinel\.conf|users\.acl)(?:$|\.)/;
/** They are written before it. */
const CERTIFICATES: ReadonlySet<string> = new Set(Object.values(NODE_FILES));
/** What Redis writes into `data` under the names that it has by default. */
const DATA = /^(?:.+\.rdb|.+\.aof|appendonlydir|temp-.+|lost\+found)$/;
const NOT_OURS_HINT =
  'Set `directory` in the topology file to a place of the group’s own, or move away what is there.';

/**
 * Where the directories of a node are.
 * @public the bench mounts them as `up` does
 */
export function nodeMounts(directory: string, node: string): DirectoryMounts {
  return { kind: 'directory', conf: join(directory, node, 'conf'), data: join(directory, node, 'data') };
}

/** @throws RsentinelError DIRECTORY_UNUSABLE where something else stands in the place of a node's directory, as a link to another */
export async function checkPlaces(directory: string, node: string): Promise<void> {
  const { conf, data } = nodeMounts(directory, node);
  for (const path of [dirname(conf), conf, data]) {
    const kind = await kindOf(path);
    if (kind === 'absent' || kind === 'directory') continue;
    const what = kind === 'link' ? 'a symbolic link' : 'no directory';
    throw new RsentinelError('DIRECTORY_UNUSABLE', `${path} is ${what}`, {
      hint: 'Remove it: a node has its files in directories of its own. Only `directory` itself may be a link.',
    });
  }
}

/**
 * Makes the directories of a node that are missing; those that are there are closed to others.
 * @param dataNames what the topology calls files and directories that Redis writes into `data`
 * @returns what was made, the innermost first
 * @throws RsentinelError DIRECTORY_UNUSABLE where a directory is somebody else's
 */
export async function makePlaces(
  directory: string,
  node: string,
  owner: Owner,
  dataNames: readonly string[],
  made: string[],
): Promise<void> {
  const { conf, data } = nodeMounts(directory, node);
  await checkPlaces(directory, node);
  await refuseForeign(directory, node, dataNames);
  const first = await mkdir(directory, { recursive: true });
  if (first !== undefined) {
    const above: string[] = [];
    for (let path = directory; path.length >= first.length; path = dirname(path)) above.push(path);
    made.unshift(...above);
  }
  // Nobody but us has to change anything in it.
  if (await makeOpen(dirname(conf))) made.unshift(dirname(conf));
  for (const path of [conf, data]) if (await makeClosed(path, owner)) made.unshift(path);
}

/** A name in a topology must not be enough to hand a folder of the user's to a container. */
async function refuseForeign(directory: string, node: string, dataNames: readonly string[]): Promise<void> {
  const { conf, data } = nodeMounts(directory, node);
  if (await isOurs(conf)) return;
  const refuse = (path: string, names: readonly string[]): void => {
    const [first] = names;
    if (first === undefined) return;
    const more = names.length === 1 ? '' : ` and ${names.length - 1} more`;
    throw new RsentinelError(
      'DIRECTORY_UNUSABLE',
      `${path} is not a place of this group: it holds ${first}${more}`,
      { hint: NOT_OURS_HINT },
    );
  };
  const isConf = (name: string): boolean =>
    BESIDE_CONF.test(name) || CERTIFICATES.has(name) || name.includes(ASIDE);
  const isData = (name: string): boolean => DATA.test(name) || dataNames.includes(name);
  const others = async (path: string, isExpected: (name: string) => boolean): Promise<void> =>
    refuse(
      path,
      ((await namesIn(path)) ?? []).filter((name) => !isExpected(name)),
    );
  await others(dirname(conf), (name) => name === 'conf' || name === 'data');
  await others(conf, isConf);
  await others(data, isData);
}

/** Whether there is a configuration file that rsentinel has rendered, for whatever group. */
async function isOurs(conf: string): Promise<boolean> {
  for (const file of Object.values(CONF_FILE)) {
    const text = await readText(join(conf, file));
    if (text !== null && readHeader(text) !== null) return true;
  }
  return false;
}

/** Removes what killed commands have left half written in the directories of a group. */
export async function removeUnfinishedIn(directory: string): Promise<void> {
  const names = await namesIn(directory).catch(() => null);
  const places = (names ?? []).flatMap((name) => [join(directory, name), nodeMounts(directory, name).conf]);
  for (const place of [directory, ...places]) await removeUnfinished(place).catch(() => {});
}

/** Names in a directory; null when there is none. */
export async function namesIn(path: string): Promise<readonly string[] | null> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}
