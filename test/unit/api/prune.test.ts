import { describe, expect, it } from 'vitest';
import { pruneReason } from '../../../src/api/prune.js';
import type { GroupListing } from '../../../src/engine/engine.js';

const NOW = 1_764_000_000_000;
const MINUTE = 60_000;

function group(changes: Partial<GroupListing> = {}): GroupListing {
  return {
    name: 'demo',
    file: '/srv/topology.yaml',
    directory: '/srv/.rsentinel/demo',
    redis: 3,
    sentinels: 3,
    createdAt: NOW - 60 * MINUTE,
    changedAt: NOW - 60 * MINUTE,
    expiresAt: null,
    machine: 'here',
    usesDirectory: true,
    isDown: false,
    ...changes,
  };
}

const reason = (changes: Partial<GroupListing>, ...gone: readonly string[]) =>
  pruneReason(group(changes), new Set(gone), NOW);

describe('a group may go', () => {
  it('when its time is over', () => {
    expect(reason({ expiresAt: NOW - 1 })).toEqual({ kind: 'expired', at: NOW - 1 });
    expect(reason({ expiresAt: NOW })).toEqual({ kind: 'expired', at: NOW });
  });

  it('when its topology file is gone, or its directory', () => {
    expect(reason({}, '/srv/topology.yaml', '/srv/.rsentinel/demo')).toEqual({
      kind: 'file-gone',
      path: '/srv/topology.yaml',
    });
    expect(reason({ file: null }, '/srv/.rsentinel/demo')).toEqual({
      kind: 'directory-gone',
      path: '/srv/.rsentinel/demo',
    });
  });

  it('when no node is left of it', () => {
    expect(reason({ redis: 0, sentinels: 0 })).toEqual({ kind: 'fragments' });
    expect(reason({ redis: 0, sentinels: 0, createdAt: null, changedAt: null })).toEqual({
      kind: 'fragments',
    });
  });
});

describe('a group stays', () => {
  it('while it is wanted and all is there', () => {
    expect(reason({})).toBeNull();
    expect(reason({ expiresAt: NOW + 1 })).toBeNull();
  });

  it('while somebody may be bringing it up: it has no node yet', () => {
    expect(reason({ redis: 0, sentinels: 0, changedAt: NOW - MINUTE / 2 })).toBeNull();
    expect(reason({ redis: 0, sentinels: 0, changedAt: NOW + MINUTE })).toBeNull();
  });

  it('taken down, with its files in volumes', () => {
    expect(reason({ redis: 0, sentinels: 0, isDown: true })).toBeNull();
  });

  it('without a directory, when the engine keeps its data', () => {
    expect(reason({ usesDirectory: false }, '/srv/.rsentinel/demo')).toBeNull();
  });
});
