/** Replies as they were recorded from servers of Debian's packages: a master, a replica, three sentinels. */
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../../src/nodes/client/connection.js';
import { redisAnswer, type SentinelReplies, sentinelAnswer } from '../../../src/nodes/client/replies.js';
import { LinkEvidence } from '../../../src/nodes/health/evidence.js';
import { findFaults } from '../../../src/nodes/health/readiness.js';
import recorded from './recorded-replies.json' with { type: 'json' };

interface Recording {
  readonly redisPorts: readonly number[];
  readonly sentinelPorts: readonly number[];
  readonly sentinel: Record<keyof SentinelReplies, Reply>;
  readonly master: string;
  readonly replica: string;
}

const recordings = recorded as unknown as Readonly<Record<string, Recording>>;
const at = (port: number | undefined) => ({ host: '127.0.0.1', port: port ?? 0 });
const VERSIONS: Readonly<Record<string, string>> = {
  'Redis 6.0': '6.0.16',
  'Redis 7.0': '7.0.15',
  'Redis 8.0': '8.0.2',
  'Valkey 8.1': '8.1.1',
};

describe.each(Object.entries(recordings))('%s', (title, recording) => {
  const { redisPorts, sentinelPorts } = recording;
  const [master, replica] = redisPorts.map(at);
  const answer = sentinelAnswer('mymaster', recording.sentinel);

  it('tells its version', () => {
    expect(answer.version).toBe(VERSIONS[title]);
    expect(redisAnswer(recording.master).version).toBe(VERSIONS[title]);
  });

  it('a sentinel tells the line of INFO that concerns the master', () => {
    expect(answer.info).toBe(
      `master0:name=mymaster,status=ok,address=127.0.0.1:${redisPorts[0]},slaves=1,sentinels=3`,
    );
    expect(sentinelAnswer('another', recording.sentinel).info).toBeNull();
  });

  it('a sentinel tells how it sees the master', () => {
    expect(answer.master).toEqual({
      address: master,
      flags: ['master'],
      runid: expect.stringMatching(/^[0-9a-f]{40}$/),
      lastPingSent: 0,
      roleReported: 'master',
      configEpoch: 0,
      quorum: 2,
      'down-after-milliseconds': 1000,
      'parallel-syncs': 1,
      'failover-timeout': 10_000,
      replicas: 1,
      otherSentinels: 2,
    });
  });

  it('a sentinel tells how it sees the replica', () => {
    expect(answer.replicas).toEqual([
      {
        address: replica,
        flags: ['slave'],
        runid: expect.stringMatching(/^[0-9a-f]{40}$/),
        lastPingSent: 0,
        roleReported: 'slave',
        masterLinkStatus: 'ok',
        master,
      },
    ]);
  });

  it('a sentinel tells how it sees the others', () => {
    const [, ...others] = sentinelPorts;
    expect(answer.sentinels.map(({ address }) => address.port).sort()).toEqual([...others].sort());
    for (const other of answer.sentinels) {
      expect(other).toMatchObject({ flags: ['sentinel'], lastPingSent: 0 });
      expect(other.runid).toMatch(/^[0-9a-f]{40}$/);
    }
  });

  it('a sentinel tells whether there is a quorum', () => {
    expect(answer.quorumReply).toMatch(/^OK 3 usable Sentinels/);
    const refused: Reply = { ok: false, error: 'NOQUORUM 1 usable Sentinels.' };
    expect(sentinelAnswer('mymaster', { ...recording.sentinel, quorum: refused }).quorumReply).toBe(
      'NOQUORUM 1 usable Sentinels.',
    );
  });

  it(title === 'Redis 6.0' ? 'has neither an id nor periods' : 'tells its id and its periods', () => {
    if (title === 'Redis 6.0') {
      expect(answer.myid).toBeNull();
      expect(answer.periods).toBeNull();
    } else {
      expect(answer.myid).toMatch(/^[0-9a-f]{40}$/);
      expect(Object.fromEntries(answer.periods ?? [])).toEqual({
        'info-period': 10_000,
        'ping-period': 1_000,
        'ask-period': 1_000,
        'publish-period': 2_000,
      });
    }
  });

  it('the master tells whom it feeds', () => {
    expect(redisAnswer(recording.master)).toMatchObject({
      role: 'master',
      loading: false,
      link: null,
      replicas: [{ address: replica, state: 'online', offset: expect.any(Number) }],
    });
    expect(redisAnswer(recording.master).offset).toBeGreaterThan(0);
  });

  it('the replica tells its link', () => {
    expect(redisAnswer(recording.replica)).toMatchObject({
      role: 'replica',
      loading: false,
      link: { master, status: 'up', syncInProgress: false },
      replicas: [],
    });
    expect(redisAnswer(recording.replica).offset).toBeGreaterThan(0);
  });

  it('the replica tells that it is syncing, or loading', () => {
    const syncing = recording.replica
      .replace('master_link_status:up', 'master_link_status:down')
      .replace('master_sync_in_progress:0', 'master_sync_in_progress:1')
      .replace('\nloading:0', '\nloading:1');
    expect(redisAnswer(syncing)).toMatchObject({
      loading: true,
      link: { status: 'down', syncInProgress: true },
    });
  });

  it('what the sentinel says is what readiness asks for', () => {
    const snapshot = {
      redis: new Map([
        ['redis-1', redisAnswer(recording.master)],
        ['redis-2', redisAnswer(recording.replica)],
      ]),
      sentinels: new Map([['sentinel-1', answer]]),
    };
    const evidence = new LinkEvidence();
    evidence.add(snapshot);
    const expected = {
      masterName: 'mymaster',
      redis: redisPorts.map((port, index) => ({ name: `redis-${index + 1}`, address: at(port) })),
      sentinels: sentinelPorts.map((port, index) => ({ name: `sentinel-${index + 1}`, address: at(port) })),
    };
    // The recording has the replies of one sentinel only: the others are all that is missing.
    expect(findFaults(expected, snapshot, evidence).map(({ code, node }) => [code, node])).toEqual([
      ['node-silent', 'sentinel-2'],
      ['node-silent', 'sentinel-3'],
    ]);
  });
});

describe('replies that are not as expected', () => {
  const refused: Reply = { ok: false, error: 'ERR No such master with that name' };

  it('become an answer without a master', () => {
    const nothing = sentinelAnswer('mymaster', {
      info: { ok: true, value: '' },
      myid: undefined,
      master: refused,
      replicas: refused,
      sentinels: { ok: true, value: 'what?' },
      quorum: refused,
      debug: { ok: true, value: null },
    });
    expect(nothing).toMatchObject({ info: null, myid: null, master: null, replicas: [], sentinels: [] });
    expect(nothing.quorumReply).toBe('ERR No such master with that name');
  });

  it('become an answer that is not ready', () => {
    expect(redisAnswer('')).toMatchObject({ version: '', role: 'replica', link: { status: 'down' } });
  });
});
