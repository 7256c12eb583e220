/**
 * The least that each user needs, as ACL rules. One command too few looks healthy and never fails over:
 * the failover tests run under these on every version, and `up` asks the server (ACL DRYRUN, since 7.0).
 */
import type { ServerFacts } from '../model/server-version.js';
import { hasSentinelUsers } from '../model/server-version.js';

/** Names of the users that rsentinel makes. */
export const USERS = { admin: 'rsentinel', replication: 'replica', sentinel: 'sentinel' } as const;

/** Where sentinels tell each other what they know (sentinel.c). */
export const HELLO = '__sentinel__:hello';

export type Purpose = 'admin' | 'replication' | 'watch' | 'peer' | 'sentinelClient';

/** rsentinel's own: it sets the group up, and tears it down. */
const ADMIN: readonly string[] = ['~*', '&*', '+@all'];

/** What a replica sends to its master (replication.c, 6.0 – 8.0; each found necessary but ping, whose refusal it takes for an answer). */
const REPLICATION = ['+psync', '+replconf', '+ping'];

/**
 * What Sentinel sends to Redis (sentinel.c, 6.0 – 9.1). Found by leaving one out at a time on 6.0, 7.0, 8.0 and Valkey
 * 8.1 and 9: without slaveof, exec, config|rewrite or client|kill no failover gets through; without the channel,
 * subscribe, ping or info there is no group; without script|kill a master that is busy with a script is
 * failed over; without publish sentinels that cannot reach each other never agree again.
 */
const WATCH = [
  `&${HELLO}`,
  '+multi',
  '+exec',
  '+slaveof',
  '+ping',
  '+info',
  '+publish',
  '+subscribe',
  '+config|rewrite',
  '+client|setname',
  '+client|kill',
  '+script|kill',
];

/** What Valkey 9 sends beyond that for `SENTINEL FAILOVER … COORDINATED`. */
const COORDINATED = ['+failover', '+client|pause', '+client|unpause'];

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

/** What client libraries ask the sentinels for: redis-py, ioredis and node-redis were tried on 7.0, 8.0, Valkey 8.1 and 9. */
const SENTINEL_CLIENT = [
  '&*',
  '+ping',
  '+info',
  '+role',
  '+hello',
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
  '+client|setname',
];

/** A server that does not know it does not start. */
const SETINFO = ['+client|setinfo'];

/** The rules of a user without those that a server does not know. */
export function rulesFor(purpose: Purpose, server: ServerFacts): readonly string[] {
  const rules = {
    admin: ADMIN,
    replication: REPLICATION,
    watch: isValkey9(server) ? [...WATCH, ...COORDINATED] : WATCH,
    peer: PEER,
    sentinelClient: knowsSetinfo(server) ? [...SENTINEL_CLIENT, ...SETINFO] : SENTINEL_CLIENT,
  }[purpose];
  return known(rules, server);
}

function isValkey9({ product, version }: ServerFacts): boolean {
  return product === 'valkey' && version >= 900;
}

/** Since Redis 7.2, of which Valkey is the successor. */
function knowsSetinfo({ version }: ServerFacts): boolean {
  return version >= 702;
}

/** Channels have rules since 6.2; before, everybody has them all. */
export function known(rules: readonly string[], server: ServerFacts): readonly string[] {
  return hasSentinelUsers(server) ? rules : rules.filter((rule) => !rule.startsWith('&'));
}
