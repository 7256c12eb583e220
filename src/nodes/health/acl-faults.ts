/**
 * Whether the users of a group may do what they are for. One command too few, and all looks healthy until a failover
 * does not get through: so the server is asked (ACL DRYRUN, since 7.0), which calls nothing.
 */

import { HELLO, type Purpose, rulesFor, USERS } from '../../access/acl.js';
import type { AskedNode, AskedNodes } from '../../model/group-nodes.js';
import type { Fault } from '../../model/report/group-report.js';
import type { ServerFacts } from '../../model/server-version.js';
import { serverFacts } from '../../model/server-version.js';
import type { Command, Connections, Reply } from '../client/connection.js';
import { text } from '../client/replies.js';
import { remedy } from './remedies.js';
import type { Snapshot } from './snapshot.js';

/** What stands for a rule: a command that it allows, with as many arguments as it takes. */
const PROBES: Readonly<Record<string, Command>> = {
  '+multi': ['multi'],
  '+exec': ['exec'],
  '+slaveof': ['slaveof', 'no', 'one'],
  '+ping': ['ping'],
  '+info': ['info'],
  '+publish': ['publish', HELLO, ''],
  '+subscribe': ['subscribe', HELLO],
  '+config|rewrite': ['config', 'rewrite'],
  '+client|setname': ['client', 'setname', 'sentinel'],
  '+client|kill': ['client', 'kill', 'type', 'normal'],
  '+script|kill': ['script', 'kill'],
  '+failover': ['failover'],
  '+client|pause': ['client', 'pause', '1'],
  '+client|unpause': ['client', 'unpause'],
  '+psync': ['psync', '?', '-1'],
  '+replconf': ['replconf', 'ack', '0'],
  '+sentinel|is-master-down-by-addr': ['sentinel', 'is-master-down-by-addr', '127.0.0.1', '6379', '0', '*'],
};

/** A user, and what it must be able to do. */
interface Duty {
  readonly user: string;
  readonly purpose: Purpose;
}

const AT_REDIS: readonly Duty[] = [
  { user: USERS.sentinel, purpose: 'watch' },
  { user: USERS.replication, purpose: 'replication' },
];
const AT_SENTINELS: readonly Duty[] = [{ user: USERS.sentinel, purpose: 'peer' }];

/**
 * @param targets nodes that answer, of a group with users
 * @param snapshot what they have answered
 */
export async function findAclFaults(
  { redis, sentinels }: Pick<AskedNodes, 'redis' | 'sentinels'>,
  snapshot: Snapshot,
  connections: Connections,
): Promise<readonly Fault[]> {
  const found = await Promise.all([
    ...redis.map((node) => faultsOf(node, AT_REDIS, serverOf(snapshot.redis.get(node.name)), connections)),
    ...sentinels.map((node) =>
      faultsOf(node, AT_SENTINELS, serverOf(snapshot.sentinels.get(node.name)), connections),
    ),
  ]);
  return found.flat();
}

function serverOf(answer: ReturnType<Snapshot['redis']['get']> | ReturnType<Snapshot['sentinels']['get']>) {
  return answer === undefined || answer.kind === 'silent'
    ? null
    : serverFacts(answer.product, answer.version);
}

/** DRYRUN came with 7.0. */
function canTell({ version }: ServerFacts): boolean {
  return version >= 700;
}

async function faultsOf(
  { name, control }: AskedNode,
  duties: readonly Duty[],
  server: ServerFacts | null,
  connections: Connections,
): Promise<readonly Fault[]> {
  if (server === null || !canTell(server)) return [];
  const probes = duties.flatMap(({ user, purpose }) =>
    rulesFor(purpose, server).flatMap((rule) => {
      const probe = PROBES[rule];
      return probe === undefined ? [] : [{ user, rule, probe }];
    }),
  );
  const commands = probes.map(({ user, probe }): Command => ['ACL', 'DRYRUN', user, ...probe]);
  // One that goes away now is found by those who ask it other things.
  const replies = await connections.query(control, commands).catch((): readonly Reply[] => []);
  return duties.flatMap(({ user }): readonly Fault[] => {
    const missing = probes
      .filter((one, index) => one.user === user && isDenied(replies[index]))
      .map(({ rule }) => rule.slice(1));
    if (missing.length === 0) return [];
    const message = `on ${name} the user ${user} may not call ${missing.join(', ')}`;
    return [{ code: 'acl-missing', node: name, message, remedy: remedy('acl-missing') }];
  });
}

/** A denial is an ordinary reply; what the server does not know at all is an error. */
function isDenied(reply: Reply | undefined): boolean {
  if (reply === undefined) return false;
  return reply.ok ? text(reply) !== 'OK' : /User '.*' not found/.test(reply.error);
}
