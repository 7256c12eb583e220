/** Certificates that the authority of a group signs: one for each node, one for its clients. */
import type { KeyPair } from '../model/credentials/group-tls.js';
import { type Authority, CLOCK_SKEW, keyText, newKeys } from './authority.js';
import { type Contents, signCertificate } from './sign-certificate.js';

const DAY = 24 * 60 * 60 * 1000;

/** Clients that limit how long a certificate may be valid take no more than 398 days. */
const LIFE = 397 * DAY;

/**
 * The certificate of a node. Redis has one for both directions: for who connects to it, and for the master and the
 * sentinels that it connects to.
 * @param hosts Where it is announced, and nothing else is what the certificate is for. At least one.
 * @param now ms since 1970
 */
export function issueForNode(
  authority: Authority,
  node: string,
  hosts: readonly string[],
  now: number,
): KeyPair {
  // No host name: some clients take the common name for one where there are IP addresses only.
  const commonName = `rsentinel ${node}`;
  return issue(authority, { commonName, use: ['server', 'client'], hosts: [...new Set(hosts)] }, now);
}

/** The certificate that clients show where nodes ask for one (`tls-auth-clients`). */
export function issueForClient(authority: Authority, now: number): KeyPair {
  return issue(authority, { commonName: 'client', use: ['client'], hosts: [] }, now);
}

function issue(
  authority: Authority,
  contents: Pick<Contents, 'commonName' | 'use' | 'hosts'>,
  now: number,
): KeyPair {
  const { publicKey, privateKey } = newKeys();
  const notBefore = now - CLOCK_SKEW;
  const notAfter = Math.min(notBefore + LIFE, authority.notAfter);
  const certificate = signCertificate({ ...contents, publicKey, notBefore, notAfter }, authority);
  return { certificate, key: keyText(privateKey) };
}
