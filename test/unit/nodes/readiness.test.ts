import { describe, expect, it } from 'vitest';
import { LinkEvidence } from '../../../src/nodes/health/evidence.js';
import { findFaults } from '../../../src/nodes/health/readiness.js';
import { remedy } from '../../../src/nodes/health/remedies.js';
import {
  type Draft,
  EXPECTED,
  healthy,
  redisOf,
  SILENT,
  STRANGER,
  seenReplica,
  seenSentinel,
  sentinelOf,
  snapshotOf,
} from './healthy.js';

/** What is missing when every link has been seen to work before, and the group now looks like this. */
function faultsOf(draft: Draft) {
  const evidence = new LinkEvidence();
  evidence.add(snapshotOf(healthy()));
  evidence.add(snapshotOf(draft));
  return findFaults(EXPECTED, snapshotOf(draft), evidence);
}

/** What is missing at the very first look. */
function faultsAtFirstLook(draft: Draft) {
  const evidence = new LinkEvidence();
  evidence.add(snapshotOf(draft));
  return findFaults(EXPECTED, snapshotOf(draft), evidence);
}

function changed(change: (draft: Draft) => void): Draft {
  const draft = healthy();
  change(draft);
  return draft;
}

describe('a group is ready', () => {
  it('when every node says all that it must, even at the first look', () => {
    expect(faultsAtFirstLook(healthy())).toEqual([]);
  });

  it('without knowing ids and periods, which Redis 6.0 does not tell', () => {
    const draft = changed((old) => {
      for (const { name } of EXPECTED.sentinels)
        Object.assign(sentinelOf(old, name), { myid: null, periods: null });
    });
    expect(faultsAtFirstLook(draft)).toEqual([]);
  });

  it('while a ping is under way on a link on which another was answered before', () => {
    const draft = changed((busy) => {
      for (const { name } of EXPECTED.sentinels) {
        const { master, replicas, sentinels } = sentinelOf(busy, name);
        for (const instance of [master, ...replicas, ...sentinels]) instance.lastPingSent = 3;
      }
    });
    expect(faultsOf(draft)).toEqual([]);
  });
});

type Case = readonly [title: string, code: string, node: string | null, change: (draft: Draft) => void];

const GROUP_CASES: readonly Case[] = [
  ['the master does not answer', 'node-silent', 'redis-1', (draft) => draft.redis.set('redis-1', SILENT)],
  ['a replica does not answer', 'node-silent', 'redis-2', (draft) => draft.redis.set('redis-2', SILENT)],
  ['a node was not asked', 'node-silent', 'redis-3', (draft) => draft.redis.delete('redis-3')],
  [
    'a node lets nobody in',
    'login-refused',
    'redis-2',
    (draft) => draft.redis.set('redis-2', { ...SILENT, isLocked: true }),
  ],
  [
    'a replica is loading its data set',
    'node-loading',
    'redis-3',
    (draft) => {
      redisOf(draft, 'redis-3').loading = true;
    },
  ],
  [
    'the master is loading its data set',
    'node-loading',
    'redis-1',
    (draft) => {
      redisOf(draft, 'redis-1').loading = true;
    },
  ],
  [
    'what the sentinels call the master says it is a replica',
    'master-role',
    'redis-1',
    (draft) => {
      redisOf(draft, 'redis-1').role = 'replica';
    },
  ],
  [
    'a replica says it is a master',
    'replica-role',
    'redis-2',
    (draft) => Object.assign(redisOf(draft, 'redis-2'), { role: 'master', link: null }),
  ],
  [
    'a replica follows somebody else',
    'replica-master',
    'redis-2',
    (draft) => {
      redisOf(draft, 'redis-2').link = { master: STRANGER, status: 'up', syncInProgress: false };
    },
  ],
  ...([true, false] as const).map(
    (syncInProgress): Case => [
      `a replica’s own link is down${syncInProgress ? ' because it is syncing' : ''}`,
      'replica-link-down',
      'redis-3',
      (draft) => {
        const master = EXPECTED.redis[0]?.address ?? STRANGER;
        redisOf(draft, 'redis-3').link = { master, status: 'down', syncInProgress };
      },
    ],
  ),
  ...(['wait_bgsave', 'send_bulk', ''] as const).map(
    (state): Case => [
      `the master says a replica is in state "${state}"`,
      'replica-not-online',
      'redis-2',
      (draft) => {
        const master = redisOf(draft, 'redis-1');
        master.replicas = master.replicas.map((replica, index) =>
          index === 0 ? { ...replica, state } : replica,
        );
      },
    ],
  ),
  [
    'the master does not list a replica',
    'replica-not-online',
    'redis-3',
    (draft) => {
      const master = redisOf(draft, 'redis-1');
      master.replicas = master.replicas.slice(0, 1);
    },
  ],
];

