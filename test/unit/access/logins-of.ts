/** Logins with passwords that tell what they are for, for tests. */
import { CLIENT } from '../../../src/access/acl.js';
import type { GuardedAccess } from '../../../src/model/credentials/group-access.js';
import type { AccessSet, Login, Logins } from '../../../src/model/credentials/logins.js';
import { Secret } from '../../../src/model/credentials/secret.js';
import { NEWEST, type ServerFacts } from '../../../src/model/server-version.js';

function login(user: string, password: string): Login {
  return { user, password: new Secret(password) };
}

/** Users of their own. */
export const USERS_OF_THEIR_OWN: Logins = {
  admin: login('rsentinel', 'pw-admin'),
  client: login('app', 'pw-client'),
  replication: login('replica', 'pw-replica'),
  watch: login('sentinel', 'pw-watch'),
  sentinelAdmin: login('rsentinel', 'pw-sentinel-admin'),
  sentinelClient: login('app', 'pw-sentinel-client'),
  sentinelPeer: login('sentinel', 'pw-peer'),
};

const redis = login('default', 'pw-redis');
const sentinel = login('default', 'pw-sentinel');

/** One password at Redis, and one at the sentinels. */
export const ONE_PASSWORD: Logins = {
  admin: redis,
  client: redis,
  replication: redis,
  watch: redis,
  sentinelAdmin: sentinel,
  sentinelClient: sentinel,
  sentinelPeer: sentinel,
};

/** Users at Redis 6.0, whose sentinels know none. */
export const USERS_WITHOUT_SENTINELS: Logins = {
  ...USERS_OF_THEIR_OWN,
  sentinelAdmin: sentinel,
  sentinelClient: sentinel,
  sentinelPeer: sentinel,
};

export function accessOf(
  kind: GuardedAccess['kind'],
  logins: Logins,
  server: ServerFacts = NEWEST,
): GuardedAccess {
  return { kind, logins, clientRules: CLIENT, server };
}

/** What each login is, readable: `user password`. */
export function told({ logins }: Pick<AccessSet, 'logins'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(logins).map(([name, { user, password }]: [string, Login]) => [
      name,
      `${user} ${password.reveal()}`,
    ]),
  );
}
