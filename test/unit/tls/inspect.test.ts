/** What is found wrong with certificate files. */

import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KeyPair } from '../../../src/model/credentials/group-tls.js';
import { makeAuthority } from '../../../src/tls/authority.js';
import { certificateFacts } from '../../../src/tls/certificate-facts.js';
import { type Expectations, inspect } from '../../../src/tls/inspect.js';
import { DAY, intermediateOf, NOW, nodeOf, selfSigned, signedBy } from './certificates.js';

const authority = makeAuthority('demo', NOW);
const good = nodeOf(authority, ['127.0.0.1', 'redis.example']);

interface Case extends Partial<KeyPair>, Partial<Expectations> {
  readonly authority?: string;
}

/** `code (file): message` of each finding in node.crt, node.key, ca.crt. */
const findings = (changes: Case = {}) =>
  inspect(
    {
      certificate: { name: 'node.crt', text: changes.certificate ?? good.certificate },
      key: { name: 'node.key', text: changes.key ?? good.key },
      authority: { name: 'ca.crt', text: changes.authority ?? authority.certificate },
    },
    { hosts: ['127.0.0.1'], purposes: ['server', 'client'], now: NOW, warnDays: 14, ...changes },
  );
const found = (changes: Case = {}): readonly string[] =>
  findings(changes).map(({ code, file, message }) => `${code} (${file}): ${message}`);
/** As DER is when it is read as text. */
const asText = (pem: string): string =>
  Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64').toString('utf8');

describe('files that are good', () => {
  it('have no finding', () => {
    expect(found()).toEqual([]);
    expect(found({ hosts: ['127.0.0.1', 'redis.example'] })).toEqual([]);
  });

  it('may have text between the certificates, and lines that end as on Windows', () => {
    const certificate = `Subject: redis-1\r\n${good.certificate.replaceAll('\n', '\r\n')}`;
    expect(found({ certificate })).toEqual([]);
  });

  it('may have a key of RSA, of the old form', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { certificate } = signedBy(authority, { publicKey: rsa.publicKey });
    expect(
      found({ certificate, key: rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString() }),
    ).toEqual([]);
  });

  it('are told as facts', () => {
    expect(certificateFacts(good.certificate + authority.certificate)).toMatchObject([
      {
        subject: 'CN=rsentinel redis-1',
        issuer: 'CN=rsentinel demo',
        hosts: ['127.0.0.1', 'redis.example'],
        isAuthority: false,
      },
      { subject: 'CN=rsentinel demo', hosts: [], isAuthority: true },
    ]);
  });
});

describe('the time', () => {
  it('of a certificate may be over', () => {
    expect(found({ now: NOW + 399 * DAY })).toEqual([
      'expired (node.crt): the certificate of CN=rsentinel redis-1 in node.crt has expired: it was valid until 2027-04-01 12:00 UTC (3 days ago)',
    ]);
  });

  it('is over at the end to the millisecond', () => {
    expect(found({ now: NOW + 396 * DAY })[0]).toMatch(/^expired/);
    expect(found({ now: NOW + 396 * DAY - 1 })[0]).toMatch(/^expires-soon .* expires in less than a day/);
  });

  it('may not have come', () => {
    expect(found({ now: NOW - 2 * DAY - 1, authority: makeAuthority('demo', 0).certificate })[0]).toBe(
      'not-yet-valid (node.crt): the certificate of CN=rsentinel redis-1 in node.crt is not yet valid: it will be from 2026-02-28 12:00 UTC on (in 1 day)',
    );
  });

  it('may be over soon', () => {
    expect(found({ now: NOW + 383 * DAY })).toEqual([
      'expires-soon (node.crt): the certificate of CN=rsentinel redis-1 in node.crt expires in 13 days: it is valid until 2027-04-01 12:00 UTC',
    ]);
    expect(found({ now: NOW + 382 * DAY })).toEqual([]);
  });

  it('of the authority counts as well', () => {
    const old = makeAuthority('demo', NOW - 3651 * DAY);
    expect(found({ ...signedBy(old), authority: old.certificate })).toEqual([
      'expired (ca.crt): the certificate of CN=rsentinel demo in ca.crt has expired: it was valid until 2026-02-28 12:00 UTC (1 day ago)',
    ]);
  });

  it('of an authority that has signed nothing does not', () => {
    const old = makeAuthority('other', NOW - 3651 * DAY);
    expect(found({ authority: old.certificate + authority.certificate })).toEqual([]);
  });
});

