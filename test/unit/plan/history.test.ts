import { describe, expect, it } from 'vitest';
import { running, specOf, withHistory, withMembers } from './situation.js';

const SPEC = specOf('name: demo\nreplicas: 2\nsentinels: 3\n');
const ALL = running(SPEC).objects.members.map(({ node }) => node);

describe('the history of a group', () => {
  it('is what the running sentinels say, whatever their files say', () => {
    const { live } = running(SPEC, 'redis-3');
    expect(withHistory(SPEC, running(SPEC, 'redis-2'), live.master).history.master.name).toBe('redis-3');
  });

  it('is what the file of the newest epoch says when no sentinel runs', () => {
    const old = running(SPEC);
    const newer = running(SPEC, 'redis-3');
    // Only one of three sentinels has written down the last failover.
    const confs = new Map([...old.confs, ['sentinel-2', newer.confs.get('sentinel-2') ?? null] as const]);
    const stopped = withMembers({ ...old, confs }, ALL, { state: 'exited', exitCode: 0 });
    expect(withHistory(SPEC, stopped, null).history.master.name).toBe('redis-3');
  });

  it('begins with the first node of the file where nothing tells otherwise', () => {
    const observed = { ...running(SPEC), confs: new Map() };
    const { master, sentinels } = withHistory(SPEC, observed, null).history;
    expect(master.name).toBe('redis-1');
    expect(master.configEpoch).toBe(0);
    expect([...sentinels.values()].map(({ currentEpoch }) => currentEpoch)).toEqual([0, 0, 0]);
  });

  it('falls back to the first node when the last master is no part of the file any more', () => {
    const smaller = specOf('name: demo\nreplicas: 1\nsentinels: 3\n');
    const stopped = withMembers(running(SPEC, 'redis-3'), ALL, { state: 'exited', exitCode: 0 });
    const { master } = withHistory(smaller, stopped, null).history;
    expect(master.name).toBe('redis-1');
    // In a later epoch than that of the former: no sentinel may go on with that one.
    expect(master.configEpoch).toBe(2);
  });

  it('gives every sentinel an id of its own, the same at every call, another in another group', () => {
    const ids = (text: string): readonly string[] => {
      const spec = specOf(text);
      return [...withHistory(spec, running(spec), null).history.sentinels.values()].map(({ myid }) => myid);
    };
    expect(new Set(ids('name: demo\nsentinels: 5\n')).size).toBe(5);
    expect(ids('name: demo\n')).toEqual(ids('name: demo\n'));
    expect(ids('name: other\n')).not.toEqual(ids('name: demo\n'));
    for (const id of ids('name: demo\n')) expect(id).toMatch(/^[0-9a-f]{40}$/);
  });
});
