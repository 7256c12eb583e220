/** Which certificates a group has: what is made is made once, and kept for as long as it is good. Pure but for the keys. */

import type { AuthClients, GroupTls, KeyPair } from '../model/credentials/group-tls.js';
import type { Trust } from '../model/credentials/trust.js';
import { type Authority, loadAuthority, makeAuthority } from './authority.js';
import { certificateFacts } from './certificate-facts.js';
import { inspect } from './inspect.js';
import { issueForClient, issueForNode } from './issue.js';
import { readCertificates } from './pem.js';
import type { StoredNode, StoredShared, StoredTls } from './stored-tls.js';
import { rootOf } from './trust.js';

/** Days before its end at which a certificate is made anew, or somebody is told. */
export const RENEW_DAYS = 30;

/** Where each node is announced, by its name. */
export type AnnouncedHosts = ReadonlyMap<string, string>;

/** @param now ms since 1970 */
export function generatedTls(
  group: string,
  authClients: AuthClients,
  stored: StoredTls,
  hosts: AnnouncedHosts,
  now: number,
): GroupTls {
  const authority = keptAuthority(stored.shared, now) ?? makeAuthority(group, now);
  const signs = loadAuthority(authority);
  const nodes = [...hosts].map(([name, host]): [string, KeyPair] => [
    name,
    nodeCredentials(name, host, stored.nodes.get(name), authority.certificate, signs, now),
  ]);
  return {
    authClients,
    authority: authority.certificate,
    authorityKey: authority.key,
    client: authClients === 'no' ? null : clientCredentials(stored, authority.certificate, signs, now),
    nodes: new Map(nodes),
    trust: trustOf(authority.certificate, authority.certificate),
  };
}

/** @returns null: there is none, or none that can go on signing */
function keptAuthority(shared: StoredShared | null, now: number): KeyPair | null {
  if (shared === null || shared.authorityKey === null) return null;
  const { authority: certificate, authorityKey: key } = shared;
  if (!isGood({ certificate, key }, certificate, [], [], now)) return null;
  try {
    loadAuthority({ certificate, key });
    return { certificate, key };
  } catch {
    return null;
  }
}

function nodeCredentials(
  name: string,
  host: string,
  stored: StoredNode | undefined,
  authority: string,
  signs: Authority,
  now: number,
): KeyPair {
  const { certificate = null, key = null } = stored ?? {};
  if (certificate !== null && key !== null) {
    const kept = { certificate, key };
    const named = certificateFacts(certificate)[0]?.hosts ?? [];
    const isExact = named.length === 1 && named[0] === host;
    if (isExact && isGood(kept, authority, [host], ['server', 'client'], now)) return kept;
  }
  return issueForNode(signs, name, [host], now);
}

function clientCredentials({ shared }: StoredTls, authority: string, signs: Authority, now: number): KeyPair {
  const kept = shared?.client ?? null;
  return kept !== null && isGood(kept, authority, [], ['client'], now) ? kept : issueForClient(signs, now);
}

function isGood(
  { certificate, key }: KeyPair,
  authority: string,
  hosts: readonly string[],
  purposes: readonly ('server' | 'client')[],
  now: number,
): boolean {
  const files = {
    certificate: { name: '', text: certificate },
    key: { name: '', text: key },
    authority: { name: '', text: authority },
  };
  return inspect(files, { hosts, purposes, now, warnDays: RENEW_DAYS }).length === 0;
}

/** Of a certificate that has been inspected. */
export function trustOf(certificate: string, authority: string): Trust {
  const [own, ...others] = readCertificates({ name: '', text: certificate }).certificates;
  const authorities = readCertificates({ name: '', text: authority }).certificates;
  const root = own === undefined ? null : rootOf(own, others, authorities);
  if (root === null) throw new Error('a certificate was inspected, and goes back to nobody');
  const digest = (fingerprint: string): string => fingerprint.replaceAll(':', '').slice(0, 16).toLowerCase();
  return {
    signer: digest(root.fingerprint256),
    trusted: [...new Set(authorities.map(({ fingerprint256 }) => digest(fingerprint256)))].sort(),
  };
}
