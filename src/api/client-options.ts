/** How client libraries connect to a group, from what `env` reports. Pure. */
import { type Address, formatAddress } from '../model/address.js';
import { givenUser } from '../model/credentials/logins.js';
import type { ClientLogin, ConnectionReport } from '../model/report/connection-report.js';

/** What a client shows and trusts where nodes speak TLS. */
export interface ClientTls {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The options that ioredis takes for a group of sentinels. */
export interface IoredisOptions {
  readonly name: string;
  readonly sentinels: { host: string; port: number }[];
  readonly username?: string;
  readonly password?: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  readonly tls?: ClientTls;
  readonly enableTLSForSentinelMode?: true;
  readonly sentinelTLS?: ClientTls;
}

/** The options of one side of node-redis' `createSentinel`. */
export interface NodeRedisClientOptions {
  readonly username?: string;
  readonly password?: string;
  readonly socket?: ClientTls & { readonly tls: true };
}

/** The options that node-redis' `createSentinel` takes. */
export interface NodeRedisOptions {
  readonly name: string;
  readonly sentinelRootNodes: { host: string; port: number }[];
  readonly nodeClientOptions: NodeRedisClientOptions;
  readonly sentinelClientOptions: NodeRedisClientOptions;
}

/** Returns the options for `new Redis(…)` of ioredis. */
export function ioredisOptions(report: ConnectionReport): IoredisOptions {
  const tls = tlsOf(report);
  const redis = loginOf(report.redis);
  const sentinel = loginOf(report.sentinel);
  return {
    name: report.masterName,
    sentinels: addressesOf(report.sentinels),
    ...redis,
    ...(sentinel.username === undefined ? {} : { sentinelUsername: sentinel.username }),
    ...(sentinel.password === undefined ? {} : { sentinelPassword: sentinel.password }),
    ...(tls === null ? {} : { tls, enableTLSForSentinelMode: true, sentinelTLS: tls }),
  };
}

/** Returns the options for `createSentinel(…)` of node-redis 5. */
export function nodeRedisOptions(report: ConnectionReport): NodeRedisOptions {
  const tls = tlsOf(report);
  const socket = tls === null ? {} : { socket: { tls: true as const, ...tls } };
  return {
    name: report.masterName,
    sentinelRootNodes: addressesOf(report.sentinels),
    nodeClientOptions: { ...loginOf(report.redis), ...socket },
    sentinelClientOptions: { ...loginOf(report.sentinel), ...socket },
  };
}

/** Returns the environment variables that `rsentinel env` prints, by name; those without a value are left out. */
export function environmentOf(report: ConnectionReport): Readonly<Record<string, string>> {
  const { masterName, sentinels, redis, sentinel, tls } = report;
  const variables: readonly (readonly [string, string | null | undefined])[] = [
    ['REDIS_SENTINELS', sentinels.map(formatAddress).join(',')],
    ['REDIS_MASTER_NAME', masterName],
    ['REDIS_USERNAME', redis && givenUser(redis)],
    ['REDIS_PASSWORD', redis?.password],
    ['REDIS_SENTINEL_USERNAME', sentinel && givenUser(sentinel)],
    ['REDIS_SENTINEL_PASSWORD', sentinel?.password],
    ['REDIS_TLS_CA', tls?.files?.ca],
    ['REDIS_TLS_CERT', tls?.files?.cert],
    ['REDIS_TLS_KEY', tls?.files?.key],
  ];
  return Object.fromEntries(
    variables.flatMap(([name, value]) => (value == null ? [] : [[name, value] as const])),
  );
}

function addressesOf(addresses: readonly Address[]): { host: string; port: number }[] {
  return addresses.map(({ host, port }) => ({ host, port }));
}

/** A user's name and password; nothing where nobody has to log in. */
function loginOf(login: ClientLogin | null): { readonly username?: string; readonly password?: string } {
  if (login === null) return {};
  const user = givenUser(login);
  return {
    ...(user === undefined ? {} : { username: user }),
    ...(login.password === null ? {} : { password: login.password }),
  };
}

function tlsOf({ tls }: ConnectionReport): ClientTls | null {
  if (tls === null) return null;
  const { ca, cert, key } = tls.pem;
  return { ca, ...(cert === null ? {} : { cert }), ...(key === null ? {} : { key }) };
}
