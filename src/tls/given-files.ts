/** Reads the certificates that a topology names. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { RsentinelError } from '../errors.js';
import type { Topology } from '../model/topology.js';
import type { PemFile } from './pem.js';

/** The files of `tls` with their texts. */
export interface GivenFiles {
  readonly authority: PemFile;
  readonly certificate: PemFile;
  readonly key: PemFile;
  /** null: the clients have no certificate of their own. */
  readonly client: { readonly certificate: PemFile; readonly key: PemFile } | null;
}

/**
 * Reads the files that `tls` names. Returns null where it names none: certificates are made then, or nobody speaks TLS.
 * @throws RsentinelError TLS_UNUSABLE
 */
export async function readGivenFiles({ tls }: Pick<Topology, 'tls'>): Promise<GivenFiles | null> {
  const paths = tls?.files ?? null;
  if (paths === null) return null;
  const [authority, certificate, key] = await Promise.all([
    readPem(paths.authority),
    readPem(paths.certificate),
    readPem(paths.key),
  ]);
  const client =
    paths.client === null
      ? null
      : { certificate: await readPem(paths.client.certificate), key: await readPem(paths.client.key) };
  return { authority, certificate, key, client };
}

/** Bytes: more than any bundle of authorities; somebody may have named another file by mistake. */
const MOST_BYTES = 1_048_576;

/** @throws RsentinelError TLS_UNUSABLE */
async function readPem(path: string): Promise<PemFile> {
  try {
    // A pipe that nobody writes into would be waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new Error('it is not a file');
      if (stat.size > MOST_BYTES) throw new Error('it is longer than any file of certificates');
      return { name: path, text: await file.readFile('utf8') };
    } finally {
      await file.close();
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RsentinelError('TLS_UNUSABLE', `${path} cannot be read: ${why}`, {
      hint: 'Check `tls` in the topology file.',
      cause,
    });
  }
}
