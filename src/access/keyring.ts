/** What this machine needs to talk to the nodes of a group. */
import type { AccessSet, Login } from './logins.js';

/** What an application logs in with; null: nobody has to. */
export interface ClientLogins {
  readonly redis: Login | null;
  readonly sentinel: Login | null;
}

export interface Keyring {
  /**
   * What rsentinel logs in with, tried one after the other: while passwords are changed, a node may
   * still go by the former one. Empty: nobody has to log in.
   */
  readonly redis: readonly Login[];
  readonly sentinel: readonly Login[];
  readonly client: ClientLogins;
}

/** Of a group without passwords. */
export const NO_KEYS: Keyring = { redis: [], sentinel: [], client: { redis: null, sentinel: null } };

/** @param sets the newest first; null: without passwords */
export function keyringOf(sets: readonly (AccessSet | null)[]): Keyring {
  const known = sets.flatMap((set) => set?.logins ?? []);
  const first = sets[0]?.logins ?? null;
  return {
    redis: known.map(({ admin }) => admin),
    sentinel: known.map(({ sentinelAdmin }) => sentinelAdmin),
    client: { redis: first?.client ?? null, sentinel: first?.sentinelClient ?? null },
  };
}
