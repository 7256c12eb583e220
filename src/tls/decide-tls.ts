/** How a group will speak TLS, by its topology, by what it had before and by where its nodes are announced. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { RsentinelError } from '../errors.js';
import type { AuthClients, GroupTls } from '../model/credentials/group-tls.js';
import type { TlsFilePaths, Topology } from '../model/topology.js';
import type { AnnouncedHosts } from './decide.js';
import type { PemFinding } from './finding.js';
import type { Purpose } from './inspect.js';
import type { PemFile, PemFiles } from './pem.js';
import type { StoredTls } from './stored-tls.js';

export interface DecidedTls {
  /** null: nobody speaks TLS. */
  readonly tls: GroupTls | null;
  /** What does no harm yet. */
  readonly warnings: readonly string[];
}

/**
 * @param now ms since 1970
 * @throws RsentinelError TLS_UNUSABLE
 */
export async function decideTls(
  { name, tls }: Pick<Topology, 'name' | 'tls'>,
  stored: StoredTls,
  hosts: AnnouncedHosts,
  now: number,
): Promise<DecidedTls> {
  if (tls === null) return { tls: null, warnings: [] };
  const { authClients, files } = tls;
  if (files !== null) return givenTls(files, authClients, hosts, now);
  const { generatedTls } = await library();
  return { tls: generatedTls(name, authClients, stored, hosts, now), warnings: [] };
}

/** Loaded where it is needed: what writes certificates takes some 40 ms to load. */
const library = () => import('./decide.js');

async function givenTls(
  paths: TlsFilePaths,
  authClients: AuthClients,
  hosts: AnnouncedHosts,
  now: number,
): Promise<DecidedTls> {
  const [authority, certificate, key] = await Promise.all(
    [paths.authority, paths.certificate, paths.key].map(readPem),
  );
  if (authority === undefined || certificate === undefined || key === undefined) {
    throw new Error('three files were read');
  }
  const { trustOf, RENEW_DAYS } = await library();
  const { inspect } = await import('./inspect.js');
  const look = (files: PemFiles, announced: readonly string[], purposes: readonly Purpose[]) =>
    inspect(files, { hosts: announced, purposes, now, warnDays: RENEW_DAYS });
  const findings = [
    ...look({ certificate, key, authority }, [...new Set(hosts.values())], ['server', 'client']),
  ];
  const client =
    paths.client === null
      ? null
      : { certificate: await readPem(paths.client.certificate), key: await readPem(paths.client.key) };
  if (client !== null) findings.push(...look({ ...client, authority }, [], ['client']));
  const unique = [...new Map(findings.map((finding) => [finding.message, finding])).values()];
  const errors = unique.filter(({ code }) => code !== 'expires-soon');
  if (errors.length > 0) throw unusable(errors);

  const own = { certificate: certificate.text, key: key.text };
  const shown = client === null ? null : { certificate: client.certificate.text, key: client.key.text };
  const tls: GroupTls = {
    authClients,
    authority: authority.text,
    authorityKey: null,
    client: shown ?? (authClients === 'yes' ? own : null),
    nodes: new Map([...hosts.keys()].map((name) => [name, own])),
    trust: trustOf(certificate.text, authority.text),
  };
  return { tls, warnings: unique.map(({ message, remedy }) => `${message}. ${remedy}`) };
}

function unusable(findings: readonly PemFinding[]): RsentinelError {
  return new RsentinelError('TLS_UNUSABLE', 'the certificates of `tls` cannot be used', {
    details: findings.map(({ message, remedy }) => `${message}. ${remedy}`),
    hint: 'Nothing was created or changed. With `tls: generate` rsentinel makes certificates that fit.',
  });
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
