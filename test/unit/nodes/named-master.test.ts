import { expect, it } from 'vitest';
import { namedMaster } from '../../../src/nodes/live/live-state.js';
import { type Draft, healthy, sentinelOf } from './healthy.js';

const NEW = { host: '127.0.0.1', port: 6380 };

/** A sentinel that has heard of the switch to redis-2. */
function told(draft: Draft, name: string): void {
  Object.assign(sentinelOf(draft, name).master, { address: NEW, configEpoch: 5 });
}

it('the master is the one of the newest epoch', () => {
  const draft = healthy();
  told(draft, 'sentinel-3');
  expect(namedMaster(draft)).toMatchObject({ address: NEW, configEpoch: 5 });
});

it('the master is not the one that the leader of a failover still calls so, in the same epoch', () => {
  const draft = healthy();
  Object.assign(sentinelOf(draft, 'sentinel-1').master, {
    configEpoch: 5,
    flags: ['master', 's_down', 'o_down', 'failover_in_progress'],
  });
  told(draft, 'sentinel-2');
  expect(namedMaster(draft)).toMatchObject({ address: NEW });
});
