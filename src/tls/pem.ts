/** Texts → certificates and keys, or what is wrong with the text. Pure. Never tells a key. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { PemFinding, PemFindingCode } from './finding.js';

/** A file, by the name that messages give it. */
export interface PemFile {
  readonly name: string;
  readonly text: string;
}

/** A certificate, the key that belongs to it, and who is trusted to have signed it. */
export interface PemFiles {
  /** The certificate first; then those of who has signed it, if they are not in `authority`. */
  readonly certificate: PemFile;
  readonly key: PemFile;
  readonly authority: PemFile;
}

export interface ReadCertificates {
  readonly certificates: readonly X509Certificate[];
  readonly findings: readonly PemFinding[];
}

export function readCertificates({ name, text }: PemFile): ReadCertificates {
  const blocks = text.match(/-----BEGIN (TRUSTED )?CERTIFICATE-----[^-]*-----END \1?CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return { certificates: [], findings: [noCertificate(name, text)] };
  try {
    return { certificates: blocks.map((block) => new X509Certificate(block)), findings: [] };
  } catch {
    const message = `${name} cannot be read: what stands in it between BEGIN CERTIFICATE and END CERTIFICATE is no certificate`;
    const remedy = 'Copy the file again: it has been cut off or changed.';
    return { certificates: [], findings: [{ code: 'certificate-unreadable', file: name, message, remedy }] };
  }
}

function noCertificate(name: string, text: string): PemFinding {
  const holds = PRIVATE_KEY.test(text)
    ? 'holds a private key and no certificate'
    : /BEGIN CERTIFICATE REQUEST/.test(text)
      ? 'holds a request for a certificate, not the certificate'
      : 'holds no certificate in PEM (there is no line BEGIN CERTIFICATE in it)';
  return {
    code: 'not-pem',
    file: name,
    message: `${name} ${holds}`,
    remedy: isBinary(text)
      ? `Convert it: \`openssl x509 -inform der -in ${name} -out FILE.crt\`.`
      : 'Name the file of the certificate.',
  };
}

const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )?PRIVATE KEY-----/;

/** DER begins with a byte that no text begins with; read as text, it has characters that stand for what is none. */
const isBinary = (text: string): boolean => text.startsWith('0') && text.includes('\ufffd');

export interface ReadKey {
  readonly key: KeyObject | null;
  readonly findings: readonly PemFinding[];
}

export function readKey({ name, text }: PemFile): ReadKey {
  const because = (code: PemFindingCode, message: string, remedy: string): ReadKey => ({
    key: null,
    findings: [{ code, file: name, message: `${name} ${message}`, remedy }],
  });
  if (!PRIVATE_KEY.test(text)) {
    const isCertificate = /BEGIN CERTIFICATE/.test(text);
    return isBinary(text)
      ? because(
          'not-pem',
          'holds no private key in PEM (there is no line BEGIN PRIVATE KEY in it)',
          `Convert it: \`openssl pkey -inform der -in ${name} -out FILE.key\`.`,
        )
      : because(
          'not-pem',
          isCertificate ? 'holds a certificate and no private key' : 'holds no private key in PEM',
          'Name the file of the key.',
        );
  }
  if (/BEGIN ENCRYPTED PRIVATE KEY|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    return because(
      'key-encrypted',
      'is encrypted, and nodes start without anybody who could type the passphrase',
      `Write it without one, readable by you alone: \`openssl pkey -in ${name} -out FILE.key\`.`,
    );
  }
  try {
    return { key: createPrivateKey(text), findings: [] };
  } catch {
    // What the library says may quote what it has read.
    return because(
      'key-unreadable',
      'cannot be read: what stands in it after BEGIN PRIVATE KEY is no key',
      'Copy the file again: it has been cut off or changed.',
    );
  }
}
