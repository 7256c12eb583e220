/** Who logs in to the nodes of a group, and with what. */
import type { Secret } from './secret.js';

export interface Login {
  /** `default`: whoever gives nothing but a password. */
  readonly user: string;
  readonly password: Secret;
}

/**
 * What each login is for. With `auth: password` all of Redis are one, and all of the sentinels
 * another; with ACLs each is a user of its own, which may do what it is for.
 */
export interface Logins {
  /** rsentinel at Redis. */
  readonly admin: Login;
  /** The application at Redis. */
  readonly client: Login;
  /** A replica at its master. */
  readonly replication: Login;
  /** A sentinel at Redis. */
  readonly watch: Login;
  /** rsentinel at a sentinel. */
  readonly sentinelAdmin: Login;
  /** The application at a sentinel. */
  readonly sentinelClient: Login;
  /** A sentinel at another one. */
  readonly sentinelPeer: Login;
}

export const LOGIN_NAMES = [
  'admin',
  'client',
  'replication',
  'watch',
  'sentinelAdmin',
  'sentinelClient',
  'sentinelPeer',
] as const satisfies readonly (keyof Logins)[];

export const DEFAULT_USER = 'default';

/** As client libraries take it: the default user goes without saying, and Redis 6.0's Sentinel knows no other. */
export function givenUser({ user }: Pick<Login, 'user'>): string | undefined {
  return user === DEFAULT_USER ? undefined : user;
}

function sameLogin(a: Login, b: Login): boolean {
  return a.user === b.user && a.password.equals(b.password);
}

/** All that says who may log in to a group, and what for. */
export interface AccessSet {
  readonly logins: Logins;
  /** What the application may do, as ACL rules; of no account where there are no users. */
  readonly clientRules: readonly string[];
}

export function sameAccess(a: AccessSet, b: AccessSet): boolean {
  return (
    LOGIN_NAMES.every((name) => sameLogin(a.logins[name], b.logins[name])) &&
    a.clientRules.join(' ') === b.clientRules.join(' ')
  );
}
