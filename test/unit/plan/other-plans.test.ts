import { describe, expect, it } from 'vitest';
import type { GroupObjects } from '../../../src/engine/engine.js';
import type { Step } from '../../../src/model/step.js';
import { planDown } from '../../../src/plan/plan-down.js';
import { planFailover } from '../../../src/plan/plan-failover.js';
import { planReset } from '../../../src/plan/plan-reset.js';
import { nothing, running, specOf, withMembers } from './situation.js';

const GROUP = specOf('name: demo\nreplicas: 1\nsentinels: 1\n');
const OBSERVED = running(GROUP);
const ENGINE = OBSERVED.objects;

/** A line per step: what, why, and after what. */
function lines(steps: readonly Step[]): string {
  return steps
    .map(({ id, reason, after }) => `${id}: ${reason}${after.length === 0 ? '' : ` < ${after.join(', ')}`}`)
    .join('\n');
}

const down = (objects: GroupObjects, data: 'keep' | 'remove', deadMaster: string | null = null): string =>
  lines(planDown({ objects, directory: '/data/demo', deadMaster }, data));

describe('the plan of down', () => {
  it('ends nothing before all data has been seen on disk, and the anchor last', () => {
    expect(down(ENGINE, 'keep')).toMatchInlineSnapshot(`
      "save redis-1: its data is kept
      save redis-2: its data is kept
      check-saved: nothing is ended before the data has been seen on disk < save redis-1, save redis-2
      stop redis-1: its data is on disk < check-saved
      stop redis-2: its data is on disk < check-saved
      remove redis-1: it carries the label of the group < check-saved, stop redis-1
      remove redis-2: it carries the label of the group < check-saved, stop redis-2
      remove sentinel-1: it carries the label of the group < check-saved
      remove anchor: it carries the label of the group < remove redis-1, remove redis-2, remove sentinel-1
      drop-network: no container is on it any more < remove redis-1, remove redis-2, remove sentinel-1, remove anchor
      remove-unfinished: files that a killed command has left half written are of no use < drop-network"
    `);
  });

  it('has a dead master replaced and paused nodes go on before anything is saved', () => {
    const dead = withMembers(OBSERVED, ['redis-1'], { state: 'exited' });
    const { objects } = withMembers(dead, ['redis-2'], { state: 'paused' });
    const steps = planDown({ objects, directory: null, deadMaster: 'redis-1' }, 'keep');
    const ids = steps.map(({ id }) => id);
    expect(ids.slice(0, 2)).toEqual(['failover', 'unpause redis-2']);
    expect(steps.find(({ id }) => id === 'save redis-2')?.after).toEqual(['failover', 'unpause redis-2']);
  });

  it('saves nothing where the data is to go as well', () => {
    expect(down(ENGINE, 'remove')).toMatchInlineSnapshot(`
      "remove anchor: it carries the label of the group
      remove redis-1: it carries the label of the group
      remove redis-2: it carries the label of the group
      remove sentinel-1: it carries the label of the group
      drop-network: no container is on it any more < remove anchor, remove redis-1, remove redis-2, remove sentinel-1
      remove-files: its configuration and data are to go as well < drop-network"
    `);
  });

  it('saves nothing where no Redis node runs', () => {
    const { objects } = withMembers(OBSERVED, ['redis-1', 'redis-2'], { state: 'exited' });
    expect(down(objects, 'keep')).not.toMatch(/save|stop/);
  });

  it('removes what notes the expiry last: by it prune finds what a killed down has left', () => {
    const engine = { ...ENGINE, expiry: { at: 0, marks: ['mark'] } };
    const steps = planDown({ objects: engine, directory: null, deadMaster: null }, 'keep');
    expect(steps.at(-1)).toMatchObject({ id: 'remove-marks', after: ['drop-network'] });
  });

  it('has no steps where there is nothing', () => {
    const { objects } = nothing(GROUP);
    expect(planDown({ objects, directory: null, deadMaster: null }, 'keep')).toEqual([]);
    expect(planDown({ objects, directory: '/data/demo', deadMaster: null }, 'keep')).toEqual([]);
  });
});

describe('the plan of failover', () => {
  const observed = { master: 'redis-1', sentinels: ['sentinel-1'], timing: 'normal' } as const;

  it('switches, waits and puts the timers back', () => {
    expect(lines(planFailover({ ...observed, to: null }, true))).toMatchInlineSnapshot(`
      "switch redis-1: it was asked for
      wait-converged redis-1: every replica follows the new master, it too < switch redis-1
      restore-timers sentinel-1: lowered periods are for the time of a failover < wait-converged redis-1"
    `);
  });

  it('gives the replica precedence that is asked for, and puts that back', () => {
    expect(lines(planFailover({ ...observed, to: 'redis-2' }, false))).toMatchInlineSnapshot(`
      "prefer redis-2: it was asked for
      switch redis-1: redis-2 takes its place < prefer redis-2
      restore-priorities: they were changed for this failover < switch redis-1
      restore-timers sentinel-1: lowered periods are for the time of a failover < switch redis-1"
    `);
  });
});

describe('the plan of reset', () => {
  it('removes the data and verifies the group where the first node is the master', () => {
    expect(lines(planReset(GROUP, 'redis-1', []))).toMatchInlineSnapshot(`
      "flush redis-1: a group is reset to one without data
      verify-empty: every node is asked once more < flush redis-1"
    `);
  });

  it('makes the first node the master again once there is no data, and forgets other masters', () => {
    expect(lines(planReset(GROUP, 'redis-2', ['beta']))).toMatchInlineSnapshot(`
      "flush redis-2: a group is reset to one without data
      switch-back redis-1: it is the first node of the file < flush redis-2
      verify-empty: every node is asked once more < switch-back redis-1
      remove-masters: the topology does not know them < verify-empty"
    `);
  });
});