/** What is wrong in the eyes of one sentinel alone: any of them. */
const sentinelCases = (who: string, other: string): readonly Case[] => [
  ['does not answer', 'node-silent', who, (draft) => draft.sentinels.set(who, SILENT)],
  ['was not asked', 'node-silent', who, (draft) => draft.sentinels.delete(who)],
  [
    'does not watch the master',
    'master-unknown',
    who,
    (draft) => Object.assign(sentinelOf(draft, who), { master: null, replicas: [], sentinels: [] }),
  ],
  [
    'is at another configuration epoch',
    'epoch-disagreement',
    null,
    (draft) => {
      sentinelOf(draft, who).master.configEpoch = 5;
    },
  ],
  ...(['s_down', 'o_down', 'disconnected', 'failover_in_progress'] as const).map(
    (flag): Case => [
      `sees the master as ${flag}`,
      'master-flags',
      'redis-1',
      (draft) => {
        sentinelOf(draft, who).master.flags = [flag, 'master'];
      },
    ],
  ),
  [
    'has not heard from the master that it is one',
    'role-reported',
    'redis-1',
    (draft) => {
      sentinelOf(draft, who).master.roleReported = 'slave';
    },
  ],
  [
    'has not discovered a replica',
    'replica-unknown',
    'redis-3',
    (draft) => {
      const answer = sentinelOf(draft, who);
      answer.replicas = answer.replicas.slice(0, 1);
      answer.master.replicas = 1;
    },
  ],
  [
    'knows a replica that should not be there',
    'replica-foreign',
    null,
    (draft) => {
      const answer = sentinelOf(draft, who);
      const foreign = { ...seenReplica(draft, who, 'redis-2'), address: STRANGER };
      answer.replicas = [...answer.replicas, { ...foreign, lastPingSent: 0 }];
      answer.master.replicas = 3;
    },
  ],
  [
    'counts more replicas than it lists',
    'replica-count',
    null,
    (draft) => {
      sentinelOf(draft, who).master.replicas = 3;
    },
  ],
  ...(['s_down', 'disconnected'] as const).map(
    (flag): Case => [
      `sees a replica as ${flag}`,
      'replica-flags',
      'redis-2',
      (draft) => {
        seenReplica(draft, who, 'redis-2').flags = [flag, 'slave'];
      },
    ],
  ),
  [
    'has not heard from a replica that it is one',
    'role-reported',
    'redis-2',
    (draft) => {
      seenReplica(draft, who, 'redis-2').roleReported = 'master';
    },
  ],
  ...(['err', ''] as const).map(
    (status): Case => [
      `sees a replica’s link as "${status}"`,
      'replica-link',
      'redis-3',
      (draft) => {
        seenReplica(draft, who, 'redis-3').masterLinkStatus = status;
      },
    ],
  ),
  [
    'sees a replica follow somebody else',
    'replica-master',
    'redis-3',
    (draft) => {
      seenReplica(draft, who, 'redis-3').master = STRANGER;
    },
  ],
  [
    'has not discovered another sentinel',
    'sentinel-unknown',
    other,
    (draft) => {
      const answer = sentinelOf(draft, who);
      const missing = seenSentinel(draft, who, other);
      answer.sentinels = answer.sentinels.filter((instance) => instance !== missing);
      answer.master.otherSentinels = 1;
    },
  ],
  [
    'knows a sentinel that should not be there',
    'sentinel-foreign',
    null,
    (draft) => {
      const answer = sentinelOf(draft, who);
      answer.sentinels = [...answer.sentinels, { ...seenSentinel(draft, who, other), address: STRANGER }];
      answer.master.otherSentinels = 3;
    },
  ],
  [
    'counts more sentinels than it lists',
    'sentinel-count',
    null,
    (draft) => {
      sentinelOf(draft, who).master.otherSentinels = 3;
    },
  ],
  ...(['s_down', 'disconnected'] as const).map(
    (flag): Case => [
      `sees another sentinel as ${flag}`,
      'sentinel-flags',
      other,
      (draft) => {
        seenSentinel(draft, who, other).flags = [flag, 'sentinel'];
      },
    ],
  ),
  [
    'knows another sentinel by an id that is not its own',
    'sentinel-identity',
    other,
    (draft) => {
      seenSentinel(draft, who, other).runid = 'id of a sentinel that was there before';
    },
  ],
  [
    'has not learnt the id of a replica',
    'runid-unknown',
    'redis-2',
    (draft) => {
      seenReplica(draft, who, 'redis-2').runid = '';
    },
  ],
  [
    'has no quorum',
    'quorum',
    null,
    (draft) => {
      sentinelOf(draft, who).quorumReply = 'NOQUORUM 1 usable Sentinels. Not enough available Sentinels';
    },
  ],
];

