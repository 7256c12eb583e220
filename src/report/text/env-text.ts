/** How to connect, as lines for a shell or for `docker run --env-file`. */

import { formatAddress } from '../../model/address.js';
import { givenUser } from '../../model/credentials/logins.js';
import type { ConnectionReport } from '../../model/report/connection-report.js';

/** What an application reads; a name that has no value is left out. */
export function envText({ masterName, sentinels, redis, sentinel, tls }: ConnectionReport): string {
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
  return variables.flatMap(([name, value]) => (value == null ? [] : [`${name}=${word(value)}\n`])).join('');
}

/**
 * As a shell reads it, which takes a line for a command: passwords have any characters, and paths and names come from
 * the engine. What needs no quotes has none, for `--env-file` takes them for a part of the value.
 */
function word(value: string): string {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** Whether there are passwords that were not asked for. */
export function hidesSecrets({ redis, sentinel }: ConnectionReport): boolean {
  return redis?.password === null || sentinel?.password === null;
}
