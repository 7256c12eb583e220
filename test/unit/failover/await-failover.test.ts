import { describe, expect, it } from 'vitest';
import { failoverProgress } from '../../../src/failover/await-failover.js';
import type {
  MasterView,
  RedisAnswer,
  SentinelAnswer,
  Snapshot,
} from '../../../src/nodes/health/snapshot.js';
import { specOf } from '../plan/situation.js';

const spec = specOf('name: demo');
const [{ address: OLD }, HEIR] = spec.redis;

function watching(node: string): SentinelAnswer {
  const address = spec.redis.find(({ name }) => name === node)?.address ?? { host: '', port: 0 };
  const master: MasterView = {
    address,
    flags: ['master'],
    runid: 'x',
    lastPingSent: 0,
    roleReported: 'master',
    configEpoch: 1,
    quorum: 2,
    'down-after-milliseconds': 30_000,
    'parallel-syncs': 1,
    'failover-timeout': 180_000,
    replicas: 2,
    otherSentinels: 2,
  };
  const silent = { version: '8.0.2', myid: null, tilt: null, info: null, quorumReply: 'OK', periods: null };
  return { kind: 'sentinel', product: 'redis', ...silent, master, replicas: [], sentinels: [] };
}

function saying(role: 'master' | 'replica'): RedisAnswer {
  const common = { kind: 'redis', product: 'redis', version: '8.0.2', loading: false } as const;
  return { ...common, role, link: null, offset: 0, replicas: [] };
}

/** redis-1 is dead; what each sentinel calls the master, and what redis-2 says it is. */
function snapshot(named: readonly string[], role: 'master' | 'replica'): Snapshot {
  return {
    redis: new Map<string, RedisAnswer | { kind: 'silent'; reason: string; isLocked: boolean }>([
      ['redis-1', { kind: 'silent', reason: 'ECONNREFUSED', isLocked: false }],
      ['redis-2', saying(role)],
      ['redis-3', saying('replica')],
    ]),
    sentinels: new Map(named.map((node, index) => [`sentinel-${index + 1}`, watching(node)])),
  };
}

describe('a failover of redis-1', () => {
  it('may be asked for while every sentinel still names redis-1', () => {
    const before = snapshot(['redis-1', 'redis-1', 'redis-1'], 'replica');
    expect(failoverProgress(spec, OLD, before)).toEqual({ kind: 'not-begun' });
  });

  it('is not asked for again once one sentinel names another: that would fail over the new master', () => {
    for (const named of [
      ['redis-2', 'redis-1', 'redis-1'],
      ['redis-1', 'redis-1', 'redis-2'],
    ]) {
      expect(failoverProgress(spec, OLD, snapshot(named, 'master'))).toEqual({
        kind: 'switching',
        master: HEIR,
      });
    }
  });

  it('is not done before the new master says that it is one', () => {
    const named = ['redis-2', 'redis-2', 'redis-2'];
    expect(failoverProgress(spec, OLD, snapshot(named, 'replica'))).toEqual({
      kind: 'switching',
      master: null,
    });
  });

  it('is done when all name a master that says so itself', () => {
    const after = snapshot(['redis-2', 'redis-2', 'redis-2'], 'master');
    expect(failoverProgress(spec, OLD, after)).toEqual({ kind: 'done', master: HEIR, configEpoch: 1 });
  });
});
