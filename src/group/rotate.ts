/** Gives nodes that run other passwords and users, without a connection of anybody's being cut off. */
import { known, rulesFor } from '../access/acl.js';
import type { GroupAccess } from '../access/group-access.js';
import { DEFAULT_USER, type Login, type Logins } from '../access/logins.js';
import { hasSentinelUsers } from '../access/server.js';
import { RsentinelError } from '../errors.js';
import { hashed } from '../render/access-lines.js';
import type { Command, Connections } from '../sentinel/connection.js';
import type { PresentGroup, PresentNode } from './presence.js';

export type GuardedAccess = Exclude<GroupAccess, { readonly kind: 'none' }>;

/** A user of a node, as ACL SETUSER has it. */
interface User {
  readonly login: Login;
  /** null: it may do everything, and nothing of that changes. */
  readonly rules: readonly string[] | null;
}

/** Users at Redis, or at a sentinel. */
function usersOf(kind: PresentNode['kind'], access: GuardedAccess): readonly User[] {
  const { logins, server, clientRules } = access;
  const user = (login: Login, rules: readonly string[]): User => ({
    login,
    rules: login.user === DEFAULT_USER ? null : rules,
  });
  const users =
    kind === 'redis'
      ? [
          user(logins.admin, rulesFor('admin', server)),
          user(logins.replication, rulesFor('replication', server)),
          user(logins.watch, rulesFor('watch', server)),
          user(logins.client, known(clientRules, server)),
        ]
      : [
          user(logins.sentinelAdmin, rulesFor('admin', server)),
          user(logins.sentinelPeer, rulesFor('peer', server)),
          user(logins.sentinelClient, rulesFor('sentinelClient', server)),
        ];
  return [...new Map(users.map((one) => [one.login.user, one])).values()];
}

/**
 * Has every node take the new passwords beside the former ones, and then use the new ones for logging in to
 * others. Connections that are open stay open.
 * @throws RsentinelError PASSWORD_REFUSED
 */
export async function introduce(
  { redis, sentinels, masterName }: PresentGroup,
  access: GuardedAccess,
  connections: Connections,
): Promise<void> {
  const { logins } = access;
  // All of them, before the first logs in anywhere with a new one.
  await each([...redis, ...sentinels], connections, ({ kind }) =>
    usersOf(kind, access).map(({ login, rules }) => [
      'ACL',
      'SETUSER',
      login.user,
      'on',
      hashed(login.password),
      ...(rules ?? []),
    ]),
  );
  await each(redis, connections, () => [
    ['CONFIG', 'SET', 'masterauth', logins.replication.password.reveal()],
  ]);
  await each(sentinels, connections, () => [
    ['SENTINEL', 'SET', masterName, 'auth-pass', logins.watch.password.reveal()],
    ['SENTINEL', 'CONFIG', 'SET', 'sentinel-pass', logins.sentinelPeer.password.reveal()],
  ]);
}

/**
 * Has every node take nothing but the new passwords, for those who log in from now on.
 * @param former what was valid before
 * @throws RsentinelError PASSWORD_REFUSED
 */
export async function conclude(
  { redis, sentinels }: Pick<PresentGroup, 'redis' | 'sentinels'>,
  access: GuardedAccess,
  former: Logins,
  connections: Connections,
): Promise<void> {
  await each([...redis, ...sentinels], connections, ({ kind }) => [
    ...usersOf(kind, access).map((user) => onlySo(kind, user, access)),
    ...goneUsers(kind, access, former).map((user): Command => ['ACL', 'DELUSER', user]),
  ]);
}

/** At once: whoever is subscribed to something it may go on with stays connected. */
function onlySo(kind: PresentNode['kind'], { login, rules }: User, { server }: GuardedAccess): Command {
  const password = ['resetpass', hashed(login.password)];
  if (rules === null) {
    // What `requirepass` says in the file is what was set so last.
    return kind === 'redis'
      ? ['CONFIG', 'SET', 'requirepass', login.password.reveal()]
      : ['ACL', 'SETUSER', login.user, ...password];
  }
  const channels = hasSentinelUsers(server) ? ['resetchannels'] : [];
  return ['ACL', 'SETUSER', login.user, 'reset', 'on', ...password, ...channels, ...rules];
}

/** The application's user may have been called otherwise. */
function goneUsers(kind: PresentNode['kind'], access: GuardedAccess, former: Logins): readonly string[] {
  const names = usersOf(kind, access).map(({ login }) => login.user);
  const before = kind === 'redis' ? former.client.user : former.sentinelClient.user;
  return before === DEFAULT_USER || names.includes(before) ? [] : [before];
}

async function each(
  nodes: readonly PresentNode[],
  connections: Connections,
  commandsFor: (node: PresentNode) => readonly Command[],
): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      const replies = await connections.query(node.control, commandsFor(node));
      const refusal = replies.find((reply) => !reply.ok);
      if (refusal !== undefined && !refusal.ok) throw refused(node.name, refusal.error);
    }),
  );
}

/** Of what was sent nothing is in it. */
function refused(node: string, error: string): RsentinelError {
  return new RsentinelError('PASSWORD_REFUSED', `${node} does not take the new passwords or users`, {
    details: [error],
    hint: 'Check `auth` in the topology file, the rules above all; the former passwords are still valid.',
  });
}
