/** From when until when a certificate is valid. Pure. */
import type { X509Certificate } from 'node:crypto';
import { oneLine } from './certificate-facts.js';
import type { PemFinding } from './finding.js';

const DAY = 24 * 60 * 60 * 1000;

/** When it is looked at. */
export interface When {
  /** ms since 1970 */
  readonly now: number;
  /** Days before its end at which it is a finding that it comes. */
  readonly warnDays: number;
}

export function validity(
  file: string,
  certificate: X509Certificate,
  { now, warnDays }: When,
): readonly PemFinding[] {
  const notBefore = Date.parse(certificate.validFrom);
  const notAfter = Date.parse(certificate.validTo);
  const who = `the certificate of ${oneLine(certificate.subject)} in ${file}`;
  if (now >= notAfter) {
    const message = `${who} has expired: it was valid until ${instant(notAfter)} (${days(now - notAfter)} ago)`;
    return [{ code: 'expired', file, message, remedy: 'Have a new one issued, and put it in its place.' }];
  }
  if (now < notBefore) {
    const message = `${who} is not yet valid: it will be from ${instant(notBefore)} on (in ${days(notBefore - now)})`;
    const remedy = 'Look at the clock of this machine; if it is right, wait, or have another one issued.';
    return [{ code: 'not-yet-valid', file, message, remedy }];
  }
  if (notAfter - now >= warnDays * DAY) return [];
  const message = `${who} expires in ${days(notAfter - now)}: it is valid until ${instant(notAfter)}`;
  return [{ code: 'expires-soon', file, message, remedy: 'Have a new one issued before that.' }];
}

function instant(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function days(ms: number): string {
  const count = Math.floor(ms / DAY);
  if (count === 0) return 'less than a day';
  return count === 1 ? '1 day' : `${count} days`;
}
