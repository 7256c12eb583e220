/** Every trap, from facts that have it and from facts that have not. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.js';
import type { Facts, RedisFacts } from '../../../src/doctor/facts.js';
import { mayWrite } from '../../../src/doctor/observe-facts.js';
import { TRAP_REMEDIES } from '../../../src/doctor/remedies.js';
import { facts, redisFacts, redisWith, sentinelFacts, sentinels, sentinelsWith, WATCH } from './facts.js';

/** `severity code (node): message`, in their order. */
const found = (changes: Partial<Facts>): readonly string[] =>
  diagnose(facts(changes), []).map(
    ({ severity, code, node, message }) => `${severity} ${code} (${node ?? 'group'}): ${message}`,
  );

const ON_ENGINE = { kind: 'engine', mode: 'loopback', isNear: true } as const;
const BRIDGE_IN_A_VM = { kind: 'engine', mode: 'bridge', isNear: false } as const;
const container = { host: '172.18.0.3', port: 6379 };
const SILENT = { kind: 'silent', reason: 'connect ETIMEDOUT' } as const;
const unseen = { known: [] } as const;

describe('a group without traps', () => {
  it('has no finding', () => {
    expect(found({})).toEqual([]);
  });

  it('on one engine has the note that it is one', () => {
    expect(found({ origin: ON_ENGINE })).toEqual([
      'note sentinels-one-machine (group): all 3 sentinels run on one engine, with the nodes that they watch: when its machine fails, so does all of the group',
    ]);
  });
});

describe('addresses', () => {
  it('that only the sentinels reach are found', () => {
    const redis = redisWith(2, {
      name: '172.18.0.3:6379',
      address: container,
      control: container,
      announced: SILENT,
      own: null,
    });
    expect(found({ redis })).toEqual([
      'problem address-unreachable (172.18.0.3:6379): clients are sent to 172.18.0.3:6379, where it does not answer from here (connect ETIMEDOUT), while sentinel-1, sentinel-2 and sentinel-3 reach it there; it looks like the IP of a container',
    ]);
  });

  it('that do not answer, while the node answers elsewhere, are found', () => {
    const redis = redisWith(1, { address: { host: '10.0.0.9', port: 6379 }, announced: SILENT, known: [] });
    expect(found({ redis })[0]).toBe(
      'problem address-unreachable (redis-1): redis-1 announces 10.0.0.9:6379, where it does not answer from here (connect ETIMEDOUT), while it answers at 127.0.0.1:6379',
    );
  });

  it('of a network inside of a virtual machine are for containers: a note', () => {
    const redis = redisWith(1, { address: container, announced: SILENT, own: { minReplicasToWrite: 1 } });
    expect(found({ redis, origin: BRIDGE_IN_A_VM })).toContainEqual(
      expect.stringMatching(/^note address-unreachable .*: only containers of its network reach it$/),
    );
  });

  it('of a node that nobody reaches are not blamed: it is dead', () => {
    expect(found({ redis: redisWith(2, { announced: SILENT, own: null, ...unseen }) })).toEqual([]);
  });

  it('where another node answers are found', () => {
    const announced = { kind: 'answers', id: 'f00dfeed0123', uptime: 60_000 } as const;
    expect(found({ redis: redisWith(2, { announced }) })).toEqual([
      'problem address-other-node (redis-2): redis-2 announces 127.0.0.1:6380, where another node answers: the id that answers from here is f00dfeed, and sentinel-1, sentinel-2 and sentinel-3 know id of re',
    ]);
  });

  it('where a node has just been started again are right, though it has a new id', () => {
    const announced = { kind: 'answers', id: 'f00dfeed0123', uptime: 4_000 } as const;
    expect(found({ redis: redisWith(2, { announced }) })).toEqual([]);
  });

  it('that a sentinel announces instead of the one that was asked are found', () => {
    const control = { host: '127.0.0.1', port: 32_771 };
    expect(found({ sentinels: sentinelsWith(1, { control }) })).toEqual([
      'warning address-remapped (sentinel-1): the sentinel at 127.0.0.1:32771 announces 127.0.0.1:26379: clients that reach only the former cannot follow',
    ]);
    const byName = { host: 'localhost', port: 26_379 };
    expect(found({ sentinels: sentinelsWith(1, { control: byName }) })).toEqual([]);
  });

  it('of loopback are found when the sentinel was asked over the network', () => {
    const control = { host: '10.0.0.9', port: 26_379 };
    const all = sentinelsWith(1, { control, address: control });
    expect(found({ sentinels: all })[0]).toBe(
      'problem address-loopback (group): the sentinel at 10.0.0.9:26379 sends clients to 127.0.0.1:6379, 127.0.0.1:6380, 127.0.0.1:6381, 127.0.0.2:26379 and 127.0.0.3:26379: for each of them that is its own machine',
    );
    expect(found({ sentinels: all, origin: ON_ENGINE }).join()).not.toContain('address-loopback');
  });

  it('and names are not to be mixed', () => {
    const all = sentinelsWith(3, { address: { host: 'sentinel.example', port: 26_379 } });
    expect(found({ sentinels: all })).toContainEqual(
      'warning address-mixed (group): some nodes announce names (sentinel.example), others IP addresses (127.0.0.1, 127.0.0.2): Sentinel takes a name and an IP of one node for two',
    );
  });
});

