/** Passwords and users that change while a group runs. */
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/model/credentials/secret.js';
import type { GroupSpec } from '../../../src/model/group-spec.js';
import { NOTHING_LIVE, type ObservedState } from '../../../src/plan/observed.js';
import { planUp } from '../../../src/plan/up/plan-up.js';
import { nodesOf } from '../../../src/spec/build.js';
import { accessOf, ONE_PASSWORD, USERS_OF_THEIR_OWN } from '../access/logins-of.js';
import { nothing, planLines, running, specOf, withMembers, withoutMembers } from './situation.js';

const TEXT = 'name: demo\nreplicas: 1\nsentinels: 1\nsentinel: {quorum: 1}\n';
const USERS = accessOf('acl', USERS_OF_THEIR_OWN);
const OTHERS = accessOf('acl', {
  ...USERS_OF_THEIR_OWN,
  client: { user: 'app', password: new Secret('another') },
});
const open = specOf(TEXT);
const before = specOf(TEXT, undefined, USERS);
const after = specOf(TEXT, before, OTHERS);
const MISSING = 'on redis-2 the user sentinel may not call slaveof';

function planIds(spec: GroupSpec, observed: ObservedState): readonly string[] {
  return planUp(spec, observed, null).map(({ id }) => id);
}

/** The nodes that are given the new passwords. */
function rotated(spec: GroupSpec, observed: ObservedState): readonly string[] {
  return planUp(spec, observed, null).flatMap(({ operation }) =>
    operation.kind === 'rotate' ? operation.nodes : [],
  );
}

describe('other passwords', () => {
  it('are given to all nodes in one step, and nothing else is done', () => {
    expect(planLines(after, running(before))).toMatchInlineSnapshot(`
      "rotate: the passwords or users have changed
      verify-ready: every node is asked, and its address is tried < rotate
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready"
    `);
    expect(planLines(before, running(before))).toBe('');
  });

  it('are in the file of a node that was stopped before it starts', () => {
    const stopped = withMembers(running(before), ['redis-2'], { state: 'exited' });
    expect(planLines(after, stopped)).toMatchInlineSnapshot(`
      "rotate: the passwords or users have changed
      render redis-2: the topology has changed; its history is kept < rotate
      start redis-2: its container has exited < render redis-2
      answer redis-2: the others connect to it < start redis-2
      lower-timers sentinel-1: it would notice the others only after 10 seconds < answer redis-2
      verify-ready: every node is asked, and its address is tried < lower-timers sentinel-1
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('reach a paused node once it goes on', () => {
    const paused = withMembers(running(before), ['redis-2'], { state: 'paused' });
    expect(planLines(after, paused)).toMatchInlineSnapshot(`
      "unpause redis-2: its container is paused
      demote redis-2: redis-1 is the master < unpause redis-2
      rotate: the passwords or users have changed < unpause redis-2, demote redis-2
      lower-timers sentinel-1: it would notice the others only after 10 seconds < unpause redis-2
      verify-ready: every node is asked, and its address is tried < rotate, lower-timers sentinel-1
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('reach a node before the roll-out starts it anew', () => {
    const others = specOf(`${TEXT}redis: {config: {databases: 8}}\n`, before, OTHERS);
    const ids = planIds(others, running(before));
    expect(ids.indexOf('rotate')).toBeLessThan(ids.indexOf('stop redis-2'));
    expect(ids.indexOf('stop redis-2')).toBeLessThan(ids.indexOf('start redis-2'));
  });

  it('are given to a node that is about to leave, too: until then it is part of the group', () => {
    const larger = specOf(TEXT.replace('replicas: 1', 'replicas: 2'), undefined, USERS);
    const smaller = specOf(TEXT, larger, OTHERS);
    expect(rotated(smaller, running(larger))).toEqual(['redis-1', 'redis-2', 'sentinel-1', 'redis-3']);
    const paused = withMembers(running(larger), ['redis-3'], { state: 'paused' });
    expect(rotated(smaller, paused)).toEqual(['redis-1', 'redis-2', 'sentinel-1', 'redis-3']);
  });

  it('that are half given are given to the end', () => {
    const half = {
      ...running(after),
      access: { group: 'demo', present: OTHERS, former: USERS },
    };
    expect(planLines(after, half)).toMatchInlineSnapshot(`
      "rotate: a change of passwords was not finished
      verify-ready: every node is asked, and its address is tried < rotate
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready
      forget-passwords: no node goes by those of before < verify-ready"
    `);
  });

  it('wait where the master is dead: nobody could try them', () => {
    const dead = withMembers(running(before), ['redis-1'], { state: 'exited' });
    expect(planLines(after, { ...dead, users: [MISSING] })).toBe(
      'failover: redis-1, the master, does not run, and its replicas do',
    );
  });

  it('are no label’s business: containers stay as they are', () => {
    for (const [index, { containerDigest }] of nodesOf(after).entries()) {
      expect(containerDigest).toBe(nodesOf(before)[index]?.containerDigest);
    }
  });
});

describe('users who may do too little', () => {
  it('get it back', () => {
    expect(planLines(before, { ...running(before), users: [MISSING] })).toMatchInlineSnapshot(`
      "rotate: on redis-2 the user sentinel may not call slaveof
      verify-ready: every node is asked, and its address is tried < rotate
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('get it back before a dead master is replaced', () => {
    const dead = withMembers(running(before), ['redis-1'], { state: 'exited' });
    expect(planLines(before, { ...dead, users: [MISSING] })).toBe(
      `rotate: ${MISSING}\nfailover: redis-1, the master, does not run, and its replicas do < rotate`,
    );
  });
});

describe('another kind of login', () => {
  it.each([
    ['none', 'acl', open, before],
    ['acl', 'none', before, open],
    ['password', 'acl', specOf(TEXT, undefined, accessOf('password', ONE_PASSWORD)), before],
  ] as const)('from %s to %s has all nodes started anew, saved first', (from, _, former, wanted) => {
    const plan = planLines(wanted, running(former));
    expect(plan).not.toContain('rotate');
    expect(plan).toContain(`stop redis-1: who may log in changes: auth was ${from}`);
    for (const { name } of nodesOf(wanted)) expect(plan).toMatch(new RegExp(`^start ${name}: `, 'm'));
  });

  it('needs nothing of the kind where no node runs', () => {
    const gone = withoutMembers(
      running(open),
      nodesOf(open).map(({ name }) => name),
    );
    expect(planLines(before, { ...gone, live: NOTHING_LIVE })).not.toContain('rotate');
    expect(planLines(before, nothing(before))).not.toContain('rotate');
  });
});
