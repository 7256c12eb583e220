/** Who has signed a certificate, and who has signed that. Pure. */
import type { X509Certificate } from 'node:crypto';
import { oneLine } from './certificate-facts.js';
import type { PemFinding } from './finding.js';
import type { PemFiles } from './pem.js';
import { validity, type When } from './validity.js';

/** Follows the signatures to an authority that has signed itself, as nodes and clients do. */
export function trust(
  files: PemFiles,
  certificate: X509Certificate,
  others: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  when: When,
): readonly PemFinding[] {
  const untrusted = (message: string, remedy: string): readonly PemFinding[] => [
    { code: 'untrusted', file: files.certificate.name, message, remedy },
  ];
  const findings: PemFinding[] = [];
  const passed = new Set<string>();
  let current = certificate;
  while (!isSelfSigned(current)) {
    passed.add(current.fingerprint256);
    // Of the same signer there may be an old and a new one: the first that holds is taken.
    const signers = [...others, ...authorities].filter(
      (candidate) => isSignedBy(current, candidate) && !passed.has(candidate.fingerprint256),
    );
    const signer = signers.find((candidate) => isCurrent(candidate, when.now)) ?? signers[0];
    if (signer === undefined) return untrusted(...unsigned(files, current, [...others, ...authorities]));
    const file = authorities.includes(signer) ? files.authority.name : files.certificate.name;
    findings.push(...authorityFindings(file, signer, when));
    current = signer;
  }
  if (authorities.some(({ fingerprint256 }) => fingerprint256 === current.fingerprint256)) return findings;
  const who = oneLine(current.subject);
  return untrusted(
    current === certificate
      ? `the certificate of ${who} in ${files.certificate.name} has signed itself, and is not in ${files.authority.name}`
      : `the certificate in ${files.certificate.name} goes back to ${who}, which is not in ${files.authority.name}`,
    `Put the certificate of who has signed it into ${files.authority.name}, or have one issued by who is there.`,
  );
}

function authorityFindings(file: string, signer: X509Certificate, when: When): readonly PemFinding[] {
  if (signer.ca) return validity(file, signer, when);
  const message = `${oneLine(signer.subject)} in ${file} has signed a certificate, and is no authority (basicConstraints without CA)`;
  const remedy = 'Nobody accepts what it signs: have the certificate issued by an authority.';
  return [{ code: 'not-an-authority', file, message, remedy }];
}

/** Why nobody is found who has signed it, and what to do. */
function unsigned(
  files: PemFiles,
  current: X509Certificate,
  candidates: readonly X509Certificate[],
): readonly [message: string, remedy: string] {
  const issuer = oneLine(current.issuer);
  const isNamed = candidates.some(({ subject }) => subject === current.issuer);
  const who = `the certificate of ${oneLine(current.subject)} in ${files.certificate.name}`;
  return isNamed
    ? [
        `${who} is said to be signed by ${issuer}; ${files.authority.name} has one of that name, with another key`,
        `That authority has been made anew: have the certificate issued again, or put the authority that has signed it into ${files.authority.name}.`,
      ]
    : [
        `${who} is signed by ${issuer}, which is not in ${files.authority.name}`,
        `Put the certificate of ${issuer} into ${files.authority.name}; one in between may also stand in ${files.certificate.name}, after the node’s.`,
      ];
}

/** The authority that a certificate goes back to; null: to none of these. */
export function rootOf(
  certificate: X509Certificate,
  others: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): X509Certificate | null {
  const passed = new Set<string>();
  let current = certificate;
  while (!isSelfSigned(current)) {
    passed.add(current.fingerprint256);
    const signer = [...others, ...authorities].find(
      (candidate) => isSignedBy(current, candidate) && !passed.has(candidate.fingerprint256),
    );
    if (signer === undefined) return null;
    current = signer;
  }
  return authorities.find(({ fingerprint256 }) => fingerprint256 === current.fingerprint256) ?? null;
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return isSignedBy(certificate, certificate);
}

/** Not by `checkIssued`: who is no authority is a finding of its own. */
function isSignedBy(certificate: X509Certificate, signer: X509Certificate): boolean {
  return certificate.issuer === signer.subject && certificate.verify(signer.publicKey);
}

function isCurrent(certificate: X509Certificate, now: number): boolean {
  return now >= Date.parse(certificate.validFrom) && now < Date.parse(certificate.validTo);
}
