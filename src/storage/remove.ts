/** Removes the directories of a group, and nothing that is not the group's. */
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ACCESS_FILE, parseAccess } from '../access/access-file.js';
import { NODE_FILES } from '../model/credentials/group-tls.js';
import { parseTlsOwner, TLS_FILE } from '../tls/stored-tls.js';
import { readConf } from './directory-storage.js';
import { removeEmpty, unusable } from './filesystem.js';
import { ASIDE } from './guarded-files.js';
import { removeIgnoreFile } from './ignore-file.js';
import { checkPlaces, namesIn, nodeMounts } from './node-places.js';
import { readSharedFile, SHARED } from './shared-files.js';

/**
 * Removes the directories of the nodes of a group, recognised by the file that rsentinel rendered
 * there or by what a killed `up` leaves before it has written one, and then the group's directory
 * if nothing else is in it.
 * @param isOurs tells by the text of a file of a node's, or of the group's own, whether it belongs to the group
 * @returns what was removed
 * @throws RsentinelError DIRECTORY_UNUSABLE
 */
export async function removeDirectories(
  directory: string,
  isOurs: (text: string) => boolean,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const entry of (await list(directory)) ?? []) {
    if (!(await hasOurConf(directory, entry, isOurs)) && !(await isHalfMade(directory, entry))) continue;
    removed.push(...(await removePlaces(directory, entry)));
  }
  if (removed.length > 0) await removeIgnoreFile(directory);
  // The default place is .rsentinel/<group>: its parent goes with the last group.
  if ((await removeEmpty(directory)) && dirname(directory).endsWith('.rsentinel')) {
    await removeEmpty(dirname(directory));
  }
  return removed;
}

/** What somebody else has put beside them stays, and so does the node's own directory then. */
async function removePlaces(directory: string, node: string): Promise<readonly string[]> {
  const path = join(directory, node);
  const { conf, data } = nodeMounts(directory, node);
  try {
    if (node === SHARED) {
      await rm(path, { recursive: true, force: true });
      return [path];
    }
    // The files by which it is known go last: one that was interrupted is found again.
    for (const place of [data, conf]) await rm(place, { recursive: true, force: true });
    return (await removeEmpty(path)) ? [path] : [conf, data];
  } catch (error) {
    throw unusable(path, 'removed', error);
  }
}

/** Whether a node of the group has its files in a directory. @param isOurs as for {@link removeDirectories} */
export async function holdsFiles(directory: string, isOurs: (text: string) => boolean): Promise<boolean> {
  for (const entry of (await list(directory)) ?? []) {
    if (await hasOurConf(directory, entry, isOurs)) return true;
  }
  return false;
}

/** Whether there is a directory. @throws RsentinelError DIRECTORY_UNUSABLE */
export async function isThere(directory: string): Promise<boolean> {
  return (await list(directory)) !== null;
}

function hasOurConf(directory: string, node: string, isOurs: (text: string) => boolean): Promise<boolean> {
  if (node === SHARED) {
    const files = [readSharedFile(directory, ACCESS_FILE), readSharedFile(directory, TLS_FILE)];
    // Nobody else has a directory of that name; one that was damaged goes too.
    const isDamaged = (text: string): boolean => parseAccess(text) === null && parseTlsOwner(text) === null;
    return isAnyOurs(files, (text) => isOurs(text) || isDamaged(text));
  }
  return isAnyOurs([readConf(directory, node, 'redis'), readConf(directory, node, 'sentinel')], isOurs);
}

async function isAnyOurs(
  files: readonly Promise<string | null>[],
  isOurs: (text: string) => boolean,
): Promise<boolean> {
  const texts = await Promise.all(files.map((text) => text.catch(() => null)));
  return texts.some((text) => text !== null && isOurs(text));
}

/** What is written before the configuration. */
const BEFORE_CONF: ReadonlySet<string> = new Set(Object.values(NODE_FILES));

/** A node's directories with nothing in them but what comes before its configuration, or was about to be renamed. */
async function isHalfMade(directory: string, node: string): Promise<boolean> {
  try {
    await checkPlaces(directory, node);
    const { conf, data } = nodeMounts(directory, node);
    const [entries, files, inData] = await Promise.all([dirname(conf), conf, data].map(namesIn));
    if (entries?.some((entry) => entry !== 'conf' && entry !== 'data') !== false) return false;
    const isEarly = (file: string): boolean => file.includes(ASIDE) || BEFORE_CONF.has(file);
    return files?.every(isEarly) === true && (inData ?? []).length === 0;
  } catch {
    // What cannot be looked at is not ours to remove.
    return false;
  }
}

/** Names in a directory; null when there is none. @throws RsentinelError DIRECTORY_UNUSABLE */
async function list(path: string): Promise<readonly string[] | null> {
  try {
    return await namesIn(path);
  } catch (error) {
    throw unusable(path, 'read', error);
  }
}
