/** How a group is to be entered: part of its spec. */
import { createHash } from 'node:crypto';
import type { ServerFacts } from '../server-version.js';
import { type AccessSet, LOGIN_NAMES, type Login } from './logins.js';
import { Secret } from './secret.js';

export type AuthKind = 'none' | 'password' | 'acl';

/** Whom the nodes let in. */
export type GroupAccess = { readonly kind: 'none' } | GuardedAccess;

export interface GuardedAccess extends AccessSet {
  readonly kind: 'password' | 'acl';
  /** What the nodes' server knows. */
  readonly server: ServerFacts;
}

export const OPEN: GroupAccess = { kind: 'none' };

/** The same for eyes that are not meant to see it: a mask stands for every password. */
export function masked(access: GroupAccess): GroupAccess {
  if (access.kind === 'none') return access;
  const hide = (login: Login): Login => ({ ...login, password: new Secret(String(login.password)) });
  const { admin, client, replication, watch, sentinelAdmin, sentinelClient, sentinelPeer } = access.logins;
  return {
    ...access,
    logins: {
      admin: hide(admin),
      client: hide(client),
      replication: hide(replication),
      watch: hide(watch),
      sentinelAdmin: hide(sentinelAdmin),
      sentinelClient: hide(sentinelClient),
      sentinelPeer: hide(sentinelPeer),
    },
  };
}

/**
 * Tells whether a file was rendered for these logins. To be written only where the passwords
 * themselves stand: a weak one could be guessed by it.
 */
export function accessDigest(access: GroupAccess): string {
  if (access.kind === 'none') return 'none';
  const { logins, clientRules } = access;
  const texts = LOGIN_NAMES.flatMap((name) => [logins[name].user, logins[name].password.reveal()]);
  return createHash('sha256')
    .update(JSON.stringify([...texts, ...clientRules]))
    .digest('hex')
    .slice(0, 32);
}
