import { describe, expect, it } from 'vitest';
import type { GroupSpec } from '../../../src/model/group-spec.js';
import type { Step } from '../../../src/model/step.js';
import type { ObservedState } from '../../../src/plan/observed.js';
import { changesGroup } from '../../../src/plan/up/conclusion.js';
import { planUp } from '../../../src/plan/up/plan-up.js';
import { nothing, running, specOf, withMembers } from './situation.js';

const GROUP = specOf('name: demo\nreplicas: 1\nsentinels: 1\nnetwork: {mode: bridge}\n');
const HOUR = 3_600_000;

const plan = (spec: GroupSpec, observed: ObservedState, expiresInMs: number | null = null): readonly Step[] =>
  planUp(spec, observed, expiresInMs);
const idsOf = (steps: readonly Step[]): readonly string[] => steps.map(({ id }) => id);

/** A group that runs and expires. */
function marked(): ObservedState {
  const observed = running(GROUP);
  const expiry = { at: 0, marks: ['mark-1', 'mark-2'] };
  return { ...observed, objects: { ...observed.objects, expiry } };
}

describe('the end of a plan', () => {
  it('does not exist where nothing is to be done', () => {
    expect(plan(GROUP, running(GROUP))).toEqual([]);
  });

  it('verifies the group and gives its sentinels their periods back', () => {
    const steps = plan(GROUP, withMembers(running(GROUP), ['redis-2'], { state: 'exited' }));
    expect(idsOf(steps).slice(-2)).toEqual(['verify-ready', 'restore-timers sentinel-1']);
    expect(changesGroup(steps)).toBe(true);
  });

  it('lets a node take writes again that a killed command has refuse them, with the topology’s own limit', () => {
    const limited = specOf(
      'name: demo\nreplicas: 1\nsentinels: 1\nredis: {config: {min-replicas-to-write: 1}}\n',
    );
    const steps = plan(limited, { ...running(limited), refusing: new Set(['redis-1']) });
    expect(idsOf(steps)).toEqual(['verify-ready', 'restore-writes redis-1']);
    expect(steps[1]?.operation).toEqual({ kind: 'restore-writes', node: 'redis-1', minReplicas: '1' });
  });
});

describe('the time at which a group expires', () => {
  it('is noted before anything is made', () => {
    const steps = plan(GROUP, nothing(GROUP), HOUR);
    expect(steps[0]?.operation).toEqual({ kind: 'mark-expiry', ms: HOUR });
    expect(steps.slice(1).every(({ after }) => after.includes('mark-expiry'))).toBe(true);
  });

  it('takes the place of another one once the group is verified, and changes nothing else', () => {
    const steps = plan(GROUP, marked(), HOUR);
    expect(idsOf(steps)).toEqual(['mark-expiry', 'verify-ready', 'remove-marks']);
    expect(steps[2]?.operation).toEqual({ kind: 'remove-marks', marks: ['mark-1', 'mark-2'] });
    expect(changesGroup(steps)).toBe(false);
  });

  it('stays where none is asked for', () => {
    expect(plan(GROUP, marked())).toEqual([]);
  });
});