describe('configuration', () => {
  it('that a sentinel cannot save is found, once', () => {
    const conf = { path: '/group/sentinel-2/conf', isWritable: false };
    const own = { notSaved: 'Failed to save config file' };
    expect(found({ sentinels: sentinelsWith(2, { own, conf }) })).toEqual([
      'problem conf-not-saved (sentinel-2): sentinel-2 cannot save its configuration (Failed to save config file): a failover that it has voted for is forgotten with a restart',
    ]);
  });

  it('that a Redis node may not write is found', () => {
    const conf = { path: '/group/redis-2/conf', isWritable: false };
    expect(found({ redis: redisWith(2, { conf }) })).toEqual([
      'problem conf-not-saved (redis-2): redis-2 may not write to /group/redis-2/conf: it comes back in its old role when it is restarted after a failover',
    ]);
    expect(found({ redis: redisWith(2, { conf: { ...conf, isWritable: true } }) })).toEqual([]);
  });

  it('that there is none of is found', () => {
    expect(found({ redis: redisWith(3, { own: { configFile: '' } }) })).toEqual([
      'warning conf-missing (redis-3): redis-3 runs without a configuration file: after a failover and a restart it comes back in the role of its command line',
    ]);
  });

  it.each([
    [0o700, 999, true],
    [0o500, 999, false],
    [0o755, 0, false],
    [0o777, 0, true],
    [0o077, 999, false],
  ])('a directory of mode %o of user %i: 999 may write there: %s', (mode, uid, may) => {
    expect(mayWrite({ mode, uid, gid: uid }, { uid: 999, gid: 999 })).toBe(may);
  });
});

describe('sentinels', () => {
  it.each([
    [1, 'there is 1 sentinel: without it there is no failover'],
    [2, 'there are 2 sentinels, and 2 must agree to a failover: without either of them there is none'],
  ])('%i are too few', (number, says) => {
    const quorum = Math.min(2, number);
    expect(found({ sentinels: sentinels(number, { quorum }) })).toEqual([
      `warning sentinels-too-few (group): ${says}`,
    ]);
  });

  it('4 are no better than 3', () => {
    expect(found({ sentinels: sentinels(4, { quorum: 3 }) })).toEqual([
      'warning sentinels-even (group): there are 4 sentinels, of which 3 must agree to a failover: they bear the loss of 1, as 3 would, and when the network splits them in halves neither half can act',
    ]);
  });

  it('cannot meet a quorum that is more than they are', () => {
    expect(found({ sentinels: sentinels(3, { quorum: 4 }) })).toEqual([
      'problem quorum-impossible (group): the quorum is 4, and sentinel-1, sentinel-2 and sentinel-3 know of 3 sentinels: no master is ever objectively down',
    ]);
  });

  it('may have a quorum below the majority: a note', () => {
    expect(found({ sentinels: sentinels(5, { quorum: 2 }) })).toEqual([
      'note quorum-below-majority (group): the quorum is 2 of 5 sentinels: 2 that do not see the master begin a failover, which 3 must agree to',
    ]);
  });

  it('should have the same quorum', () => {
    const all = sentinelsWith(3, { own: { watch: { ...WATCH, quorum: 3 } } });
    expect(found({ sentinels: all })).toEqual([
      'warning quorum-differs (group): the sentinels do not have the same quorum: 2 on sentinel-1 and sentinel-2; 3 on sentinel-3',
    ]);
  });

  it('should not be on one machine', () => {
    const all = [1, 2, 3].map((number) =>
      sentinelFacts(number, { address: { host: '10.0.0.9', port: 26_376 + number } }),
    );
    expect(found({ sentinels: all })).toContainEqual(
      'warning sentinels-one-machine (group): all 3 sentinels are at 10.0.0.9: when that machine fails, nobody is left to act',
    );
  });

  it('need time', () => {
    expect(found({ sentinels: sentinels(3, { downAfter: 200, failoverTimeout: 1_000 }) })).toEqual([
      'warning down-after-low (group): down-after-milliseconds is 200 on sentinel-1, sentinel-2 and sentinel-3: a node that is busy for a moment is taken for dead, and failovers find no good replica',
      'warning failover-timeout-low (group): failover-timeout is 1000 ms on sentinel-1, sentinel-2 and sentinel-3: a failover may be given up before it is done',
    ]);
    expect(found({ sentinels: sentinels(3, { downAfter: 1_000, failoverTimeout: 3_000 }) })).toEqual([
      'warning down-after-low (group): down-after-milliseconds is 1000 on sentinel-1, sentinel-2 and sentinel-3: after a failover a sentinel may take the new master for dead before it has connected to it, which it tries once in 1000 ms; a second failover then loses writes',
    ]);
    expect(found({ sentinels: sentinels(3, { downAfter: 1_200, failoverTimeout: 3_000 }) })).toEqual([]);
    const fast = { downAfter: 500, failoverTimeout: 3_000, pingPeriod: 300 };
    expect(found({ sentinels: sentinels(3, fast) })).toEqual([]);
  });

  it('in TILT mode are found', () => {
    expect(found({ sentinels: sentinelsWith(2, { own: { isTilted: true } }) })).toEqual([
      'problem tilt (sentinel-2): sentinel-2 is in TILT mode: it takes part in no failover for 30 s',
    ]);
  });

  it('that watch another master too are found', () => {
    const all = sentinelsWith(2, { own: { masters: ['mymaster', 'other'] } });
    expect(found({ sentinels: all })).toEqual([
      'note other-master (sentinel-2): sentinel-2 watches another master too: other',
    ]);
    expect(found({ sentinels: all, origin: ON_ENGINE })[0]).toMatch(/^warning other-master/);
  });
});

