/**
 * The least that each user needs, as ACL rules. One command too few looks healthy and never fails over:
 * the failover tests run under these on every version, and `up` asks the server (ACL DRYRUN, since 7.0).
 */
import type { ServerFacts } from './server.js';
import { hasSentinelUsers } from './server.js';

/** Names of the users that rsentinel makes. */
export const USERS = { admin: 'rsentinel', replication: 'replica', sentinel: 'sentinel' } as const;

const HELLO = '__sentinel__:hello';

/** rsentinel's own: it sets the group up, and tears it down. */
export const ADMIN: readonly string[] = ['~*', '&*', '+@all'];

/** What a replica sends to its master (replication.c, 6.0 – 8.0). */
const REPLICATION = ['+psync', '+replconf', '+ping'];

/** What Sentinel sends to Redis (sentinel.c, 6.0 – 8.0; the documentation of Sentinel, "Redis ACL"). */
const WATCH = [
  `&${HELLO}`,
  '+multi',
  '+exec',
  '+slaveof',
  '+ping',
  '+info',
  '+role',
  '+publish',
  '+subscribe',
  '+config|rewrite',
  '+client|setname',
  '+client|kill',
  '+script|kill',
];

/** What a sentinel sends to another one. */
const PEER = [`&${HELLO}`, '+ping', '+publish', '+sentinel|is-master-down-by-addr', '+client|setname'];

/** Data, without what is meant for administrators; and what client libraries ask when they connect. */
export const CLIENT: readonly string[] = [
  '~*',
  '&*',
  '+@all',
  '-@admin',
  '-@dangerous',
  '+info',
  '+role',
  '+keys',
  '+sort',
  '+flushdb',
];

/** What a client library asks the sentinels for. */
const SENTINEL_CLIENT = [
  '&*',
  '+ping',
  '+info',
  '+role',
  '+subscribe',
  '+psubscribe',
  '+unsubscribe',
  '+punsubscribe',
  '+sentinel|get-master-addr-by-name',
  '+sentinel|master',
  '+sentinel|masters',
  '+sentinel|replicas',
  '+sentinel|slaves',
  '+sentinel|sentinels',
  '+sentinel|ckquorum',
  '+sentinel|myid',
  '+client|setname',
  '+client|getname',
  '+client|id',
  '+client|setinfo',
  '+command',
];

/** The rules of a user without those that a server does not know. */
export function rulesFor(
  purpose: 'admin' | 'replication' | 'watch' | 'peer' | 'sentinelClient',
  server: ServerFacts,
): readonly string[] {
  const rules = {
    admin: ADMIN,
    replication: REPLICATION,
    watch: WATCH,
    peer: PEER,
    sentinelClient: SENTINEL_CLIENT,
  }[purpose];
  return known(rules, server);
}

/** Channels have rules since 6.2; before, everybody has them all. */
export function known(rules: readonly string[], server: ServerFacts): readonly string[] {
  return hasSentinelUsers(server) ? rules : rules.filter((rule) => !rule.startsWith('&'));
}
