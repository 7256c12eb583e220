/** What a group on an engine is entered with: found where it keeps its files. */
import { ACCESS_FILE, parseAccess, type StoredAccess } from '../../access/access-file.js';
import { readHeader } from '../../config/header.js';
import type { Engine, GroupObjects } from '../../engine/engine.js';
import { RsentinelError } from '../../errors.js';
import { type Credentials, credentialsOf, NO_CREDENTIALS } from '../../model/credentials/credentials.js';
import { NODE_FILES, SHARED_FILES } from '../../model/credentials/group-tls.js';
import { readSharedFile, SHARED } from '../../storage/shared-files.js';
import type { Storage } from '../../storage/storage.js';
import {
  parseTlsOwner,
  type StoredNode,
  type StoredShared,
  type StoredTls,
  storedShared,
  TLS_FILE,
} from '../../tls/stored-tls.js';

/**
 * @returns without a login where nobody has to log in, or nothing tells with what: the nodes say so then
 * @throws RsentinelError DIRECTORY_UNUSABLE, FOREIGN_CONF
 */
export async function loadCredentials(
  group: string,
  objects: GroupObjects,
  engine: Engine,
): Promise<Credentials> {
  const guarded = objects.members.some(({ auth }) => auth !== 'none');
  const isTls = objects.members.some(({ trust }) => trust !== null);
  if (!guarded && !isTls) return NO_CREDENTIALS;
  const files = await sharedFilesOn(group, objects, engine);
  try {
    const text = guarded ? await files.read(ACCESS_FILE) : null;
    const stored = text === null ? null : readAccess(text, group);
    const shared = isTls ? await readSharedTls(files.read, group) : null;
    const trust = shared === null ? [] : [{ authority: shared.authority, own: shared.client }];
    return credentialsOf(stored === null ? [] : [stored.present, stored.former], trust);
  } finally {
    await files.close();
  }
}

/** Files that belong to a group and to no node, wherever they are. */
interface SharedReader {
  /** @returns null: there is none */
  readonly read: (file: string) => Promise<string | null>;
  readonly close: () => Promise<void>;
}

async function sharedFilesOn(group: string, objects: GroupObjects, engine: Engine): Promise<SharedReader> {
  const [member] = objects.members.filter(({ role }) => role !== 'other');
  if (member?.storage === 'directory') {
    const { directory } = member;
    return { read: (file) => readSharedFile(directory, file), close: async () => {} };
  }
  const volume = objects.volumes.find(({ node }) => node === SHARED);
  if (volume === undefined || objects.image === null)
    return { read: async () => null, close: async () => {} };
  const files = await engine.openVolumes(group, objects.image, [volume]);
  return { read: (file) => files.read(SHARED, file), close: () => files.close() };
}

/** @returns null: there is nothing of use. @throws RsentinelError FOREIGN_CONF */
async function readSharedTls(read: SharedReader['read'], group: string): Promise<StoredShared | null> {
  const mark = await read(TLS_FILE);
  const owner = mark === null ? null : parseTlsOwner(mark);
  if (owner === null) return null;
  if (owner !== group) throw foreign('certificates', group, owner);
  return storedShared({
    authority: await read(SHARED_FILES.authority),
    authorityKey: await read(SHARED_FILES.authorityKey),
    certificate: await read(SHARED_FILES.certificate),
    key: await read(SHARED_FILES.key),
  });
}

/** @param nodes whose own files are read too. @throws RsentinelError DIRECTORY_UNUSABLE, FOREIGN_CONF */
export async function storedTlsIn(
  storage: Storage,
  group: string,
  nodes: readonly string[],
): Promise<StoredTls> {
  const own = await Promise.all(
    nodes.map(async (name): Promise<[string, StoredNode]> => {
      const [authority = null, certificate = null, key = null] = await Promise.all(
        [NODE_FILES.authority, NODE_FILES.certificate, NODE_FILES.key].map((file) =>
          storage.readBeside(name, file),
        ),
      );
      return [name, { authority, certificate, key }];
    }),
  );
  const isThere = ([, { authority, certificate, key }]: [string, StoredNode]): boolean =>
    authority !== null || certificate !== null || key !== null;
  return {
    shared: await readSharedTls((file) => storage.readShared(file), group),
    nodes: new Map(own.filter(isThere)),
  };
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
  throw foreign('passwords', group, stored.group);
}

function foreign(what: string, group: string, owner: string): RsentinelError {
  return new RsentinelError(
    'FOREIGN_CONF',
    `the ${what} beside the files of ${group} are those of ${owner}`,
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
  return [readHeader(text)?.group, parseAccess(text)?.group, parseTlsOwner(text)].includes(group);
}
