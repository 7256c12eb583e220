/** What is known of a group without a single trap: one master, two replicas, three sentinels on three machines. */
import type {
  Facts,
  RedisFacts,
  RedisOwn,
  SentinelFacts,
  SentinelOwn,
  Watch,
} from '../../../src/doctor/facts.js';
import type { Address } from '../../../src/model/address.js';

const at = (host: string, port: number): Address => ({ host, port });
const NOW = { offset: 3, uncertainty: 2 } as const;

export const WATCH: Watch = {
  quorum: 2,
  sentinels: 3,
  downAfter: 30_000,
  failoverTimeout: 180_000,
  pingPeriod: 1_000,
};

const REDIS_OWN: RedisOwn = {
  version: '8.0.2',
  role: 'replica',
  connectedReplicas: 0,
  replicaPriority: 100,
  minReplicasToWrite: 1,
  isOpen: true,
  configFile: '/conf/redis.conf',
  clock: NOW,
};

const SENTINEL_OWN: SentinelOwn = {
  version: '8.0.2',
  isTilted: false,
  clock: NOW,
  masters: ['mymaster'],
  watch: WATCH,
  notSaved: null,
};

/** What a node has in common with a healthy one, at an address of its own. */
function node(name: string, address: Address) {
  return {
    name,
    address,
    control: address,
    announced: { kind: 'answers', id: `id of ${name}`, uptime: 60_000 },
    known: ['sentinel-1', 'sentinel-2', 'sentinel-3']
      .filter((by) => by !== name)
      .map((by) => ({ by, id: `id of ${name}`, age: 5_000, isReached: true })),
    conf: null,
  } as const;
}

/** `own` is changed in part; everything else is replaced. */
type Changes<Node extends { readonly own: object | null }> = Partial<Omit<Node, 'own'>> & {
  readonly own?: Partial<NonNullable<Node['own']>> | null;
};

export function redisFacts(number: number, { own = {}, ...changes }: Changes<RedisFacts> = {}): RedisFacts {
  const role = number === 1 ? 'master' : 'replica';
  return {
    kind: 'redis',
    ...node(`redis-${number}`, at(`127.0.0.1`, 6378 + number)),
    ...changes,
    own: own === null ? null : { ...REDIS_OWN, role, ...own },
  };
}

export function sentinelFacts(
  number: number,
  { own = {}, ...changes }: Changes<SentinelFacts> = {},
): SentinelFacts {
  return {
    kind: 'sentinel',
    ...node(`sentinel-${number}`, at(`127.0.0.${number}`, 26379)),
    ...changes,
    own: own === null ? null : { ...SENTINEL_OWN, ...own },
  };
}

/** A group whose sentinels are known; nothing is wrong with it. */
export function facts(changes: Partial<Facts> = {}): Facts {
  return {
    group: 'mymaster',
    masterName: 'mymaster',
    origin: { kind: 'sentinels' },
    redis: [1, 2, 3].map((number) => redisFacts(number)),
    sentinels: [1, 2, 3].map((number) => sentinelFacts(number)),
    overcommit: '1',
    separates: true,
    leftovers: [],
    tracked: [],
    isBusy: false,
    ...changes,
  };
}

/** The same redis nodes, but for one. */
export function redisWith(number: number, changes: Changes<RedisFacts>): readonly RedisFacts[] {
  return [1, 2, 3].map((other) => redisFacts(other, other === number ? changes : {}));
}

/** The same sentinels, but for one. */
export function sentinelsWith(number: number, changes: Changes<SentinelFacts>): readonly SentinelFacts[] {
  return [1, 2, 3].map((other) => sentinelFacts(other, other === number ? changes : {}));
}

/** So many sentinels, all changed alike. */
export function sentinels(numberOf: number, watch: Partial<Watch> = {}): readonly SentinelFacts[] {
  return Array.from({ length: numberOf }, (_, index) =>
    sentinelFacts(index + 1, { own: { watch: { ...WATCH, sentinels: numberOf, ...watch } } }),
  );
}
