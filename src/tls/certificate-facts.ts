/** What certificates say of themselves. Pure. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { readCertificates } from './pem.js';

/** What a certificate says of itself. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** Names and IP addresses that it is for, as it spells them. */
  readonly hosts: readonly string[];
  /** ms since 1970 */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly isAuthority: boolean;
  /** SHA-256 of it: two certificates are one where it is the same. */
  readonly fingerprint: string;
}

/** Facts of each certificate in a text; empty: there is none that can be read. */
export function certificateFacts(text: string): readonly CertificateFacts[] {
  return readCertificates({ name: '', text }).certificates.map((certificate) => ({
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    hosts: hostsIn(certificate.subjectAltName),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    isAuthority: certificate.ca,
    fingerprint: certificate.fingerprint256,
  }));
}

/** A client compares IP addresses with IP addresses and names with names. */
export function isFor(certificate: X509Certificate, host: string): boolean {
  const bare = host.replace(/%.*/, '');
  const found =
    isIP(bare) === 0 ? certificate.checkHost(bare, { subject: 'never' }) : certificate.checkIP(bare);
  return found !== undefined;
}

/** `DNS:a, IP Address:1.2.3.4` → hosts. What might be misread Node puts between quotation marks. */
export function hostsIn(subjectAltName = ''): readonly string[] {
  const entries = subjectAltName.matchAll(/(DNS|IP Address|[^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g);
  return [...entries].flatMap(([, kind, value = '']) => {
    if (kind === 'IP Address') return [plain(value)];
    return kind === 'DNS' ? [value] : [];
  });
}

/** OpenSSL writes `0:0:0:0:0:0:0:1`. */
function plain(ip: string): string {
  return isIP(ip) === 6 ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip;
}

/** `CN=a\nO=b` → `CN=a, O=b` */
export function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ') || 'nobody';
}
