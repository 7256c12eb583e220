/** Connections that fail at TLS, and what that means. */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Endpoint, formatAddress } from '../../model/address.js';
import { noTls, type TlsAttempt, type TlsFailure, tlsFailure } from '../../tls/failure.js';

export class TlsError extends Error {
  readonly #explain: (attempt: TlsAttempt) => TlsFailure;
  readonly #attempt: TlsAttempt;

  constructor(attempt: TlsAttempt, explain: (attempt: TlsAttempt) => TlsFailure, cause: unknown) {
    super(explain(attempt).message, { cause });
    this.#explain = explain;
    this.#attempt = attempt;
  }

  /** The same of a node that is called so. */
  about(peer: string): TlsFailure {
    return this.#explain({ ...this.#attempt, peer });
  }
}

/**
 * @param cause what a connection over TLS has failed with
 * @returns null: TLS is not what it has failed at
 */
export async function tlsErrorOf(
  cause: unknown,
  at: Endpoint,
  showsCertificate: boolean,
): Promise<TlsError | null> {
  const attempt = { peer: formatAddress(at), host: at.announced, showsCertificate };
  const failure = tlsFailure(cause, attempt);
  if (failure !== null) {
    return new TlsError(attempt, (other) => tlsFailure(cause, other) ?? failure, cause);
  }
  // A Redis without TLS waits for the end of a line that never comes.
  const isSilent = cause instanceof Error && 'code' in cause && cause.code === 'ETIMEDOUT';
  return isSilent && (await speaksPlainly(at)) ? new TlsError(attempt, noTls, cause) : null;
}

/** ms for the answer of a server that was silent before. */
const PATIENCE = 300;

/** Whether a server answers without TLS. */
function speaksPlainly({ host, port }: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE });
    const finish = (outcome: boolean): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => finish(/^[+-]/.test(reply.toString('latin1'))));
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}

/** Whether a server that has closed a connection without TLS accepts one with it, whoever it is. */
export function speaksTls({ host, port }: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    // Nothing is sent that anybody must not read.
    const socket = connectTls({ host, port, rejectUnauthorized: false, timeout: PATIENCE });
    const finish = (outcome: boolean): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once('secureConnect', () => finish(true));
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}
