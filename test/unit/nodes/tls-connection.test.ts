/** How nodes are asked over TLS, and what is said where that fails. */

import { type AddressInfo, createServer } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/model/address.js';
import { NO_CREDENTIALS } from '../../../src/model/credentials/credentials.js';
import type { ClientFiles, KeyPair } from '../../../src/model/credentials/group-tls.js';
import { Connections } from '../../../src/nodes/client/connection.js';
import { takeSnapshot } from '../../../src/nodes/health/observe.js';
import { loadAuthority, makeAuthority } from '../../../src/tls/authority.js';
import { issueForClient, issueForNode } from '../../../src/tls/issue.js';
import { DAY } from '../tls/certificates.js';

const now = Date.now();
const OURS = makeAuthority('demo', now - 500 * DAY);
const OTHER = makeAuthority('other', now);

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that answers every command with PONG. @returns its port */
function listening(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    closers.push(() => server.close());
  });
}

function overTls(signer: KeyPair, hosts: readonly string[], at = now, more: TlsOptions = {}) {
  const { certificate, key } = issueForNode(loadAuthority(signer), 'redis-1', hosts, at);
  const server = createTlsServer({ cert: certificate + signer.certificate, key, ...more }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write('+PONG\r\n'));
  });
  return listening(server);
}

const endpoint = (port: number, announced = '127.0.0.1'): Endpoint => ({
  host: '127.0.0.1',
  port,
  announced,
  kind: 'redis',
  tls: true,
});

const trusting = (authority: KeyPair, own: KeyPair | null = null): ClientFiles => ({
  authority: authority.certificate,
  own,
});

async function ask(at: Endpoint, ...tls: readonly ClientFiles[]): Promise<unknown> {
  const connections = new Connections({ ...NO_CREDENTIALS, tls });
  closers.push(() => connections.close());
  return (await connections.query(at, [['PING']]))[0];
}

describe('a node that speaks TLS', () => {
  it('is asked, and verified by the host that it announces, wherever it is reached', async () => {
    const port = await overTls(OURS, ['10.9.8.7']);
    expect(await ask(endpoint(port, '10.9.8.7'), trusting(OURS))).toEqual({ ok: true, value: 'PONG' });
    await expect(ask(endpoint(port), trusting(OURS))).rejects.toThrow(
      /the certificate of 127\.0\.0\.1:\d+ is not for 127\.0\.0\.1: it is for 10\.9\.8\.7/,
    );
  });

  it('is held to what was asked, as one without TLS', async () => {
    const { certificate, key } = issueForNode(loadAuthority(OURS), 'redis-1', ['127.0.0.1'], now);
    const server = createTlsServer({ cert: certificate + OURS.certificate, key }, (socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write('+PONG\r\n+AND\r\n+MORE\r\n'));
    });
    const port = await listening(server);
    await expect(ask(endpoint(port), trusting(OURS))).rejects.toThrow('it answers what it was not asked');
  });

  it('is not asked where nothing tells whom to trust', async () => {
    await expect(ask(endpoint(await overTls(OURS, ['127.0.0.1'])))).rejects.toThrow(
      'nothing tells whom to trust',
    );
  });

  it('may still go by former certificates', async () => {
    const port = await overTls(OTHER, ['127.0.0.1']);
    await expect(ask(endpoint(port), trusting(OURS))).rejects.toThrow('signed by nobody whom');
    expect(await ask(endpoint(port), trusting(OURS), trusting(OTHER))).toMatchObject({ ok: true });
  });

  it('that has an expired certificate is said to, whatever else is known', async () => {
    const port = await overTls(OURS, ['127.0.0.1'], now - 400 * DAY);
    await expect(ask(endpoint(port), trusting(OURS), trusting(OTHER))).rejects.toThrow('has expired');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('that asks for a certificate gets one, by %s', async (version) => {
    const more = { ca: OURS.certificate, requestCert: true, maxVersion: version };
    const port = await overTls(OURS, ['127.0.0.1'], now, more);
    const client = issueForClient(loadAuthority(OURS), now);
    expect(await ask(endpoint(port), trusting(OURS, client))).toMatchObject({ ok: true });
    await expect(ask(endpoint(port), trusting(OURS))).rejects.toThrow('asks clients for a certificate');
    expect(await ask(endpoint(port), trusting(OURS), trusting(OURS, client))).toMatchObject({ ok: true });
  });
});

describe('a node that does not speak TLS', () => {
  it('is told from one that is silent', async () => {
    const plain = createServer((socket) => {
      socket.on('error', () => {});
      // As Redis: what comes is a command once its line has ended.
      socket.on('data', (data) => data.includes('\r\n') && socket.write('+PONG\r\n'));
    });
    const port = await listening(plain);
    await expect(ask(endpoint(port), trusting(OURS))).rejects.toThrow('does not speak TLS');
    const mute = await listening(createServer((socket) => socket.on('error', () => {})));
    await expect(ask(endpoint(mute), trusting(OURS))).rejects.toThrow('ETIMEDOUT');
  });
});

it('a snapshot has what is wrong with a certificate, by the name of the node', async () => {
  const control = endpoint(await overTls(OURS, ['127.0.0.1'], now - 400 * DAY));
  const connections = new Connections({ ...NO_CREDENTIALS, tls: [trusting(OURS)] });
  closers.push(() => connections.close());
  const targets = { masterName: 'mymaster', redis: [{ name: 'redis-1', control }], sentinels: [] };
  expect((await takeSnapshot(targets, connections)).redis.get('redis-1')).toMatchObject({
    kind: 'silent',
    tls: { kind: 'expired', message: expect.stringContaining('the certificate of redis-1 has expired') },
  });
});
