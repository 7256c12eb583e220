/** The data side: what can be lost, and who may take over. Pure. */

import { formatMs } from '../../model/format.js';
import type { Finding } from '../../model/report/doctor-report.js';
import { isLoopback } from '../../spec/defaults.js';
import type { Facts, RedisFacts, RedisOwn } from '../facts.js';
import { found, listed } from '../found.js';

type Answering = RedisFacts & { readonly own: RedisOwn };

function answering({ redis }: Facts): readonly Answering[] {
  return redis.flatMap((node) => (node.own === null ? [] : [{ ...node, own: node.own }]));
}

const namesOf = (nodes: readonly RedisFacts[]): readonly string[] => nodes.map(({ name }) => name);

/** A master that is cut off does not know it, unless it counts its replicas. */
export function unboundedLoss(facts: Facts): readonly Finding[] {
  const nodes = answering(facts).filter(({ own }) => own.minReplicasToWrite === 0);
  if (nodes.length === 0 || facts.redis.length < 2) return [];
  const times = facts.sentinels.flatMap(({ own }) => own?.watch?.downAfter ?? []);
  const after = times.length === 0 ? '' : ` (after ${formatMs(Math.max(...times))}, down-after-milliseconds)`;
  const message = `min-replicas-to-write is 0 on ${listed(namesOf(nodes))}: a master that is cut off from its replicas and sentinels goes on accepting writes, while another one is promoted${after}; all that it has accepted since it was cut off is lost when it comes back as a replica`;
  const severity = facts.origin.kind === 'engine' ? 'note' : 'warning';
  return [found('min-replicas-unset', severity, null, message)];
}

/** A master that wants more replicas than there can be refuses writes. */
export function tooManyReplicasWanted(facts: Facts): readonly Finding[] {
  const replicas = facts.redis.length - 1;
  const wanting = answering(facts).filter(
    ({ own }) => (own.minReplicasToWrite ?? 0) >= Math.max(1, replicas),
  );
  if (wanting.length === 0) return [];
  const most = Math.max(...wanting.map(({ own }) => own.minReplicasToWrite ?? 0));
  const has = `min-replicas-to-write is ${most} on ${listed(namesOf(wanting))}, and there ${replicas === 1 ? 'is 1 replica' : `are ${replicas} replicas`}`;
  return most > replicas
    ? [found('min-replicas-too-many', 'problem', null, `${has}: the master refuses every write`)]
    : [
        found(
          'min-replicas-too-many',
          'warning',
          null,
          `${has}: while one of them is away, and after a failover until the old master is back, every write is refused`,
        ),
      ];
}

/** replica-priority 0 means: never promote this one. */
export function noCandidate(facts: Facts): readonly Finding[] {
  if (facts.redis.length === 0) return [];
  if (facts.redis.length === 1) {
    const message = 'there is no replica: when the master fails, nobody can take its place';
    return [found('no-candidate', 'warning', null, message)];
  }
  const replicas = answering(facts).filter(({ own }) => own.role === 'replica');
  const unfit = replicas.filter(({ own }) => own.replicaPriority === 0);
  if (replicas.length === 0 || unfit.length < replicas.length) return [];
  const which = replicas.length === 1 ? 'the only replica' : `all ${replicas.length} replicas`;
  const message = `replica-priority is 0 on ${which} (${listed(namesOf(unfit))}): none of them may be promoted, so there is no failover`;
  return [found('no-candidate', 'problem', null, message)];
}

/** Whoever reaches an address that is not this machine's own, reaches the data. */
export function noPassword(facts: Facts): readonly Finding[] {
  const open = answering(facts).filter(({ address, own }) => own.isOpen && !isLoopback(address.host));
  if (open.length === 0) return [];
  const isBridge = facts.origin.kind === 'engine' && facts.origin.mode === 'bridge';
  const who = isBridge
    ? 'every container on the group’s network'
    : `whoever reaches ${open.length === 1 ? 'its address' : 'their addresses'}`;
  const message = `${listed(namesOf(open))} ${open.length === 1 ? 'asks' : 'ask'} for no password: ${who} can read, change and delete all data`;
  return [found('no-password', isBridge ? 'note' : 'warning', null, message)];
}

/** The oldest that is maintained, or nearly: Redis 6.0 has neither SENTINEL MYID nor names, nor can it hold writes. */
const OLDEST = [6, 2] as const;

export function oldVersions(facts: Facts): readonly Finding[] {
  const nodes = [...facts.redis, ...facts.sentinels].flatMap(({ name, own }) =>
    own === null ? [] : [{ name, version: own.version }],
  );
  const old = nodes.filter(({ version }) => version !== '' && isOlder(version, OLDEST.join('.')));
  if (old.length === 0) return [];
  const versions = [...new Set(old.map(({ version }) => version))].sort();
  const who =
    old.length === nodes.length
      ? 'all nodes run'
      : `${listed(old.map(({ name }) => name))} ${old.length === 1 ? 'runs' : 'run'}`;
  const message = `${who} ${versions.join(', ')}, which nobody maintains any more`;
  return [found('old-version', 'warning', null, message)];
}

/** A replica reads what its master writes; what a newer master writes, an older replica may not read. */
export function differentVersions(facts: Facts): readonly Finding[] {
  const nodes = answering(facts);
  const versions = [...new Set(nodes.map(({ own }) => own.version))];
  if (versions.length < 2) return [];
  const master = nodes.find(({ own }) => own.role === 'master');
  const older =
    master === undefined
      ? []
      : nodes.filter(({ own }) => own.role === 'replica' && isOlder(own.version, master.own.version));
  const list = nodes.map(({ name, own }) => `${name} ${own.version}`).join(', ');
  return older.length === 0
    ? [found('versions-differ', 'note', null, `the Redis nodes run different versions: ${list}`)]
    : [
        found(
          'versions-differ',
          'warning',
          null,
          `${listed(namesOf(older))} ${older.length === 1 ? 'is' : 'are'} older than the master, whose data set an older version may be unable to read: ${list}`,
        ),
      ];
}

/** By major and minor; patches write alike. */
function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = than.split('.').map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
