/** A healthy group of one master, two replicas and three sentinels, as its nodes describe it. */

import type { Address } from '../../../src/model/address.js';
import type { Expectation } from '../../../src/nodes/health/expectation.js';
import type {
  InstanceView,
  MasterView,
  RedisAnswer,
  ReplicaView,
  SentinelAnswer,
  Silent,
  Snapshot,
} from '../../../src/nodes/health/snapshot.js';

const at = (port: number): Address => ({ host: '127.0.0.1', port });

/** A node that belongs to nobody. */
export const STRANGER = at(7777);

export const EXPECTED: Expectation = {
  masterName: 'mymaster',
  redis: [6379, 6380, 6381].map((port, index) => ({ name: `redis-${index + 1}`, address: at(port) })),
  sentinels: [26379, 26378, 26377].map((port, index) => ({
    name: `sentinel-${index + 1}`,
    address: at(port),
  })),
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A snapshot whose answers a test may change before it is judged. */
export interface Draft {
  readonly redis: Map<string, Mutable<RedisAnswer> | Silent>;
  readonly sentinels: Map<string, DraftSentinel | Silent>;
}

type DraftSentinel = Mutable<Omit<SentinelAnswer, 'master' | 'replicas' | 'sentinels'>> & {
  master: Mutable<MasterView> | null;
  replicas: Mutable<ReplicaView>[];
  sentinels: Mutable<InstanceView>[];
};

const addressOf = (name: string): Address => {
  const node = [...EXPECTED.redis, ...EXPECTED.sentinels].find((other) => other.name === name);
  if (node === undefined) throw new Error(`there is no ${name}`);
  return node.address;
};

function instance(name: string, flag: string): Mutable<InstanceView> {
  return { address: addressOf(name), flags: [flag], runid: `id of ${name}`, lastPingSent: 0 };
}

function redis(name: string): Mutable<RedisAnswer> {
  const isMaster = name === 'redis-1';
  return {
    kind: 'redis',
    product: 'redis',
    version: '8.0.2',
    loading: false,
    role: isMaster ? 'master' : 'replica',
    link: isMaster ? null : { master: addressOf('redis-1'), status: 'up', syncInProgress: false },
    offset: 1000,
    replicas: isMaster
      ? ['redis-2', 'redis-3'].map((other) => ({ address: addressOf(other), state: 'online', offset: 1000 }))
      : [],
  };
}

function sentinel(name: string): DraftSentinel {
  const others = EXPECTED.sentinels.filter((other) => other.name !== name);
  return {
    kind: 'sentinel',
    tilt: null,
    product: 'redis',
    version: '8.0.2',
    myid: `id of ${name}`,
    info: 'master0:name=mymaster,status=ok,address=127.0.0.1:6379,slaves=2,sentinels=3',
    master: {
      ...instance('redis-1', 'master'),
      roleReported: 'master',
      configEpoch: 4,
      quorum: 2,
      'down-after-milliseconds': 30_000,
      'parallel-syncs': 1,
      'failover-timeout': 180_000,
      replicas: 2,
      otherSentinels: 2,
    },
    replicas: ['redis-2', 'redis-3'].map((other) => ({
      ...instance(other, 'slave'),
      roleReported: 'slave',
      masterLinkStatus: 'ok',
      master: addressOf('redis-1'),
    })),
    sentinels: others.map((other) => instance(other.name, 'sentinel')),
    quorumReply: 'OK 3 usable Sentinels. Quorum and failover authorization can be reached',
    periods: new Map(),
  };
}

export function healthy(): Draft {
  return {
    redis: new Map(EXPECTED.redis.map(({ name }) => [name, redis(name)])),
    sentinels: new Map(EXPECTED.sentinels.map(({ name }) => [name, sentinel(name)])),
  };
}

export const snapshotOf = (draft: Draft): Snapshot => draft;

export const SILENT: Silent = { kind: 'silent', reason: 'connect ECONNREFUSED', isLocked: false };

export function redisOf(draft: Draft, name: string): Mutable<RedisAnswer> {
  const answer = draft.redis.get(name);
  if (answer?.kind !== 'redis') throw new Error(`${name} does not answer`);
  return answer;
}

export function sentinelOf(draft: Draft, name: string): DraftSentinel & { master: Mutable<MasterView> } {
  const answer = draft.sentinels.get(name);
  if (answer?.kind !== 'sentinel' || answer.master === null) throw new Error(`${name} does not answer`);
  return answer as DraftSentinel & { master: Mutable<MasterView> };
}

/** How one sentinel sees a replica. */
export function seenReplica(draft: Draft, sentinelName: string, name: string): Mutable<ReplicaView> {
  return find(sentinelOf(draft, sentinelName).replicas, name);
}

/** How one sentinel sees another. */
export function seenSentinel(draft: Draft, sentinelName: string, name: string): Mutable<InstanceView> {
  return find(sentinelOf(draft, sentinelName).sentinels, name);
}

function find<T extends InstanceView>(instances: readonly T[], name: string): T {
  const { port } = addressOf(name);
  const found = instances.find(({ address }) => address.port === port);
  if (found === undefined) throw new Error(`${name} is not known`);
  return found;
}
