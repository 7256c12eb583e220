/** What is wrong with the files of a certificate. Pure: of their texts and a time. Never tells a key. */
import type { KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { hostsIn, isFor, oneLine } from './certificate-facts.js';
import type { PemFinding } from './finding.js';
import { type PemFiles, readCertificates, readKey } from './pem.js';
import { trust } from './trust.js';
import { validity, type When } from './validity.js';

/** What the files are to be good for. */
export interface Expectations extends When {
  /** Hosts that clients find in the certificate. */
  readonly hosts: readonly string[];
  readonly purposes: readonly Purpose[];
}

export type Purpose = 'server' | 'client';

const PURPOSE_OIDS: Readonly<Record<Purpose, string>> = {
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
};
const ANY_PURPOSE = '2.5.29.37.0';
const PURPOSE_NAMES: Readonly<Record<Purpose, string>> = {
  server: 'servers (serverAuth)',
  client: 'clients (clientAuth)',
};

/** @returns what is wrong, in the order in which it is to be mended; empty: they are good */
export function inspect(files: PemFiles, expectations: Expectations): readonly PemFinding[] {
  const chain = readCertificates(files.certificate);
  const authorities = readCertificates(files.authority);
  const key = readKey(files.key);
  const findings = [...chain.findings, ...key.findings, ...authorities.findings];
  const [certificate, ...others] = chain.certificates;
  if (certificate === undefined) return findings;
  return [
    ...findings,
    ...(key.key === null ? [] : keyMismatch(files, certificate, key.key)),
    ...validity(files.certificate.name, certificate, expectations),
    ...namesHosts(files.certificate.name, certificate, expectations.hosts),
    ...servesPurposes(files.certificate.name, certificate, expectations.purposes),
    ...(authorities.certificates.length === 0
      ? []
      : trust(files, certificate, others, authorities.certificates, expectations)),
  ];
}

export function keyMismatch(
  files: PemFiles,
  certificate: X509Certificate,
  key: KeyObject,
): readonly PemFinding[] {
  if (certificate.checkPrivateKey(key)) return [];
  const message = `${files.key.name} does not belong to the certificate of ${oneLine(certificate.subject)} in ${files.certificate.name}: it is another key`;
  const remedy =
    'Name the key that the certificate was made for; in a file of several certificates that of the node comes first.';
  return [{ code: 'key-mismatch', file: files.key.name, message, remedy }];
}

function namesHosts(
  file: string,
  certificate: X509Certificate,
  hosts: readonly string[],
): readonly PemFinding[] {
  const missing = hosts.filter((host) => !isFor(certificate, host));
  if (missing.length === 0) return [];
  const named = hostsIn(certificate.subjectAltName);
  const isFound = missing.every((host) => certificate.checkHost(host, { subject: 'always' }) !== undefined);
  const instead =
    named.length > 0
      ? `it is for ${named.join(', ')}`
      : isFound
        ? 'it stands in the subject alone, where clients do not look any more'
        : 'it names no host at all';
  const message = `the certificate of ${oneLine(certificate.subject)} in ${file} is not for ${missing.join(', ')}: ${instead}`;
  const entries = missing.map((host) => `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`).join(',');
  const remedy = `Have one issued with subjectAltName ${entries}, or announce what it is for.`;
  return [{ code: 'wrong-host', file, message, remedy }];
}

/** A certificate that names no purpose is for all. */
function servesPurposes(
  file: string,
  certificate: X509Certificate,
  purposes: readonly Purpose[],
): readonly PemFinding[] {
  // Not what it is called: these are the extended ones. Undefined where there are none, whatever the types say.
  const named: readonly string[] | undefined = certificate.keyUsage;
  if (named === undefined || named.includes(ANY_PURPOSE)) return [];
  const missing = purposes.filter((purpose) => !named.includes(PURPOSE_OIDS[purpose]));
  if (missing.length === 0) return [];
  const message = `the certificate of ${oneLine(certificate.subject)} in ${file} is not for ${missing.map((purpose) => PURPOSE_NAMES[purpose]).join(' and ')}`;
  const both =
    purposes.length > 1 ? ' Nodes are both: they connect to each other with the same certificate.' : '';
  const remedy = `Have one issued whose extendedKeyUsage has ${missing.map((purpose) => `${purpose}Auth`).join(' and ')}, or which has none.${both}`;
  return [{ code: 'wrong-purpose', file, message, remedy }];
}
