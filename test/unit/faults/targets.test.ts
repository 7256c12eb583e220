/** Whom a fault is meant for. */
import { describe, expect, it } from 'vitest';
import type { ObservedMember } from '../../../src/engine/engine.js';
import type { FaultKind, FaultTargets } from '../../../src/faults/fault.js';
import { parseFaultTargets } from '../../../src/faults/fault-targets.js';
import { chooseTargets, type GroupRoles } from '../../../src/faults/targets.js';
import { running, specOf } from '../plan/situation.js';

const NODES = running(specOf('name: demo\nreplicas: 2\nsentinels: 3\n')).objects.members.filter(
  ({ role }) => role !== 'anchor',
);

function roles(changes: Readonly<Record<string, Partial<ObservedMember>>> = {}): GroupRoles {
  const nodes = NODES.map((member) => ({ ...member, ...changes[member.node] }));
  return { group: 'demo', nodes, master: 'redis-2', leader: 'sentinel-3' };
}

const chosen = (kind: FaultKind, targets: FaultTargets, at = roles()): readonly string[] =>
  chooseTargets(kind, targets, at).map(({ node }) => node);

const role = (name: 'master' | 'replica' | 'sentinel' | 'leader', every = false): FaultTargets => ({
  kind: 'role',
  role: name,
  every,
});

describe('a fault is brought on', () => {
  it.each([
    ['the master', role('master'), ['redis-2']],
    ['a replica', role('replica'), ['redis-1']],
    ['all replicas', role('replica', true), ['redis-1', 'redis-3']],
    ['a sentinel', role('sentinel'), ['sentinel-1']],
    ['the leader', role('leader'), ['sentinel-3']],
    ['a node by its name', { kind: 'node', name: 'redis-3' }, ['redis-3']],
  ] as const)('%s', (_, targets, names) => {
    expect(chosen('kill', targets)).toEqual(names);
  });

  it('those only that it changes something about', () => {
    const at = roles({ 'redis-1': { state: 'paused' }, 'redis-3': { attached: false } });
    expect(chosen('pause', role('replica'), at)).toEqual(['redis-3']);
    expect(chosen('unpause', { kind: 'all' }, at)).toEqual(['redis-1']);
    expect(chosen('heal', { kind: 'all' }, at)).toEqual(['redis-3']);
    expect(() => chosen('partition', role('replica', true), at)).toThrow('no replica that it could');
  });

  it('nobody where there is none, which is an error unless all were meant', () => {
    expect(() => chosen('kill', role('leader'), { ...roles(), leader: null })).toThrow(
      expect.objectContaining({ code: 'NODE_UNKNOWN' }),
    );
    expect(chosen('unpause', { kind: 'all' })).toEqual([]);
  });
});

describe('what is typed means', () => {
  it.each([
    ['master', false, role('master')],
    ['slave', true, role('replica', true)],
    ['redis-1', false, { kind: 'node', name: 'redis-1' }],
    [undefined, true, { kind: 'all' }],
  ] as const)('%s', (word, every, targets) => {
    expect(parseFaultTargets(word, every, 'kill')).toEqual(targets);
  });

  it('all with unpause and heal, and nothing with the others', () => {
    expect(parseFaultTargets(undefined, false, 'heal')).toEqual({ kind: 'all' });
    expect(() => parseFaultTargets(undefined, false, 'kill')).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    );
    expect(() => parseFaultTargets('redis-1', true, 'kill')).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    );
  });
});
