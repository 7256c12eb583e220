/** Which logins a group has: what the topology gives, what it had before, and what is made up. Pure. */

import { DEFAULT_USER, type Login, type Logins } from '../model/credentials/logins.js';
import type { Secret } from '../model/credentials/secret.js';
import { hasSentinelUsers, type ServerFacts } from '../model/server-version.js';
import type { TopologyAuth } from '../model/topology.js';
import { USERS } from './acl.js';

/** The passwords that the topology gives; null: they are made up. */
export interface GivenPasswords {
  readonly password: Secret | null;
  /** `same`: as at Redis. */
  readonly sentinelPassword: Secret | 'same' | null;
}

/**
 * What is made up is made up once: it stays as it was before.
 * @param before null: the group is new, or had no passwords
 * @param generate a new password at each call
 */
export function decideLogins(
  auth: TopologyAuth,
  given: GivenPasswords,
  before: Logins | null,
  server: ServerFacts,
  generate: () => Secret,
): Logins {
  const isAcl = auth.mode === 'acl';
  // Of another kind: nothing of it is of use.
  const former = before !== null && isAclSet(before) === isAcl ? before : null;
  const login = (user: string, ...passwords: readonly (Secret | null | undefined)[]): Login => ({
    user,
    password: passwords.find((one) => one != null) ?? generate(),
  });
  if (!isAcl) {
    const redis = login(DEFAULT_USER, given.password, former?.client.password);
    return {
      admin: redis,
      client: redis,
      replication: redis,
      watch: redis,
      ...oneForSentinels(given, redis, former, login),
    };
  }
  const client = login(auth.user, given.password, former?.client.password);
  const redis = {
    admin: login(USERS.admin, former?.admin.password),
    client,
    replication: login(USERS.replication, former?.replication.password),
    watch: login(USERS.sentinel, former?.watch.password),
  };
  // Whoever has it one way keeps it: sentinels that differ could not log in to each other.
  const hasUsers = former === null ? hasSentinelUsers(server) : former.sentinelPeer.user !== DEFAULT_USER;
  if (!hasUsers) return { ...redis, ...oneForSentinels(given, client, former, login) };
  return {
    ...redis,
    sentinelAdmin: login(USERS.admin, former?.sentinelAdmin.password),
    sentinelPeer: login(USERS.sentinel, former?.sentinelPeer.password),
    sentinelClient: login(
      auth.user,
      given.sentinelPassword === 'same' ? client.password : given.sentinelPassword,
      former?.sentinelClient.password,
    ),
  };
}

type SentinelLogins = Pick<Logins, 'sentinelAdmin' | 'sentinelPeer' | 'sentinelClient'>;

function oneForSentinels(
  { sentinelPassword }: GivenPasswords,
  client: Login,
  former: Logins | null,
  login: (user: string, ...passwords: readonly (Secret | null | undefined)[]) => Login,
): SentinelLogins {
  const one = login(
    DEFAULT_USER,
    sentinelPassword === 'same' ? client.password : sentinelPassword,
    former?.sentinelClient.password,
  );
  return { sentinelAdmin: one, sentinelPeer: one, sentinelClient: one };
}

function isAclSet({ admin }: Logins): boolean {
  return admin.user !== DEFAULT_USER;
}