describe('a group is not ready when', () => {
  it.each(GROUP_CASES)('%s: %s', (_title, code, node, change) => {
    expect(faultsOf(changed(change)).map((fault) => [fault.code, fault.node])).toEqual([[code, node]]);
  });

  it.each(
    EXPECTED.sentinels.flatMap(({ name }) => {
      const other = EXPECTED.sentinels.find((one) => one.name !== name)?.name ?? '';
      return sentinelCases(name, other).map((one) => [name, ...one] as const);
    }),
  )('%s %s: %s', (_who, _title, code, node, change) => {
    const faults = faultsOf(changed(change));
    expect(faults.map((fault) => [fault.code, fault.node])).toEqual([[code, node]]);
  });

  it('the sentinels name different masters: nothing more can be said of the data side', () => {
    const draft = changed((split) => {
      const answer = sentinelOf(split, 'sentinel-3');
      answer.master.address = EXPECTED.redis[1]?.address ?? STRANGER;
    });
    const [first] = faultsOf(draft);
    expect(first).toMatchObject({ code: 'master-disagreement', node: null });
    expect(first?.message).toContain(
      'sentinel-1, sentinel-2 say 127.0.0.1:6379; sentinel-3 say 127.0.0.1:6380',
    );
  });

  it('all sentinels name a master that is no node of the group', () => {
    const draft = changed((hijacked) => {
      for (const { name } of EXPECTED.sentinels) {
        const answer = sentinelOf(hijacked, name);
        answer.master.address = STRANGER;
        for (const replica of answer.replicas) replica.master = STRANGER;
      }
    });
    const codes = faultsOf(draft).map((fault) => fault.code);
    expect(codes[0]).toBe('master-foreign');
    expect(codes).toContain('replica-unknown');
  });
});

describe('a link is proved only by an answered ping', () => {
  const links = EXPECTED.sentinels.flatMap(({ name }) => [
    [name, 'redis-1', (draft: Draft) => sentinelOf(draft, name).master] as const,
    [name, 'redis-2', (draft: Draft) => seenReplica(draft, name, 'redis-2')] as const,
    ...EXPECTED.sentinels
      .filter((other) => other.name !== name)
      .map((other) => [name, other.name, (draft: Draft) => seenSentinel(draft, name, other.name)] as const),
  ]);

  it.each(links)('that of %s to %s', (who, target, link) => {
    // Everything else is as healthy as can be: INFO says sentinels=3, CKQUORUM says OK.
    const draft = changed((refused) => {
      link(refused).lastPingSent = 250;
    });
    const faults = faultsAtFirstLook(draft);
    expect(faults.map((fault) => [fault.code, fault.node])).toEqual([['link-unproved', target]]);
    expect(faults[0]?.message).toBe(
      `no ping to ${target} has been answered as it should be, as ${who} sees it`,
    );
  });

  it('however often one looks, while none is answered', () => {
    const draft = changed((refused) => {
      seenSentinel(refused, 'sentinel-1', 'sentinel-2').lastPingSent = 1;
    });
    const evidence = new LinkEvidence();
    for (let look = 0; look < 100; look += 1) evidence.add(snapshotOf(draft));
    expect(findFaults(EXPECTED, snapshotOf(draft), evidence)).toMatchObject([{ code: 'link-unproved' }]);
  });

  it('not by the 0 of a link that is not connected, or not known yet', () => {
    for (const change of [{ flags: ['disconnected', 'sentinel'] }, { runid: '' }]) {
      const draft = changed((fresh) =>
        Object.assign(seenSentinel(fresh, 'sentinel-2', 'sentinel-3'), change),
      );
      const evidence = new LinkEvidence();
      evidence.add(snapshotOf(draft));
      expect(evidence.has('sentinel-2', { host: '127.0.0.1', port: 26377 })).toBe(false);
      expect(evidence.has('sentinel-1', { host: '127.0.0.1', port: 26377 })).toBe(true);
    }
  });
});

describe('each fault', () => {
  const fallback = remedy('a code that nobody knows');
  const codes = new Set(
    [...GROUP_CASES, ...sentinelCases('sentinel-1', 'sentinel-2')].map(([, code]) => code),
  );

  it.each([...codes, 'master-disagreement', 'master-foreign', 'link-unproved'])(
    '%s has a remedy of its own',
    (code) => {
      if (code === 'node-silent') return expect(remedy(code)).toBe(fallback);
      expect(remedy(code)).not.toBe(fallback);
    },
  );
});
