import { describe, expect, it } from 'vitest';
import { listingsOf, type Part } from '../../../src/engine/docker/listings.js';

const label = (changes: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(changes).map(([key, value]) => [`io.rsentinel.${key}`, value]));

const origin = { group: 'demo', file: '/srv/topology.yaml', directory: '/srv/data', machine: 'here' };
const network: Part = { id: 'n', labels: label(origin), madeAt: 1_000 };
const redis: Part = { id: 'r', labels: label({ ...origin, role: 'redis' }), madeAt: 2_000 };
const sentinel: Part = { id: 's', labels: label({ ...origin, role: 'sentinel' }), madeAt: 3_000 };

const mark = (expires: string, marked: string): Part => ({
  id: `demo-expires-${marked}`,
  labels: label({ group: 'demo', expires, marked }),
  madeAt: Number.NaN,
});

describe('the groups of an engine', () => {
  it('are what their parts say', () => {
    expect(listingsOf([network, redis, sentinel, { ...sentinel, id: 's2' }])).toEqual([
      {
        name: 'demo',
        file: '/srv/topology.yaml',
        directory: '/srv/data',
        redis: 1,
        sentinels: 2,
        createdAt: 1_000,
        changedAt: 3_000,
        expiresAt: null,
        machine: 'here',
        usesDirectory: true,
        isDown: false,
      },
    ]);
  });

  it('are sorted as people count', () => {
    const names = ['ci-10', 'ci-2', 'a'].map(
      (group): Part => ({ ...network, labels: label({ ...origin, group }) }),
    );
    expect(listingsOf(names).map(({ name }) => name)).toEqual(['a', 'ci-2', 'ci-10']);
  });

  it('are not described by whoever has locked them, unless nothing else is there', () => {
    const lock: Part = { id: 'l', labels: label({ group: 'demo', 'lock-holder': '{}' }), madeAt: 9_000 };
    expect(listingsOf([network, redis, lock])).toEqual(listingsOf([network, redis]));
    expect(listingsOf([lock])).toMatchObject([{ name: 'demo', redis: 0, changedAt: 9_000 }]);
  });

  it('are down when only the volumes with their files are there', () => {
    const volume: Part = { id: 'v', labels: label({ ...origin, holds: 'data' }), madeAt: Number.NaN };
    expect(listingsOf([volume])[0]?.isDown).toBe(true);
    expect(listingsOf([volume, redis])[0]?.isDown).toBe(false);
    expect(listingsOf([volume, mark('2026-01-01T05:00:00.000Z', '')])[0]?.isDown).toBe(false);
  });

  it('expire when the newest mark says so', () => {
    const first = mark('2026-01-01T05:00:00.000Z', '2026-01-01T01:00:00.000Z');
    const second = mark('2026-01-01T03:00:00.000Z', '2026-01-01T02:00:00.000Z');
    for (const marks of [
      [first, second],
      [second, first],
    ]) {
      expect(listingsOf([redis, ...marks])[0]?.expiresAt).toBe(Date.UTC(2026, 0, 1, 3));
    }
  });

  it('do not expire by a mark that cannot be read', () => {
    expect(listingsOf([redis, mark('tomorrow', 'today')])[0]?.expiresAt).toBeNull();
  });

  it('are of no known machine when parts are of several, or of an unknown one', () => {
    const other = { ...redis, labels: label({ ...origin, machine: 'there', role: 'redis' }) };
    const { 'io.rsentinel.machine': _, ...unknown } = redis.labels;
    expect(listingsOf([network, other])[0]?.machine).toBeNull();
    expect(listingsOf([network, { ...redis, labels: unknown }])[0]?.machine).toBeNull();
    expect(listingsOf([redis, mark('2026-01-01T05:00:00.000Z', '')])[0]?.machine).toBe('here');
  });
});
