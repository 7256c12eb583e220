/** The authority of a group: it signs the certificates of the group's nodes and clients, and of nobody else. */

import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import type { KeyPair } from '../model/credentials/group-tls.js';
import { signCertificate } from './sign-certificate.js';

/** Who can sign. */
export interface Authority {
  readonly commonName: string;
  readonly key: KeyObject;
  /** ms since 1970: what it signs does not outlive it. */
  readonly notAfter: number;
}

const DAY = 24 * 60 * 60 * 1000;

/** Clocks differ, most of all that of a virtual machine which has slept. */
export const CLOCK_SKEW = DAY;

const AUTHORITY_LIFE = 3650 * DAY;

/** @param now ms since 1970 */
export function makeAuthority(group: string, now: number): KeyPair {
  const { publicKey, privateKey } = newKeys();
  const commonName = `rsentinel ${group}`;
  const certificate = signCertificate(
    {
      commonName,
      publicKey,
      use: 'authority',
      hosts: [],
      notBefore: now - CLOCK_SKEW,
      notAfter: now + AUTHORITY_LIFE,
    },
    { commonName, key: privateKey },
  );
  return { certificate, key: keyText(privateKey) };
}

/**
 * An authority that `makeAuthority` has made.
 * @throws Error when it is not one; `inspect.ts` says why
 */
export function loadAuthority({ certificate, key }: KeyPair): Authority {
  const parsed = new X509Certificate(certificate);
  const commonName = /^CN=(.+)$/.exec(parsed.subject)?.[1];
  if (commonName === undefined || !parsed.ca) throw new Error('not an authority of a group');
  return { commonName, key: createPrivateKey(key), notAfter: Date.parse(parsed.validTo) };
}

/** P-256: what every OpenSSL from 1.1 on, every client and every browser takes; made in a millisecond. */
export function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

export function keyText(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