describe('data', () => {
  const all = (own: Partial<NonNullable<RedisFacts['own']>>) =>
    [1, 2, 3].map((number) => redisFacts(number, { own }));

  it('that a master takes while it is cut off is lost', () => {
    expect(found({ redis: all({ minReplicasToWrite: 0 }) })).toEqual([
      'warning min-replicas-unset (group): min-replicas-to-write is 0 on redis-1, redis-2 and redis-3: a master that is cut off from its replicas and sentinels goes on accepting writes, while another one is promoted (after 30.00 s, down-after-milliseconds); all that it has accepted since it was cut off is lost when it comes back as a replica',
    ]);
    expect(found({ redis: all({ minReplicasToWrite: 0 }), origin: ON_ENGINE })[0]).toMatch(
      /^note min-replicas-unset/,
    );
  });

  it('is refused by a master that wants more replicas than there are', () => {
    expect(found({ redis: all({ minReplicasToWrite: 3 }) })[0]).toBe(
      'problem min-replicas-too-many (group): min-replicas-to-write is 3 on redis-1, redis-2 and redis-3, and there are 2 replicas: the master refuses every write',
    );
    expect(found({ redis: all({ minReplicasToWrite: 2 }) })[0]).toMatch(
      /^warning min-replicas-too-many .*: while one of them is away, and after a failover/,
    );
  });

  it('has no successor where no replica may be promoted', () => {
    const master = redisFacts(1);
    const unfit = [2, 3].map((number) => redisFacts(number, { own: { replicaPriority: 0 } }));
    expect(found({ redis: [master, ...unfit] })).toEqual([
      'problem no-candidate (group): replica-priority is 0 on all 2 replicas (redis-2 and redis-3): none of them may be promoted, so there is no failover',
    ]);
    expect(found({ redis: [master, redisFacts(2), ...unfit.slice(1)] })).toEqual([]);
    expect(found({ redis: [redisFacts(1, { own: { minReplicasToWrite: 0 } })] })).toEqual([
      'warning no-candidate (group): there is no replica: when the master fails, nobody can take its place',
    ]);
  });

  it('is open to whoever reaches an address that asks for no password', () => {
    const address = { host: '10.0.0.9', port: 6380 };
    expect(found({ redis: redisWith(2, { address }) })).toEqual([
      'warning no-password (group): redis-2 asks for no password: whoever reaches its address can read, change and delete all data',
    ]);
    const origin = { kind: 'engine', mode: 'bridge', isNear: true } as const;
    expect(found({ redis: redisWith(2, { address }), origin })[0]).toMatch(/^note no-password/);
    // Whoever has to log in is not in.
    expect(found({ redis: redisWith(2, { address, own: { isOpen: false } }) })).toEqual([]);
  });

  it('is in the hands of old versions, or different ones', () => {
    expect(found({ redis: redisWith(1, { own: { version: '6.0.16' } }) })).toEqual([
      'warning old-version (group): redis-1 runs 6.0.16, which nobody maintains any more',
      'note versions-differ (group): the Redis nodes run different versions: redis-1 6.0.16, redis-2 8.0.2, redis-3 8.0.2',
    ]);
    expect(found({ redis: redisWith(2, { own: { version: '7.0.15' } }) })).toEqual([
      'warning versions-differ (group): redis-2 is older than the master, whose data set an older version may be unable to read: redis-1 8.0.2, redis-2 7.0.15, redis-3 8.0.2',
    ]);
  });
});

