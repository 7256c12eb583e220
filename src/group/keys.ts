/** What a group on an engine is entered with: found where it keeps its files. */
import { ACCESS_FILE, parseAccess, type StoredAccess } from '../access/access-file.js';
import { type Keyring, keyringOf, NO_KEYS } from '../access/keyring.js';
import type { Driver, ObservedEngine } from '../driver/driver.js';
import { RsentinelError } from '../errors.js';
import { readHeader } from '../render/header.js';
import { readSharedFile, SHARED } from '../storage/shared-files.js';
import type { Storage } from '../storage/storage.js';

/**
 * @returns without a login where nobody has to log in, or nothing tells with what: the nodes say so then
 * @throws RsentinelError DIRECTORY_UNUSABLE, FOREIGN_CONF
 */
export async function keyringOn(group: string, engine: ObservedEngine, driver: Driver): Promise<Keyring> {
  const stored = await storedAccess(group, engine, driver);
  return stored === null ? NO_KEYS : keyringOf([stored.present, stored.former]);
}

async function storedAccess(
  group: string,
  engine: ObservedEngine,
  driver: Driver,
): Promise<StoredAccess | null> {
  const member = engine.members.find(({ auth }) => auth !== 'none');
  if (member === undefined) return null;
  const text =
    member.storage === 'directory'
      ? await readSharedFile(member.directory, ACCESS_FILE)
      : await readFromVolume(group, engine, driver);
  return text === null ? null : readAccess(text, group);
}

async function readFromVolume(group: string, engine: ObservedEngine, driver: Driver): Promise<string | null> {
  const volume = engine.volumes.find(({ node }) => node === SHARED);
  if (volume === undefined || engine.image === null) return null;
  const files = await driver.openVolumes(group, engine.image, [volume]);
  try {
    return await files.read(SHARED, ACCESS_FILE);
  } finally {
    await files.close();
  }
}

/** @throws RsentinelError DIRECTORY_UNUSABLE, FOREIGN_CONF */
function readAccess(text: string, group: string): StoredAccess {
  const stored = parseAccess(text);
  if (stored === null) {
    throw new RsentinelError(
      'DIRECTORY_UNUSABLE',
      `${ACCESS_FILE} of the group ${group} cannot be understood`,
      {
        hint: `Somebody has changed it. \`rsentinel down -n ${group} --volumes\` and \`up\` make the group anew.`,
      },
    );
  }
  if (stored.group === group) return stored;
  throw new RsentinelError(
    'FOREIGN_CONF',
    `the passwords beside the files of ${group} are those of ${stored.group}`,
    {
      hint: 'Set `directory` in the topology file to another place.',
    },
  );
}

/** What a group was entered with so far; null: nobody had to log in. @throws RsentinelError DIRECTORY_UNUSABLE, FOREIGN_CONF */
export async function storedIn(storage: Storage, group: string): Promise<StoredAccess | null> {
  const text = await storage.readShared(ACCESS_FILE);
  return text === null ? null : readAccess(text, group);
}

/** Whether a file that stands among those of nodes was written for this group. */
export function isFileOf(text: string, group: string): boolean {
  return readHeader(text)?.group === group || parseAccess(text)?.group === group;
}
