/** Certificates as they are issued, and as OpenSSL and Node judge them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAuthority, makeAuthority } from '../../../src/tls/authority.js';
import { certificateFacts } from '../../../src/tls/certificate-facts.js';
import { issueForClient, issueForNode } from '../../../src/tls/issue.js';
import { DAY, NOW, nodeOf } from './certificates.js';

const HOSTS = ['127.0.0.1', '::1', '::ffff:10.0.0.1', 'fe80::1', 'redis-1.example.com'];
const SERVER = '1.3.6.1.5.5.7.3.1';
const CLIENT = '1.3.6.1.5.5.7.3.2';
const authority = makeAuthority('demo', NOW);
const node = nodeOf(authority, HOSTS);
const client = issueForClient(loadAuthority(authority), NOW);

const facts = (certificate: string) => {
  const [found] = certificateFacts(certificate);
  if (found === undefined) throw new Error('no certificate');
  return found;
};

describe('an authority', () => {
  it('is named after its group, signs itself and is valid for ten years', () => {
    const parsed = new X509Certificate(authority.certificate);
    expect(facts(authority.certificate)).toMatchObject({
      subject: 'CN=rsentinel demo',
      issuer: 'CN=rsentinel demo',
      hosts: [],
      isAuthority: true,
      notBefore: NOW - DAY,
      notAfter: NOW + 3650 * DAY,
    });
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  it('is another one each time', () => {
    expect(makeAuthority('demo', NOW).key).not.toBe(authority.key);
  });

  it('is read again from its files', () => {
    const loaded = loadAuthority(authority);
    expect(loaded).toMatchObject({ commonName: 'rsentinel demo', notAfter: NOW + 3650 * DAY });
  });

  it('is not what a node has', () => {
    expect(() => loadAuthority(node)).toThrow('not an authority of a group');
  });
});

describe('the certificate of a node', () => {
  it('is for exactly the hosts that are given, IP addresses as such', () => {
    const { subjectAltName } = new X509Certificate(node.certificate);
    expect(subjectAltName).toBe(
      'IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:0:0:0:0:0:FFFF:A00:1, IP Address:FE80:0:0:0:0:0:0:1, DNS:redis-1.example.com',
    );
  });

  it('has a host once that is given twice', () => {
    expect(facts(nodeOf(authority, ['a.example', 'a.example']).certificate).hosts).toEqual(['a.example']);
  });

  it('leaves out the zone of an IPv6 address', () => {
    expect(facts(nodeOf(authority, ['fe80::1%eth0']).certificate).hosts).toEqual(['fe80::1']);
  });

  it('is for servers and clients, and signs nothing', () => {
    const parsed = new X509Certificate(node.certificate);
    expect(parsed.keyUsage).toEqual([SERVER, CLIENT]);
    expect(parsed.ca).toBe(false);
  });

  it('is valid for 397 days, from the day before on', () => {
    expect(facts(node.certificate)).toMatchObject({ notBefore: NOW - DAY, notAfter: NOW + 396 * DAY });
  });

  it('does not outlive its authority', () => {
    const late = NOW + 3600 * DAY;
    expect(facts(nodeOf(authority, HOSTS, late).certificate).notAfter).toBe(NOW + 3650 * DAY);
  });

  it('has a key of its own, in PKCS#8', () => {
    expect(node.key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(new X509Certificate(node.certificate).checkPrivateKey(createPrivateKey(node.key))).toBe(true);
  });

  it('has a random serial number of 128 bits', () => {
    const loaded = loadAuthority(authority);
    const serials = Array.from(
      { length: 50 },
      () => new X509Certificate(issueForNode(loaded, 'redis-1', ['a.example'], NOW).certificate).serialNumber,
    );
    expect(new Set(serials).size).toBe(50);
    expect(serials.every((serial) => /^[4-7][0-9A-F]{31}$/.test(serial))).toBe(true);
  });
});

describe('the certificate of clients', () => {
  it('is for clients alone and for no host', () => {
    const parsed = new X509Certificate(client.certificate);
    expect(parsed.subject).toBe('CN=client');
    expect(parsed.keyUsage).toEqual([CLIENT]);
    expect(parsed.subjectAltName).toBeUndefined();
  });
});

describe.skipIf(spawnSync('openssl', ['version']).status !== 0)('OpenSSL', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  /** What it says of a file, and whether it likes it. */
  const verify = (name: string, ...options: readonly string[]): string => {
    const common = ['verify', '-x509_strict', '-attime', String(NOW / 1000), '-CAfile', file('ca.crt')];
    const { stdout, stderr } = spawnSync('openssl', [...common, ...options, file(name)], {
      encoding: 'utf8',
    });
    return `${stdout}${stderr}`.replaceAll(folder, '').replaceAll('\n', ' ');
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rsentinel-tls-'));
    writeFileSync(file('ca.crt'), authority.certificate);
    writeFileSync(file('node.crt'), node.certificate);
    writeFileSync(file('client.crt'), client.certificate);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('takes the certificate of a node for both sides of a connection, strictly', () => {
    expect(verify('node.crt', '-purpose', 'sslserver')).toBe('/node.crt: OK ');
    expect(verify('node.crt', '-purpose', 'sslclient')).toBe('/node.crt: OK ');
  });

  it('takes it for its hosts and for no other', () => {
    for (const ip of ['127.0.0.1', '::1', '::ffff:10.0.0.1']) {
      expect(verify('node.crt', '-verify_ip', ip)).toBe('/node.crt: OK ');
    }
    expect(verify('node.crt', '-verify_hostname', 'redis-1.example.com')).toBe('/node.crt: OK ');
    expect(verify('node.crt', '-verify_ip', '127.0.0.2')).toMatch(/IP address mismatch/i);
    expect(verify('node.crt', '-verify_hostname', 'redis-1')).toMatch(/hostname mismatch/i);
  });

  it('does not take the certificate of clients for a server', () => {
    expect(verify('client.crt', '-purpose', 'sslclient')).toBe('/client.crt: OK ');
    expect(verify('client.crt', '-purpose', 'sslserver')).toMatch(/unsuitable certificate purpose/i);
  });

  it('sees what is critical', () => {
    const text = (name: string) =>
      execFileSync('openssl', ['x509', '-noout', '-text', '-in', file(name)], { encoding: 'utf8' });
    expect(text('ca.crt')).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(text('ca.crt')).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
    expect(text('node.crt')).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(text('node.crt')).toMatch(/Key Usage: critical\s+Digital Signature/);
  });
});
