/** What failed connections mean: tried on real servers, with the errors that Node really gives. */

import { once } from 'node:events';
import { type AddressInfo, createServer as createPlainServer, type Server } from 'node:net';
import { type ConnectionOptions, connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { KeyPair } from '../../../src/model/credentials/group-tls.js';
import { loadAuthority, makeAuthority } from '../../../src/tls/authority.js';
import { clientOptions } from '../../../src/tls/client-options.js';
import { type TlsFailure, tlsFailure } from '../../../src/tls/failure.js';
import { issueForClient } from '../../../src/tls/issue.js';
import { DAY, nodeOf, selfSigned, signedBy } from './certificates.js';

const now = Date.now();
const authority = makeAuthority('demo', now);
const good = nodeOf(authority, ['127.0.0.1', 'redis.example'], now);
const client = issueForClient(loadAuthority(authority), now);
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A server that greets whoever has got in. */
function serve({ certificate, key }: KeyPair, options: TlsOptions = {}): Promise<number> {
  return listening(
    createServer({ cert: certificate, key, ...options }, (socket) => {
      socket.on('error', () => {});
      socket.end('+OK\r\n');
    }),
  );
}

interface Trial {
  readonly ca?: string;
  readonly host?: string;
  readonly own?: KeyPair | null;
  readonly options?: ConnectionOptions;
}

/** What comes of a connection to 127.0.0.1: the greeting, or the error that ends it. */
async function outcome(port: number, trial: Trial = {}): Promise<string | Error> {
  const { ca = authority.certificate, host = '127.0.0.1', own = null, options = {} } = trial;
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port,
    ...clientOptions({ authority: ca, own }, host),
    ...options,
  });
  let text = '';
  socket.on('data', (data) => {
    text += data.toString();
  });
  try {
    await once(socket, 'close');
    return text;
  } catch (error) {
    return error as Error;
  } finally {
    socket.destroy();
  }
}

async function failure(port: number, trial: Trial = {}): Promise<TlsFailure | null> {
  const error = await outcome(port, trial);
  if (typeof error === 'string') throw new Error(`it has succeeded: ${error}`);
  const attempt = { peer: 'redis-1', host: trial.host ?? '127.0.0.1', showsCertificate: trial.own != null };
  return tlsFailure(error, attempt);
}

describe('a client', () => {
  it('gets in where the certificate is good', async () => {
    expect(await outcome(await serve(good))).toBe('+OK\r\n');
  });

  it('gets in at another address than the one that is announced, and verifies the latter', async () => {
    const port = await serve(nodeOf(authority, ['10.0.0.1', 'redis.example'], now));
    expect(await outcome(port, { host: '10.0.0.1' })).toBe('+OK\r\n');
    expect(await outcome(port, { host: 'redis.example' })).toBe('+OK\r\n');
    expect(await failure(port)).toMatchObject({ kind: 'wrong-host' });
  });

  it('asks for a host by its name, and for none by an IP address', async () => {
    const asked: string[] = [];
    const port = await serve(good, {
      SNICallback: (name, done) => {
        asked.push(name);
        done(null);
      },
    });
    expect(await outcome(port, { host: 'redis.example' })).toBe('+OK\r\n');
    expect(await outcome(port)).toBe('+OK\r\n');
    expect(asked).toEqual(['redis.example']);
  });

  it('gets in at an IPv6 address', async () => {
    expect(await outcome(await serve(nodeOf(authority, ['fe80::1'], now)), { host: 'fe80::1' })).toBe(
      '+OK\r\n',
    );
  });

  it('gets in with its certificate where one is asked for', async () => {
    const port = await serve(good, {
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: true,
    });
    expect(await outcome(port, { own: client })).toBe('+OK\r\n');
  });
});

