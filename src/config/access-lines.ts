/** Who may log in to a node, and how it logs in to others, as lines of its configuration file. Pure. */
import { createHash } from 'node:crypto';
import { known, rulesFor } from '../access/acl.js';
import type { GroupAccess } from '../model/credentials/group-access.js';
import { DEFAULT_USER, type Login } from '../model/credentials/logins.js';
import type { Secret } from '../model/credentials/secret.js';
import { hasSentinelUsers, type ServerFacts } from '../model/server-version.js';
import { readConfFacts, readDirectiveLines } from './conf-facts.js';

/** Lines of redis.conf. On every node the same: today's master is a replica one day. */
export function redisAccessLines(access: GroupAccess): readonly string[] {
  switch (access.kind) {
    case 'none':
      return [];
    case 'password':
      return [
        `requirepass ${quoted(access.logins.client.password)}`,
        `masterauth ${quoted(access.logins.replication.password)}`,
      ];
    case 'acl': {
      const { logins, server, clientRules } = access;
      return [
        nobodyLine(server),
        userLine(logins.admin, rulesFor('admin', server), server),
        userLine(logins.replication, rulesFor('replication', server), server),
        userLine(logins.watch, rulesFor('watch', server), server),
        userLine(logins.client, known(clientRules, server), server),
        `masteruser ${logins.replication.user}`,
        `masterauth ${quoted(logins.replication.password)}`,
      ];
    }
  }
}

/** Lines of sentinel.conf; they must stand behind `sentinel monitor`. */
export function sentinelAccessLines(access: GroupAccess, masterName: string): readonly string[] {
  if (access.kind === 'none') return [];
  const { logins, server } = access;
  const { watch, sentinelPeer: peer } = logins;
  const asUser = access.kind === 'acl' ? [`sentinel auth-user ${masterName} ${watch.user}`] : [];
  const toRedis = [...asUser, `sentinel auth-pass ${masterName} ${quoted(watch.password)}`];
  if (!hasSentinelUsers(server)) return [`requirepass ${quoted(peer.password)}`, ...toRedis];
  if (peer.user === DEFAULT_USER) {
    // Not by requirepass: a sentinel that runs could not be given another one.
    const everything = rulesFor('admin', server);
    return [
      userLine(peer, everything, server),
      `sentinel sentinel-pass ${quoted(peer.password)}`,
      ...toRedis,
    ];
  }
  return [
    nobodyLine(server),
    userLine(logins.sentinelAdmin, rulesFor('admin', server), server),
    userLine(peer, rulesFor('peer', server), server),
    userLine(logins.sentinelClient, rulesFor('sentinelClient', server), server),
    `sentinel sentinel-user ${peer.user}`,
    `sentinel sentinel-pass ${quoted(peer.password)}`,
    ...toRedis,
  ];
}

const ACCESS_LINE =
  /^\s*(?:requirepass|masterauth|masteruser|primaryauth|primaryuser|user|sentinel\s+(?:auth-pass|auth-user|sentinel-pass|sentinel-user))\s/i;

/**
 * The text of a file with these lines in the place of all that say who may log in. Lines about other masters than the
 * group's stay.
 */
export function withAccess(text: string, lines: readonly string[]): string {
  const kept = readConfFacts(text).otherMasters.map(({ name, value }) => `${name} ${value}`);
  const isKept = (line: string): boolean =>
    readDirectiveLines(line).some(({ name, value }) => kept.includes(`${name} ${value}`));
  const others = text.split('\n').filter((line) => !ACCESS_LINE.test(line) || isKept(line));
  const end = others.at(-1) === '' ? -1 : others.length;
  others.splice(end, 0, ...lines);
  return others.join('\n');
}

/**
 * The default user: off, and without `nopass`, for protected mode looks at that. Redis 6.0 asks whether it may
 * call HELLO when somebody else logs in by it.
 */
function nobodyLine(server: ServerFacts): string {
  return `user ${DEFAULT_USER} off resetpass${hasSentinelUsers(server) ? '' : ' +hello'}`;
}

/** By the hash of the password, as Redis itself writes it when it rewrites the file. */
function userLine({ user, password }: Login, rules: readonly string[], server: ServerFacts): string {
  const channels = hasSentinelUsers(server) ? ['resetchannels'] : [];
  return ['user', user, 'on', hashed(password), ...channels, ...rules].join(' ');
}

/** As ACL rules take a password that they do not have to see: `#` and its SHA-256. */
export function hashed(password: Secret): string {
  return `#${createHash('sha256').update(password.reveal()).digest('hex')}`;
}

/** As Redis reads a word of a configuration file, whatever is in it. */
function quoted(password: Secret): string {
  return `"${password.reveal().replace(/["\\]/g, '\\$&')}"`;
}
