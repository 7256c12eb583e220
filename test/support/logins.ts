/** Clients that log in, as `rsentinel env` tells them to. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { Redis } from 'ioredis';
import type { Address } from '../../src/model/address.js';
import type { ClientLogin, ConnectionReport } from '../../src/model/report/connection-report.js';
import type { TestGroup } from './group.js';

/** What `rsentinel env` says of a group, passwords included. */
export async function connectionOf(group: TestGroup): Promise<ConnectionReport> {
  const { code, stdout, stderr } = await group.run(['env', '--show-secrets', '--format', 'json']);
  if (code !== 0) throw new Error(`env exited with ${code}:\n${stderr}`);
  return JSON.parse(stdout);
}

/** As the client library takes them. */
export function clientOptions({ masterName, sentinels, redis, sentinel }: ConnectionReport) {
  const user = (login: ClientLogin | null) =>
    login === null || login.user === 'default' ? undefined : login.user;
  const [username, sentinelUsername] = [user(redis), user(sentinel)];
  return {
    sentinels: sentinels.map((address) => ({ ...address })),
    name: masterName,
    ...(username === undefined ? {} : { username }),
    ...(redis?.password == null ? {} : { password: redis.password }),
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinel?.password == null ? {} : { sentinelPassword: sentinel.password }),
  };
}

/** One command to one node by somebody who logs in; null: by somebody who does not. */
export function askAs(
  at: Address,
  login: ClientLogin | null,
  command: string,
  ...args: readonly string[]
): Promise<unknown> {
  return askOver(undefined, at, login, command, ...args);
}

/** The same over TLS. @param trust undefined: without */
export async function askOver(
  trust: ConnectionOptions | undefined,
  at: Address,
  login: ClientLogin | null,
  command: string,
  ...args: readonly string[]
): Promise<unknown> {
  const connection = new Redis({
    ...at,
    ...(trust === undefined ? {} : { tls: trust }),
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    commandTimeout: 5_000,
    protocol: 2,
    disableClientInfo: true,
  });
  connection.on('error', () => {});
  try {
    await connection.connect();
    if (login?.password != null) {
      const words = login.user === 'default' ? [login.password] : [login.user, login.password];
      await connection.call('AUTH', ...words);
    }
    return await connection.call(command, ...args);
  } finally {
    connection.disconnect();
  }
}

/** What rsentinel itself logs in with, at Redis and at sentinels: it may do everything. */
export async function adminOf(group: TestGroup, at: 'redis' | 'sentinel' = 'redis'): Promise<ClientLogin> {
  const text = await readFile(join(group.nodes, '.access', 'access.json'), 'utf8');
  const { admin, sentinelAdmin } = JSON.parse(text).present.logins;
  return at === 'redis' ? admin : sentinelAdmin;
}
