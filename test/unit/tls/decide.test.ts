/** Which certificates a group keeps, and which are made. */
import { describe, expect, it } from 'vitest';
import type { GroupTls } from '../../../src/model/credentials/group-tls.js';
import { loadAuthority, makeAuthority } from '../../../src/tls/authority.js';
import { generatedTls } from '../../../src/tls/decide.js';
import { issueForClient, issueForNode } from '../../../src/tls/issue.js';
import { NO_TLS, type StoredNode, type StoredTls } from '../../../src/tls/stored-tls.js';
import { DAY, NOW } from './certificates.js';

const HOSTS = new Map([
  ['redis-1', '127.0.0.1'],
  ['sentinel-1', '127.0.0.1'],
]);

const decided = (stored: StoredTls, now = NOW, authClients: 'no' | 'yes' = 'yes'): GroupTls =>
  generatedTls('demo', authClients, stored, HOSTS, now);

const FIRST = decided(NO_TLS);
const signer = loadAuthority({ certificate: FIRST.authority, key: FIRST.authorityKey ?? '' });

function stored({ authority, authorityKey, client, nodes }: GroupTls): StoredTls {
  const own = [...nodes].map(([name, one]): [string, StoredNode] => [name, { authority, ...one }]);
  return { shared: { authority, authorityKey, client }, nodes: new Map(own) };
}

/** What the group has, but for one node. */
function withNode(node: Partial<StoredNode>): StoredTls {
  const all = stored(FIRST);
  const before = all.nodes.get('redis-1') ?? { authority: null, certificate: null, key: null };
  return { ...all, nodes: new Map([...all.nodes, ['redis-1', { ...before, ...node }]]) };
}

describe('what a group has', () => {
  it('is kept as long as it is good for 30 days to come', () => {
    expect(decided(stored(FIRST))).toEqual(FIRST);
    expect(decided(stored(FIRST), NOW + 365 * DAY)).toEqual(FIRST);
  });

  it('is renewed in the last 30 days, by the same authority', () => {
    const renewed = decided(stored(FIRST), NOW + 367 * DAY);
    expect(renewed.authority).toBe(FIRST.authority);
    expect(renewed.client).not.toEqual(FIRST.client);
    for (const name of HOSTS.keys()) expect(renewed.nodes.get(name)).not.toEqual(FIRST.nodes.get(name));
  });

  it.each([
    {
      what: 'is for another host too',
      node: issueForNode(signer, 'redis-1', ['127.0.0.1', '10.1.2.3'], NOW),
    },
    { what: 'is for another host', node: issueForNode(signer, 'redis-1', ['10.1.2.3'], NOW) },
    { what: 'is for clients only', node: issueForClient(signer, NOW) },
    {
      what: 'was signed by another authority',
      node: issueForNode(loadAuthority(makeAuthority('demo', NOW)), 'redis-1', ['127.0.0.1'], NOW),
    },
    { what: 'has lost its key', node: { key: null } },
    { what: 'has another key', node: { key: issueForClient(signer, NOW).key } },
    { what: 'cannot be read', node: { certificate: 'nonsense' } },
  ])('is made anew for a node whose certificate $what, and for no other', ({ node }) => {
    const next = decided(withNode(node));
    expect(next.authority).toBe(FIRST.authority);
    expect(next.nodes.get('redis-1')).not.toEqual({ ...FIRST.nodes.get('redis-1'), ...node });
    expect(next.nodes.get('redis-1')).not.toEqual(FIRST.nodes.get('redis-1'));
    expect(next.nodes.get('sentinel-1')).toEqual(FIRST.nodes.get('sentinel-1'));
  });

  it.each([
    { what: 'has lost its key', shared: { authorityKey: null } },
    { what: 'has another key', shared: { authorityKey: makeAuthority('demo', NOW).key } },
    { what: 'cannot be read', shared: { authority: 'nonsense' } },
  ])('is all made anew where the authority $what', ({ shared }) => {
    const before = stored(FIRST);
    if (before.shared === null) throw new Error('it has none');
    const next = decided({ ...before, shared: { ...before.shared, ...shared } });
    expect(next.authority).not.toBe(FIRST.authority);
    expect(next.trust).not.toEqual(FIRST.trust);
    expect(next.nodes.get('redis-1')).not.toEqual(FIRST.nodes.get('redis-1'));
  });

  it('has a certificate for clients only where nodes ask for one', () => {
    expect(FIRST.client?.certificate).toContain('BEGIN CERTIFICATE');
    expect(decided(stored(FIRST), NOW, 'no').client).toBeNull();
  });
});
