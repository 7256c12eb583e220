/** Certificates for tests, good ones and others. */

import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import type { KeyPair } from '../../../src/model/credentials/group-tls.js';
import { loadAuthority, makeAuthority } from '../../../src/tls/authority.js';
import { issueForNode } from '../../../src/tls/issue.js';
import { type Contents, signCertificate } from '../../../src/tls/sign-certificate.js';

export const DAY = 24 * 60 * 60 * 1000;
export const NOW = Date.parse('2026-03-01T12:00:00Z');

/** @param now When it is made: what was made two years ago has expired. */
export function nodeOf(authority: KeyPair, hosts: readonly string[], now = NOW): KeyPair {
  return issueForNode(loadAuthority(authority), 'redis-1', hosts, now);
}

/** Whatever a certificate can say, signed by anybody. */
export function signedBy(signer: KeyPair, contents: Partial<Contents> = {}): KeyPair {
  const { key } = makeAuthority('unused', NOW);
  const certificate = signCertificate(
    {
      commonName: 'rsentinel redis-1',
      publicKey: createPublicKey(key),
      use: ['server', 'client'],
      hosts: ['127.0.0.1'],
      notBefore: NOW - DAY,
      notAfter: NOW + 100 * DAY,
      ...contents,
    },
    { commonName: nameOf(signer), key: createPrivateKey(signer.key) },
  );
  return { certificate, key };
}

/** An authority that another one has signed. */
export function intermediateOf(root: KeyPair, contents: Partial<Contents> = {}): KeyPair {
  return signedBy(root, { commonName: 'in between', use: 'authority', hosts: [], ...contents });
}

/** A certificate that nobody else vouches for. */
export function selfSigned(
  commonName: string,
  now = NOW,
  contents: Partial<Contents> = {},
  key = makeAuthority('unused', now).key,
): KeyPair {
  const own = createPrivateKey(key);
  const certificate = signCertificate(
    {
      commonName,
      publicKey: createPublicKey(own),
      use: ['server', 'client'],
      hosts: ['127.0.0.1'],
      notBefore: now - DAY,
      notAfter: now + 100 * DAY,
      ...contents,
    },
    { commonName, key: own },
  );
  return { certificate, key };
}

function nameOf({ certificate }: KeyPair): string {
  return new X509Certificate(certificate).subject.replace(/^CN=/, '');
}
