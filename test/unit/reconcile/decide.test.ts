import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/model/credentials/secret.js';
import { type ServerFacts, serverFacts } from '../../../src/model/server-version.js';
import { NOTHING_LIVE } from '../../../src/plan/observed.js';
import { type Chance, decide, type Refused } from '../../../src/reconcile/input/decide.js';
import type { Observation } from '../../../src/reconcile/input/observe.js';
import { THIS_MACHINE, withDefaults } from '../../../src/spec/defaults.js';
import { NO_TLS } from '../../../src/tls/stored-tls.js';
import { NOW } from '../tls/certificates.js';
import { topologyOf } from '../topology/parse-helper.js';

const TEXT = `
name: app
replicas: 2
auth: generate
`;

/** Of a group that has never been up. */
function nothing(): Observation {
  return {
    objects: { members: [], network: null, volumes: [], image: null, lock: null, expiry: null },
    templates: { redis: 'port {{port}}', sentinel: 'port {{port}}' },
    confs: new Map(),
    given: { passwords: { password: null, sentinelPassword: null }, certificates: null },
    access: null,
    tls: NO_TLS,
    live: NOTHING_LIVE,
    users: [],
    refusing: new Set(),
    data: new Map(),
    isIgnored: false,
    elsewhere: null,
  };
}

const NOTHING_REFUSED: Refused = {
  ports: new Set(),
  subnets: new Set(),
  promotion: false,
  unreadable: new Map(),
};

function chance(): Chance {
  let made = 0;
  const password = () => {
    made += 1;
    return new Secret(`made-${made}`);
  };
  return { random: () => 0, password, now: NOW };
}

const topology = (text = TEXT) => withDefaults(topologyOf(text), undefined, THIS_MACHINE);

describe('decide', () => {
  it('decides the same twice from the same observation and the same chance', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(() => decide(topology(), nothing(), null, NOTHING_REFUSED, chance())),
    );
    expect(one).toEqual(other);
  });

  it('keeps the passwords that the group has', async () => {
    const first = await decide(topology(), nothing(), null, NOTHING_REFUSED, chance());
    const { access } = first.spec;
    if (access.kind === 'none') throw new Error('the group has no passwords');
    const stored = { group: 'app', present: access, former: null };
    const others = { ...chance(), password: () => new Secret('another') };
    const again = await decide(topology(), { ...nothing(), access: stored }, null, NOTHING_REFUSED, others);
    expect(again.spec.access).toEqual(access);
  });

  it('gives no port that the engine has refused', async () => {
    const automatic = topology('name: app\nmaster: { port: auto }');
    const { spec } = await decide(automatic, nothing(), null, NOTHING_REFUSED, chance());
    const { port } = spec.redis[0].address;
    const refused = { ...NOTHING_REFUSED, ports: new Set([port]) };
    const again = await decide(automatic, nothing(), null, refused, chance());
    expect(again.spec.redis.map(({ address }) => address.port)).not.toContain(port);
  });

  it('makes the node with the newest data the master of a stopped group', async () => {
    const rdb = (offset: number) => ({ kind: 'rdb', replicationId: 'a', offset, writtenAt: 0 }) as const;
    const data = new Map([
      ['redis-1', rdb(10)],
      ['redis-2', rdb(30)],
      ['redis-3', rdb(20)],
    ]);
    const { history, data: state } = await decide(
      topology(),
      { ...nothing(), data },
      null,
      NOTHING_REFUSED,
      chance(),
    );
    expect(history.master.name).toBe('redis-2');
    expect(state.reason).toBe('redis-2 has saved more than redis-1, the master last, and takes its place');
  });

  it('lets a node copy its data whose server has ended at its files, whatever these look like', async () => {
    const rdb = { kind: 'rdb', replicationId: 'a', offset: 10, writtenAt: 0 } as const;
    const data = new Map([
      ['redis-1', rdb],
      ['redis-2', rdb],
    ]);
    const refused = { ...NOTHING_REFUSED, unreadable: new Map([['redis-2', 'Bad file format']]) };
    const decided = await decide(topology(), { ...nothing(), data }, null, refused, chance());
    expect(decided.history.master.name).toBe('redis-1');
    expect([...decided.data.unreadable]).toEqual([
      ['redis-2', { kind: 'unreadable', files: ['dump.rdb'], why: 'Bad file format' }],
    ]);
  });

  it('takes the version of the server for what users may do', async () => {
    const acl = topology('name: app\nauth: { mode: acl }');
    const old = serverFacts('redis', '6.0.16');
    const logins = async (server: ServerFacts | null) => {
      const { spec } = await decide(acl, nothing(), server, NOTHING_REFUSED, chance());
      return spec.access.kind === 'none' ? null : spec.access.logins.sentinelPeer.user;
    };
    expect([await logins(old), await logins(null)]).toEqual(['default', 'sentinel']);
  });
});
