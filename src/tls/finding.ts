/** What is wrong with a file of certificates or a key, as data. */

export type PemFindingCode =
  | 'not-pem'
  | 'certificate-unreadable'
  | 'key-unreadable'
  | 'key-encrypted'
  | 'key-mismatch'
  | 'expired'
  | 'expires-soon'
  | 'not-yet-valid'
  | 'wrong-host'
  | 'wrong-purpose'
  | 'not-an-authority'
  | 'untrusted';

export interface PemFinding {
  /** Stable. `expires-soon` alone does no harm yet. */
  readonly code: PemFindingCode;
  /** Name of the file that is to be changed. */
  readonly file: string;
  readonly message: string;
  readonly remedy: string;
}
