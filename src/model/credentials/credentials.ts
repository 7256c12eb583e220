/** What this machine needs to talk to the nodes of a group. */
import type { ClientFiles } from './group-tls.js';
import type { AccessSet, Login } from './logins.js';

/** What an application logs in with; null: nobody has to. */
export interface ClientLogins {
  readonly redis: Login | null;
  readonly sentinel: Login | null;
}

export interface Credentials {
  /**
   * What rsentinel logs in with, tried one after the other: while passwords are changed, a node may
   * still go by the former one. Empty: nobody has to log in.
   */
  readonly redis: readonly Login[];
  readonly sentinel: readonly Login[];
  readonly client: ClientLogins;
  /**
   * Whom rsentinel trusts, and what it shows, tried one after the other: while certificates are
   * changed, a node may still go by the former ones. Empty: nobody speaks TLS, or nothing tells.
   */
  readonly tls: readonly ClientFiles[];
}

/** Of a group without passwords. */
export const NO_CREDENTIALS: Credentials = {
  redis: [],
  sentinel: [],
  client: { redis: null, sentinel: null },
  tls: [],
};

/** @param sets the newest first; null: without passwords */
export function credentialsOf(
  sets: readonly (AccessSet | null)[],
  tls: readonly ClientFiles[] = [],
): Credentials {
  const known = sets.flatMap((set) => set?.logins ?? []);
  const first = sets[0]?.logins ?? null;
  return {
    redis: known.map(({ admin }) => admin),
    sentinel: known.map(({ sentinelAdmin }) => sentinelAdmin),
    client: { redis: first?.client ?? null, sentinel: first?.sentinelClient ?? null },
    tls,
  };
}