describe('the host', () => {
  it('has to be in the certificate', () => {
    expect(found({ hosts: ['10.0.0.1', '127.0.0.1', 'other.example'] })).toEqual([
      'wrong-host (node.crt): the certificate of CN=rsentinel redis-1 in node.crt is not for 10.0.0.1, other.example: it is for 127.0.0.1, redis.example',
    ]);
    expect(findings({ hosts: ['10.0.0.1', 'other.example'] })[0]?.remedy).toContain(
      'IP:10.0.0.1,DNS:other.example',
    );
  });

  it('is found however an IPv6 address is written', () => {
    const certificate = signedBy(authority, { hosts: ['fe80::1'] });
    expect(found({ ...certificate, hosts: ['FE80:0::1', 'fe80::1%eth0'] })).toEqual([]);
  });

  it('may be under a wildcard', () => {
    const certificate = signedBy(authority, { hosts: ['*.example.com'] });
    expect(found({ ...certificate, hosts: ['redis-1.example.com'] })).toEqual([]);
    expect(found({ ...certificate, hosts: ['a.b.example.com'] })).toHaveLength(1);
  });

  it('that is only in the subject does not count', () => {
    const certificate = signedBy(authority, { commonName: 'redis.example', hosts: [] });
    expect(found({ ...certificate, hosts: ['redis.example'] })).toEqual([
      'wrong-host (node.crt): the certificate of CN=redis.example in node.crt is not for redis.example: it stands in the subject alone, where clients do not look any more',
    ]);
    expect(found({ ...certificate, hosts: ['10.0.0.1'] })[0]).toMatch(/: it names no host at all$/);
  });
});

describe('the purpose', () => {
  it('of a node is both', () => {
    expect(found({ ...signedBy(authority, { use: ['server'] }) })).toEqual([
      'wrong-purpose (node.crt): the certificate of CN=rsentinel redis-1 in node.crt is not for clients (clientAuth)',
    ]);
    expect(findings({ ...signedBy(authority, { use: ['server'] }) })[0]?.remedy).toContain('Nodes are both');
  });

  it('of a client is one', () => {
    expect(found({ ...signedBy(authority, { use: ['client'] }), purposes: ['client'] })).toEqual([]);
  });
});

describe('the key', () => {
  it('has to belong to the certificate', () => {
    expect(found({ key: authority.key })).toEqual([
      'key-mismatch (node.key): node.key does not belong to the certificate of CN=rsentinel redis-1 in node.crt: it is another key',
    ]);
  });

  it('must not be encrypted', () => {
    const encrypted = (type: 'pkcs8' | 'sec1') =>
      createPrivateKey(good.key)
        .export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
        .toString();
    for (const type of ['pkcs8', 'sec1'] as const) {
      expect(found({ key: encrypted(type) })).toEqual([
        'key-encrypted (node.key): node.key is encrypted, and nodes start without anybody who could type the passphrase',
      ]);
    }
  });

  it('must be one', () => {
    const cut = good.key.replace(/\n.{20}/, '\n');
    expect(found({ key: cut })).toEqual([
      'key-unreadable (node.key): node.key cannot be read: what stands in it after BEGIN PRIVATE KEY is no key',
    ]);
    expect(found({ key: good.certificate })).toEqual([
      'not-pem (node.key): node.key holds a certificate and no private key',
    ]);
    expect(found({ key: '' })).toEqual(['not-pem (node.key): node.key holds no private key in PEM']);
    expect(findings({ key: asText(good.key) })[0]?.remedy).toContain('openssl pkey -inform der -in node.key');
  });

  it('is never told', () => {
    const body = good.key.split('\n')[1] ?? '';
    const all = [
      { certificate: good.key },
      { authority: good.key },
      { key: good.key.replace(/\n.{20}/, '\n') },
      { key: `${good.key.slice(0, 60)}\n-----END PRIVATE KEY-----` },
      { key: authority.key },
    ].map((changes) => JSON.stringify(findings(changes)));
    for (const text of all) {
      expect(text).not.toBe('[]');
      expect(text).not.toContain(body.slice(0, 20));
    }
  });
});

describe('the certificate', () => {
  it('has to be in PEM', () => {
    expect(found({ certificate: good.key })).toEqual([
      'not-pem (node.crt): node.crt holds a private key and no certificate',
    ]);
    expect(found({ certificate: '-----BEGIN CERTIFICATE REQUEST-----' })).toEqual([
      'not-pem (node.crt): node.crt holds a request for a certificate, not the certificate',
    ]);
    expect(found({ certificate: 'hello' })).toEqual([
      'not-pem (node.crt): node.crt holds no certificate in PEM (there is no line BEGIN CERTIFICATE in it)',
    ]);
    expect(findings({ certificate: asText(good.certificate) })[0]?.remedy).toContain(
      'openssl x509 -inform der',
    );
  });

  it('has to be whole', () => {
    const certificate = good.certificate.replace(/\n.{40}/, '\n');
    expect(found({ certificate })).toEqual([
      'certificate-unreadable (node.crt): node.crt cannot be read: what stands in it between BEGIN CERTIFICATE and END CERTIFICATE is no certificate',
    ]);
  });
});

