/** What it means that a connection over TLS has failed. Pure: of the error that Node gives. */
import { hostsIn } from './certificate-facts.js';

export type TlsFailureKind =
  /** The certificate of the node. */
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-host'
  | 'untrusted'
  /** The certificate of the client. */
  | 'client-certificate-required'
  | 'client-certificate-refused'
  /** What answers does not speak TLS. */
  | 'no-tls'
  | 'other';

export interface TlsFailure {
  readonly kind: TlsFailureKind;
  readonly message: string;
  readonly remedy: string;
}

/** How it was tried. */
export interface TlsAttempt {
  /** What was connected to, as a message names it: a node, an address. */
  readonly peer: string;
  /** The host that its certificate has to name. */
  readonly host: string;
  readonly showsCertificate: boolean;
}

/** Codes of what this side finds wrong with the certificate of the other. */
const REFUSED_BY_US: Readonly<Record<string, TlsFailureKind>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong-host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  // Redis sends its authority along: that is an unknown one, and not that one is missing.
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  CERT_SIGNATURE_FAILURE: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  INVALID_CA: 'untrusted',
};

/** @returns null: TLS is not what it has failed at */
export function tlsFailure(error: unknown, attempt: TlsAttempt): TlsFailure | null {
  const kind = kindOf(error, attempt);
  return kind === null ? null : { kind, ...sentences(kind, attempt, reasonOf(error)) };
}

/** Where something else than TLS has answered. */
export function noTls(attempt: TlsAttempt): TlsFailure {
  return { kind: 'no-tls', ...sentences('no-tls', attempt, '') };
}

function kindOf(error: unknown, { showsCertificate }: TlsAttempt): TlsFailureKind | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = REFUSED_BY_US[code];
  if (known !== undefined) return known;
  // With some versions of Node the reason stands in the message alone.
  const what = code === 'EPROTO' ? error.message.toUpperCase().replaceAll(' ', '_') : code;
  if (/ALERT_CERTIFICATE_REQUIRED/.test(what)) return 'client-certificate-required';
  // TLS 1.2 has no alert of its own for that.
  if (/ALERT_HANDSHAKE_FAILURE/.test(what)) return showsCertificate ? 'other' : 'client-certificate-required';
  if (
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_(EXPIRED|REVOKED|UNKNOWN)|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED|DECRYPT_ERROR)/.test(
      what,
    )
  ) {
    return 'client-certificate-refused';
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|UNKNOWN_PROTOCOL|HTTP_/.test(what)) {
    return 'no-tls';
  }
  const isOfTls = /^ERR_(SSL|TLS)_|^EPROTO$|CERT|^INVALID_PURPOSE$/.test(code) || isCutShort(error);
  return isOfTls ? 'other' : null;
}

/** Connected, and then the other side has hung up. */
function isCutShort(error: Error): boolean {
  return /disconnected before secure TLS connection/i.test(error.message);
}

/** In OpenSSL's words, without where in its sources they stand. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isCutShort(error)) return 'it has closed the connection while TLS was being set up';
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
  return reason.trim();
}

function sentences(
  kind: TlsFailureKind,
  { peer, host, showsCertificate }: TlsAttempt,
  reason: string,
): Pick<TlsFailure, 'message' | 'remedy'> {
  switch (kind) {
    case 'expired':
      return {
        message: `the certificate of ${peer} has expired, or that of who has signed it`,
        remedy:
          'Put a new one in its place, and start the node again: it has read the file when it was started.',
      };
    case 'not-yet-valid':
      return {
        message: `the certificate of ${peer} is not yet valid`,
        remedy: 'Compare the clock of this machine with that of who has issued it; if they are right, wait.',
      };
    case 'wrong-host':
      return {
        message: `the certificate of ${peer} is not for ${host}: ${instead(reason)}`,
        remedy: `Have one issued with ${host} in its subjectAltName, or have the node announce what it is for.`,
      };
    case 'untrusted':
      return {
        message: `the certificate of ${peer} is signed by nobody whom the given CA vouches for (${reason})`,
        remedy:
          'Give the certificate of the authority that has signed it as the CA; if the authority has been made anew since, start the node with a new certificate.',
      };
    case 'client-certificate-required':
      return {
        message: `${peer} asks clients for a certificate, and none was shown`,
        remedy: 'Give a client certificate and its key, or set auth-clients to no or optional.',
      };
    case 'client-certificate-refused':
      return {
        message: `${peer} does not accept the certificate that was shown (${reason})`,
        remedy:
          'The client certificate must be valid, and be signed by the CA that the node was started with.',
      };
    case 'no-tls':
      return {
        message: `${peer} does not speak TLS: what answers there is something else`,
        remedy: 'Look whether the port is the TLS port of the node.',
      };
    case 'other':
      return {
        message: `no TLS connection to ${peer}: ${reason}`,
        remedy: showsCertificate
          ? 'The log of the node says more: it has an entry for each connection that fails.'
          : 'The log of the node says more: it has an entry for each connection that fails. It may want a client certificate.',
      };
  }
}

/** What the certificate is for, in Node's words. */
function instead(reason: string): string {
  const list = /(?:altnames|cert's list|cert's CN): (.*)$/s.exec(reason)?.[1]?.trim();
  if (list === undefined || list === '') return 'it names no host';
  const hosts = hostsIn(list);
  return `it is for ${hosts.length === 0 ? list : hosts.join(', ')}`;
}
