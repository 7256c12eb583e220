/** How to connect, as lines for a shell or for `docker run --env-file`. */

import { environmentOf } from '../../api/client-options.js';
import type { ConnectionReport } from '../../model/report/connection-report.js';

/** What an application reads; a name that has no value is left out. */
export function envText(report: ConnectionReport): string {
  return Object.entries(environmentOf(report))
    .map(([name, value]) => `${name}=${word(value)}\n`)
    .join('');
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
