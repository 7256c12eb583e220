import { describe, expect, it } from 'vitest';
import { isUnannounced } from '../../../src/failover/force-promote.js';
import { EXPECTED, healthy, redisOf, SILENT, sentinelOf } from '../nodes/healthy.js';

const HEIR = EXPECTED.redis[1] ?? { name: '', address: { host: '', port: 0 } };

/** All sentinels name redis-1, and redis-2 says that it is a master too. */
function promoted() {
  const draft = healthy();
  Object.assign(redisOf(draft, 'redis-2'), { role: 'master', link: null });
  return draft;
}

describe('a master that no sentinel names', () => {
  it('is a node that says so itself while all sentinels name another', () => {
    expect(isUnannounced(HEIR, promoted())).toBe(true);
  });

  it('is none that follows, or does not answer', () => {
    expect(isUnannounced(HEIR, healthy())).toBe(false);
    const draft = healthy();
    draft.redis.set('redis-2', SILENT);
    expect(isUnannounced(HEIR, draft)).toBe(false);
  });

  it('is none while the sentinels are at a failover, or do not agree', () => {
    const draft = promoted();
    sentinelOf(draft, 'sentinel-2').master.flags = ['master', 'failover_in_progress'];
    expect(isUnannounced(HEIR, draft)).toBe(false);
    const divided = promoted();
    sentinelOf(divided, 'sentinel-2').master.address = HEIR.address;
    expect(isUnannounced(HEIR, divided)).toBe(false);
  });
});
