/**
 * Gives nodes that run other passwords and users, without a client's being cut off: first all of them take the new
 * ones beside the former, then they use the new ones, and when that has been seen to work they take no others.
 * Each command was tried on 6.0, 7.0, 8.0, Valkey 8.1 and 9, with a failover in the middle.
 */

import { known, rulesFor } from '../../access/acl.js';
import { hashed } from '../../config/access-lines.js';
import type { Engine } from '../../engine/engine.js';
import { RsentinelError } from '../../errors.js';
import { allDone } from '../../lock/all-done.js';
import type { GuardedAccess } from '../../model/credentials/group-access.js';
import { type AccessSet, DEFAULT_USER, type Login } from '../../model/credentials/logins.js';
import type { GroupNode, GroupNodes } from '../../model/group-nodes.js';
import { hasSentinelUsers } from '../../model/server-version.js';
import { type Command, type Connections, LoginError } from '../../nodes/client/connection.js';
import { rewriteConf } from '../../nodes/client/set-directives.js';
import type { Live } from '../../nodes/live/live.js';
import { waitConverged } from '../../nodes/wait/wait-converged.js';

/** A user of a node, as ACL SETUSER has it. */
interface User {
  readonly login: Login;
  /** null: it may do everything, and nothing of that changes. */
  readonly rules: readonly string[] | null;
}

/** Users at Redis, or at a sentinel. */
function usersOf(kind: GroupNode['kind'], access: GuardedAccess): readonly User[] {
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

/** What a rotation works on. */
export interface RotationContext {
  /** The nodes that run. */
  readonly live: Live;
  /** False: its master is dead, and nothing can be tried in between. */
  readonly isWhole: boolean;
}

/**
 * @param from what is valid so far
 * @param updateFile puts the new logins into a node's file
 * @throws RsentinelError PASSWORD_REFUSED; as {@link untilWhole}
 */
export async function rotate(
  { live, isWhole }: RotationContext,
  from: AccessSet,
  to: GuardedAccess,
  updateFile: (node: GroupNode) => Promise<void>,
): Promise<void> {
  const { group, connections } = live;
  const { redis, sentinels } = group;
  await introduce(group, to, connections);
  if (isWhole) await waitConverged(live);
  await conclude(redis, to, from, connections);
  await save(redis, updateFile, connections);
  if (hasSentinelUsers(to.server)) {
    await conclude(sentinels, to, from, connections);
    await save(sentinels, updateFile, connections);
  } else if (from.logins.sentinelPeer.password.equals(to.logins.sentinelPeer.password)) {
    await save(sentinels, updateFile, connections);
  }
}

/**
 * Has every node take the new passwords beside the former ones, before any of them uses one; then has them
 * log in with the new ones. What they had open to each other they open anew.
 */
async function introduce(
  { redis, sentinels, masterName }: GroupNodes,
  access: GuardedAccess,
  connections: Connections,
): Promise<void> {
  const { logins, server } = access;
  const withUsers = hasSentinelUsers(server) ? [...redis, ...sentinels] : redis;
  await each(withUsers, connections, ({ kind }) =>
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
  const own: Command = ['SENTINEL', 'CONFIG', 'SET', 'sentinel-pass', logins.sentinelPeer.password.reveal()];
  await each(sentinels, connections, () => [
    ['SENTINEL', 'SET', masterName, 'auth-pass', logins.watch.password.reveal()],
    ...(hasSentinelUsers(server) ? [own] : []),
  ]);
}

/** Has nodes take nothing but the new passwords, of those who log in from now on. */
async function conclude(
  nodes: readonly GroupNode[],
  access: GuardedAccess,
  former: AccessSet,
  connections: Connections,
): Promise<void> {
  await each(nodes, connections, ({ kind }) => [
    ...usersOf(kind, access).flatMap((user) => onlySo(kind, user, access)),
    ...goneUsers(kind, access, former).map((user): Command => ['ACL', 'DELUSER', user]),
  ]);
}

async function save(
  nodes: readonly GroupNode[],
  updateFile: (node: GroupNode) => Promise<void>,
  connections: Connections,
): Promise<void> {
  for (const node of nodes) {
    await updateFile(node);
    await rewriteConf(node.name, node.control, node.kind, connections);
  }
}

/**
 * Starts sentinels again with their new password, which `rotate` has left out: before 6.2 a sentinel that runs cannot be given
 * another one of its own. All at once: as long as they differ they do not let each other in, and nobody else misses them for
 * the fraction of a second.
 * @param updateFile puts the new logins into a sentinel's file
 */
export async function restartSentinels(
  { live }: RotationContext,
  engine: Engine,
  updateFile: (node: GroupNode) => Promise<void>,
): Promise<void> {
  const { group } = live;
  const { sentinels } = group;
  const containers = sentinels.flatMap(({ container }) => container ?? []);
  await allDone(containers.map((container) => engine.stop(group.name, container)));
  for (const node of sentinels) await updateFile(node);
  await allDone(containers.map((container) => engine.start(group.name, container)));
  await waitConverged(live);
}

/** At once: whoever is subscribed to something it may go on with stays connected. */
function onlySo(
  kind: GroupNode['kind'],
  { login, rules }: User,
  { server }: GuardedAccess,
): readonly Command[] {
  const password = ['resetpass', hashed(login.password)];
  if (rules === null) {
    const only: Command = ['ACL', 'SETUSER', login.user, ...password];
    // What the file says of `requirepass` is what was set so last. Where that is the same as before the server
    // does nothing, so that by itself it would leave other passwords valid.
    return kind === 'redis' ? [only, ['CONFIG', 'SET', 'requirepass', login.password.reveal()]] : [only];
  }
  const channels = hasSentinelUsers(server) ? ['resetchannels'] : [];
  return [['ACL', 'SETUSER', login.user, 'reset', 'on', ...password, ...channels, ...rules]];
}

/** The application's user may have been called otherwise. */
function goneUsers(kind: GroupNode['kind'], access: GuardedAccess, former: AccessSet): readonly string[] {
  const names = usersOf(kind, access).map(({ login }) => login.user);
  const before = former.logins[kind === 'redis' ? 'client' : 'sentinelClient'].user;
  return before === DEFAULT_USER || names.includes(before) ? [] : [before];
}

async function each(
  nodes: readonly GroupNode[],
  connections: Connections,
  commandsFor: (node: GroupNode) => readonly Command[],
): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      const replies = await connections.query(node.control, commandsFor(node)).catch((error: unknown) => {
        throw error instanceof LoginError ? lockedOut(node.name, error) : error;
      });
      const refusal = replies.find((reply) => !reply.ok);
      if (refusal !== undefined && !refusal.ok) throw refused(node.name, refusal.error);
    }),
  );
}

function lockedOut(node: string, cause: LoginError): RsentinelError {
  return new RsentinelError('PASSWORD_REFUSED', `${node} does not let rsentinel in: ${cause.message}`, {
    hint: 'Its password is not known any more. `rsentinel down` and `up` give every node those of the topology; the data stays.',
    cause,
  });
}

/** Of what was sent nothing is in it. */
function refused(node: string, error: string): RsentinelError {
  return new RsentinelError('PASSWORD_REFUSED', `${node} does not take the new passwords or users`, {
    details: [error],
    hint: 'Check `auth` in the topology file, the rules above all; the former passwords are still valid.',
  });
}