describe('the certificate of a node', () => {
  it('that has expired', async () => {
    expect(await failure(await serve(nodeOf(authority, ['127.0.0.1'], now - 500 * DAY)))).toMatchObject({
      kind: 'expired',
      message: 'the certificate of redis-1 has expired, or that of who has signed it',
    });
  });

  it('that is not yet valid', async () => {
    expect(await failure(await serve(nodeOf(authority, ['127.0.0.1'], now + 2 * DAY)))).toMatchObject({
      kind: 'not-yet-valid',
      message: 'the certificate of redis-1 is not yet valid',
    });
  });

  it('that is for another host', async () => {
    const port = await serve(nodeOf(authority, ['10.0.0.1', '::1'], now));
    expect(await failure(port)).toMatchObject({
      kind: 'wrong-host',
      message: 'the certificate of redis-1 is not for 127.0.0.1: it is for 10.0.0.1, ::1',
    });
    expect(await failure(port, { host: 'redis.example' })).toMatchObject({
      kind: 'wrong-host',
      message: 'the certificate of redis-1 is not for redis.example: it is for rsentinel redis-1',
    });
    const named = await serve(nodeOf(authority, ['::1', 'a.example'], now));
    expect(await failure(named, { host: 'b.example' })).toMatchObject({
      message: 'the certificate of redis-1 is not for b.example: it is for ::1, a.example',
    });
  });

  it('that is for no host', async () => {
    const port = await serve(signedBy(authority, { hosts: [], notBefore: now - DAY, notAfter: now + DAY }));
    expect(await failure(port)).toMatchObject({
      kind: 'wrong-host',
      message: 'the certificate of redis-1 is not for 127.0.0.1: it names no host',
    });
  });

  it('that somebody else has signed', async () => {
    const message = 'is signed by nobody whom the given CA vouches for';
    const other = makeAuthority('other', now).certificate;
    expect(await failure(await serve(good), { ca: other })).toMatchObject({
      kind: 'untrusted',
      message: `the certificate of redis-1 ${message} (unable to verify the first certificate)`,
    });
    // As Redis does it.
    const withAuthority = { ...good, certificate: good.certificate + authority.certificate };
    expect(await failure(await serve(withAuthority), { ca: other })).toMatchObject({
      kind: 'untrusted',
      message: `the certificate of redis-1 ${message} (self-signed certificate in certificate chain)`,
    });
  });

  it('that an authority of the same name has signed', async () => {
    const again = makeAuthority('demo', now).certificate;
    expect(await failure(await serve(good), { ca: again })).toMatchObject({ kind: 'untrusted' });
  });

  it('that has signed itself', async () => {
    const { certificate, key } = selfSigned('alone', now);
    expect(await failure(await serve({ certificate, key }))).toMatchObject({ kind: 'untrusted' });
  });

  it('that is not for servers', async () => {
    expect(await failure(await serve(client))).toMatchObject({
      kind: 'other',
      message: expect.stringMatching(
        /^no TLS connection to redis-1: uns(uitable|upported) certificate purpose/i,
      ),
    });
  });
});

describe.each(VERSIONS)('a node that asks for certificates (%s)', (version) => {
  const asking = { ca: authority.certificate, requestCert: true, rejectUnauthorized: true };
  const only = { minVersion: version, maxVersion: version } as const;

  it('and is shown none', async () => {
    expect(await failure(await serve(good, asking), { options: only })).toMatchObject({
      kind: 'client-certificate-required',
      message: 'redis-1 asks clients for a certificate, and none was shown',
    });
  });
});

describe('what answers without TLS', () => {
  it('is told', async () => {
    const port = await listening(
      createPlainServer((socket) => void socket.resume().end('-ERR unknown command\r\n')),
    );
    expect(await failure(port)).toMatchObject({
      kind: 'no-tls',
      message: 'redis-1 does not speak TLS: what answers there is something else',
    });
  });

  it('or hangs up', async () => {
    const port = await listening(createPlainServer((socket) => void socket.destroy()));
    expect(await failure(port)).toMatchObject({
      kind: 'other',
      message: 'no TLS connection to redis-1: it has closed the connection while TLS was being set up',
    });
  });
});

describe('errors', () => {
  const kindOf = (code: string, message = '', showsCertificate = false) =>
    tlsFailure(Object.assign(new Error(message), { code }), { peer: 'a', host: 'a', showsCertificate })?.kind;

  // As Redis gives them; Node's own server hangs up without a word.
  it.each(['TLSV1_ALERT_UNKNOWN_CA', 'SSLV3_ALERT_CERTIFICATE_EXPIRED', 'SSLV3_ALERT_BAD_CERTIFICATE'])(
    'of the client’s certificate are told by the node (%s)',
    (alert) => {
      expect(kindOf(`ERR_SSL_${alert}`, '', true)).toBe('client-certificate-refused');
    },
  );

  it('of later versions of OpenSSL have other names', () => {
    expect(kindOf('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE')).toBe('client-certificate-required');
    expect(kindOf('ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE')).toBe('client-certificate-refused');
    expect(kindOf('ERR_SSL_PACKET_LENGTH_TOO_LONG')).toBe('no-tls');
  });

  it('may have their reason in the message alone', () => {
    const reason = 'error:0A00010B:SSL routines:ssl3_get_record:wrong version number';
    expect(kindOf('EPROTO', reason)).toBe('no-tls');
    expect(kindOf('EPROTO', 'something else')).toBe('other');
  });

  it('of a handshake are not about the certificate where one was shown', () => {
    expect(kindOf('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', '', true)).toBe('other');
  });

  it('that have nothing to do with TLS are no failure of it', () => {
    expect(kindOf('ECONNREFUSED')).toBeUndefined();
    expect(kindOf('ECONNRESET', 'read ECONNRESET')).toBeUndefined();
    expect(kindOf('ETIMEDOUT')).toBeUndefined();
    expect(tlsFailure('no error', { peer: 'a', host: 'a', showsCertificate: false })).toBeNull();
  });
});