describe('surroundings', () => {
  it('clocks that are apart are found', () => {
    const clock = { offset: -4_200, uncertainty: 3 };
    expect(found({ redis: redisWith(2, { own: { clock } }) })).toEqual([
      'warning clock-skew (group): the clocks are 4.2 s apart (against this machine: redis-2 -4.2 s): keys expire early or late after a failover, and logs cannot be compared',
    ]);
  });

  it('a slow answer is no wrong clock', () => {
    const clock = { offset: 1_300, uncertainty: 800 };
    expect(found({ redis: redisWith(2, { own: { clock } }) })).toEqual([]);
  });

  it('a network that keeps nobody apart is found, where the nodes are to be apart from others', () => {
    const origin = ON_ENGINE;
    expect(found({ origin, separates: false })).toContainEqual(
      'warning network-unfiltered (group): whoever is put into the network mymaster reaches the nodes: the kernel of the engine filters nothing between containers of one network',
    );
    const isSilent = (changes: Partial<Facts>): boolean =>
      found(changes).every((line) => !line.includes('network-unfiltered'));
    expect(isSilent({ origin, separates: null })).toBe(true);
    expect(isSilent({ origin: { ...origin, mode: 'bridge' }, separates: false })).toBe(true);
    expect(isSilent({ origin: { kind: 'sentinels' }, separates: false })).toBe(true);
  });

  it('memory that is not overcommitted is found', () => {
    expect(found({ overcommit: '0' })).toEqual([
      'warning overcommit (group): vm.overcommit_memory is 0 on the machine of the nodes: saving and a first synchronisation fork the server, and fail when memory is low',
    ]);
    expect(found({ overcommit: null })).toEqual([]);
  });

  it('files that git tracks are found, the first few by name', () => {
    const tracked = ['access.json', 'redis-1/conf/redis.conf', 'redis-2/conf/redis.conf', 'tls/ca.key'];
    expect(found({ tracked })).toEqual([
      'warning files-in-git (group): git tracks files of the group: access.json, redis-1/conf/redis.conf, redis-2/conf/redis.conf and 1 more. Passwords and keys may be among them, and in the history of the repository',
    ]);
  });

  it('half a group is found, unless somebody makes it', () => {
    const nothing = { origin: ON_ENGINE, redis: [], sentinels: [] };
    expect(found(nothing)).toEqual([
      'problem half-made (group): of mymaster there is no node on the engine, only what is around them',
    ]);
    expect(found({ ...nothing, isBusy: true })).toEqual([]);
  });

  it('what others have left is found', () => {
    const leftovers = [
      { kind: 'container', name: 'demo-redis-1.aside' },
      { kind: 'lock', holder: '`up` of process 1 on host x' },
      { kind: 'group', name: 'ci-7' },
    ] as const;
    expect(found({ leftovers })).toEqual([
      'warning leftovers (group): the container demo-redis-1.aside belongs to the group and is none of its nodes: a command that was killed has left it',
      'warning leftovers (group): the group is locked by `up` of process 1 on host x, which has ended',
      'note leftovers (group): of the group ci-7 there is no node on the engine, only fragments',
    ]);
  });
});

describe('faults that status finds', () => {
  const fault = (code: string, node: string | null) => ({
    code,
    node,
    message: 'it is so',
    remedy: 'do this',
  });

  it('are problems', () => {
    expect(diagnose(facts(), [fault('replica-link', 'redis-2')])).toEqual([
      { ...fault('replica-link', 'redis-2'), severity: 'problem' },
    ]);
  });

  it('are not told where a trap tells their cause', () => {
    const redis = redisWith(2, { announced: SILENT, own: null });
    const codes = (of: Facts, ...faults: readonly ReturnType<typeof fault>[]) =>
      diagnose(of, faults).map(({ code, node }) => `${code} ${node}`);
    expect(codes(facts({ redis }), fault('node-silent', 'redis-2'), fault('node-silent', 'redis-3'))).toEqual(
      ['address-unreachable redis-2', 'node-silent redis-3'],
    );
    expect(codes(facts({ sentinels: sentinels(3, { quorum: 5 }) }), fault('quorum', null))).toEqual([
      'quorum-impossible null',
    ]);
  });
});

it('the worst is told first', () => {
  const severities = diagnose(
    facts({ origin: ON_ENGINE, overcommit: '0', sentinels: sentinelsWith(1, { own: { isTilted: true } }) }),
    [],
  ).map(({ severity }) => severity);
  expect(severities).toEqual(['problem', 'warning', 'note']);
});

it('every trap has a remedy that is a sentence', () => {
  for (const remedy of Object.values(TRAP_REMEDIES)) expect(remedy).toMatch(/^[`A-Z].*[.]$/);
});
