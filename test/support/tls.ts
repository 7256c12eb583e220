/** Clients that speak TLS, and certificates of somebody else's for groups that are given them. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { Redis } from 'ioredis';
import type { Address } from '../../src/model/address.js';
import type { KeyPair } from '../../src/model/credentials/group-tls.js';
import type { ConnectionReport } from '../../src/model/report/connection-report.js';
import { loadAuthority, makeAuthority } from '../../src/tls/authority.js';
import { hostsIn } from '../../src/tls/certificate-facts.js';
import { issueForNode } from '../../src/tls/issue.js';
import type { TestGroup } from './group.js';
import { connectionOf } from './logins.js';

export const DAY = 24 * 60 * 60 * 1000;

/** What a client of the group trusts, and shows where there is something to show. */
export function trustOf({ tls }: ConnectionReport): ConnectionOptions {
  if (tls === null) throw new Error('the group does not speak TLS');
  const { ca, cert, key } = tls.pem;
  return { ca, ...(cert === null || key === null ? {} : { cert, key }) };
}

/** The hosts that the certificate of a node is for, and whether the group's CA vouches for it. */
export async function certificateAt(
  at: Address,
  trust: ConnectionOptions,
): Promise<{ readonly hosts: readonly string[]; readonly trusted: boolean }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...at, ...trust, rejectUnauthorized: false }, () => {
      const hosts = hostsIn(socket.getPeerCertificate().subjectaltname);
      resolve({ hosts, trusted: socket.authorized });
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

/** A client of the application's, through the sentinels, as `rsentinel up` tells how to make one. */
export async function clientOf(group: TestGroup): Promise<Redis> {
  const connection = await connectionOf(group);
  const tls = trustOf(connection);
  return new Redis({
    sentinels: connection.sentinels.map((address) => ({ ...address })),
    name: connection.masterName,
    tls,
    sentinelTLS: tls,
    enableTLSForSentinelMode: true,
  });
}

/** Files that somebody else has issued, in a directory. @returns the lines of `tls` that name them */
export async function issuedFiles(
  directory: string,
  hosts: readonly string[],
  { signer = makeAuthority('somebody else', Date.now()), now = Date.now() } = {},
): Promise<string> {
  const node = issueForNode(loadAuthority(signer), 'redis', hosts, now);
  await writeFile(join(directory, 'ca.crt'), signer.certificate);
  await writeCredentials(directory, 'node', node);
  return 'ca-cert-file: ./ca.crt, cert-file: ./node.crt, key-file: ./node.key';
}

export async function writeCredentials(
  directory: string,
  name: string,
  { certificate, key }: KeyPair,
): Promise<void> {
  await writeFile(join(directory, `${name}.crt`), certificate);
  await writeFile(join(directory, `${name}.key`), key, { mode: 0o600 });
}

/** The authority of a group that has made its own. */
export async function authorityOf(group: TestGroup): Promise<KeyPair> {
  const [certificate, key] = await Promise.all(
    ['ca.crt', 'ca.key'].map((file) => readFile(join(group.nodes, '.access', file), 'utf8')),
  );
  if (certificate === undefined || key === undefined) throw new Error('two files were read');
  return { certificate, key };
}