describe('the authority', () => {
  it('has to have signed it', () => {
    expect(found({ authority: makeAuthority('other', NOW).certificate })).toEqual([
      'untrusted (node.crt): the certificate of CN=rsentinel redis-1 in node.crt is signed by CN=rsentinel demo, which is not in ca.crt',
    ]);
  });

  it('may have been made anew under the same name', () => {
    expect(found({ authority: makeAuthority('demo', NOW).certificate })).toEqual([
      'untrusted (node.crt): the certificate of CN=rsentinel redis-1 in node.crt is said to be signed by CN=rsentinel demo; ca.crt has one of that name, with another key',
    ]);
  });

  it('may have signed by one in between, in either file', () => {
    const between = intermediateOf(authority);
    const leaf = signedBy(between);
    const certificate = leaf.certificate + between.certificate;
    expect(found({ certificate, key: leaf.key })).toEqual([]);
    expect(found({ ...leaf, authority: between.certificate + authority.certificate })).toEqual([]);
    expect(found({ ...leaf })).toEqual([
      'untrusted (node.crt): the certificate of CN=rsentinel redis-1 in node.crt is signed by CN=in between, which is not in ca.crt',
    ]);
    // OpenSSL wants to see one that has signed itself.
    expect(found({ ...leaf, authority: between.certificate })).toEqual([
      'untrusted (node.crt): the certificate of CN=in between in node.crt is signed by CN=rsentinel demo, which is not in ca.crt',
    ]);
  });

  it('is what the time of one in between counts for as well', () => {
    const between = intermediateOf(authority, { notAfter: NOW - 1000 });
    const leaf = signedBy(between);
    expect(found({ certificate: leaf.certificate + between.certificate, key: leaf.key })[0]).toMatch(
      /^expired \(node.crt\): the certificate of CN=in between in node.crt has expired/,
    );
  });

  it('may be there twice, before and after it was renewed with the same key', () => {
    const { certificate, key } = selfSigned('renewed', NOW, { use: 'authority', notAfter: NOW - 1000 });
    const { certificate: renewed } = selfSigned('renewed', NOW, { use: 'authority' }, key);
    const leaf = signedBy({ certificate, key });
    expect(found({ ...leaf, authority: certificate + renewed })).toEqual([]);
    expect(found({ ...leaf, authority: certificate })[0]).toMatch(/^expired \(ca.crt\)/);
  });

  it('is not found in a circle', () => {
    const root = makeAuthority('root', NOW);
    const a = intermediateOf(root, { commonName: 'a' });
    const publicKey = createPublicKey(a.key);
    const b = intermediateOf(a, { commonName: 'b' });
    const circle = signedBy(b, { commonName: 'a', use: 'authority', hosts: [], publicKey }).certificate;
    const leaf = signedBy({ ...a, certificate: circle });
    expect(found({ ...leaf, authority: circle + b.certificate })[0]).toMatch(/^untrusted/);
  });

  it('may not be in the certificate’s own file alone', () => {
    const other = makeAuthority('other', NOW);
    const leaf = signedBy(other);
    expect(found({ certificate: leaf.certificate + other.certificate, key: leaf.key })).toEqual([
      'untrusted (node.crt): the certificate in node.crt goes back to CN=rsentinel other, which is not in ca.crt',
    ]);
  });

  it('cannot be a certificate that may not sign', () => {
    const leaf = signedBy(good, { commonName: 'other' });
    expect(found({ certificate: leaf.certificate + good.certificate, key: leaf.key })).toEqual([
      'not-an-authority (node.crt): CN=rsentinel redis-1 in node.crt has signed a certificate, and is no authority (basicConstraints without CA)',
    ]);
  });

  it('may be the certificate itself, if it has signed itself', () => {
    const alone = selfSigned('alone');
    expect(found({ ...alone, authority: alone.certificate })).toEqual([]);
    expect(found({ ...alone })).toEqual([
      'untrusted (node.crt): the certificate of CN=alone in node.crt has signed itself, and is not in ca.crt',
    ]);
  });

  it('is not looked for where its file has none', () => {
    expect(found({ authority: '' })).toEqual([
      'not-pem (ca.crt): ca.crt holds no certificate in PEM (there is no line BEGIN CERTIFICATE in it)',
    ]);
  });
});
