/** Decides how a group speaks TLS: by its topology, by what it had before and by where its nodes are announced. */
import { RsentinelError } from '../errors.js';
import type { AuthClients, GroupTls } from '../model/credentials/group-tls.js';
import type { Topology } from '../model/topology.js';
import type { AnnouncedHosts } from './decide.js';
import type { PemFinding } from './finding.js';
import type { GivenFiles } from './given-files.js';
import type { Purpose } from './inspect.js';
import type { PemFiles } from './pem.js';
import type { StoredTls } from './stored-tls.js';

export interface DecidedTls {
  /** null: nobody speaks TLS. */
  readonly tls: GroupTls | null;
  /** What does no harm yet. */
  readonly warnings: readonly string[];
}

/**
 * Returns the certificates of a group: the given ones, or those that it has, made anew where they are missing or end soon. Reads and
 * writes nothing; it is asynchronous because what makes certificates is loaded where it is needed.
 * @param given null: the topology names no files
 * @param now ms since 1970
 * @throws RsentinelError TLS_UNUSABLE
 */
export async function decideTls(
  { name, tls }: Pick<Topology, 'name' | 'tls'>,
  given: GivenFiles | null,
  stored: StoredTls,
  hosts: AnnouncedHosts,
  now: number,
): Promise<DecidedTls> {
  if (tls === null) return { tls: null, warnings: [] };
  const { authClients } = tls;
  if (given !== null) return givenTls(given, authClients, hosts, now);
  const { generatedTls } = await library();
  return { tls: generatedTls(name, authClients, stored, hosts, now), warnings: [] };
}

/** Loaded where it is needed: what writes certificates takes some 40 ms to load. */
const library = () => import('./decide.js');

async function givenTls(
  { authority, certificate, key, client }: GivenFiles,
  authClients: AuthClients,
  hosts: AnnouncedHosts,
  now: number,
): Promise<DecidedTls> {
  const { trustOf, RENEW_DAYS } = await library();
  const { inspect } = await import('./inspect.js');
  const look = (files: PemFiles, announced: readonly string[], purposes: readonly Purpose[]) =>
    inspect(files, { hosts: announced, purposes, now, warnDays: RENEW_DAYS });
  const findings = [
    ...look({ certificate, key, authority }, [...new Set(hosts.values())], ['server', 'client']),
  ];
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
