/** What is done to a group that runs, when the file has changed. */
import { describe, expect, it } from 'vitest';
import type { GroupSpec } from '../../../src/model/group-spec.js';
import type { ObservedState } from '../../../src/plan/observed.js';
import { planUp } from '../../../src/plan/up/plan-up.js';
import { planLines, running, specOf, withMembers } from './situation.js';

const bridge = (more: string, before?: GroupSpec): GroupSpec =>
  specOf(`name: demo\nnetwork: {mode: bridge, subnet: 10.9.8.0/24}\n${more}`, before);

const BRIDGE = bridge('replicas: 1\nsentinels: 1\n');
const LOOPBACK = specOf('name: demo\nreplicas: 1\nsentinels: 1\n');

/** As `running`, and its Redis nodes take these directives while they run. */
function settable(observed: ObservedState, ...names: readonly string[]): ObservedState {
  return { ...observed, settable: new Map(['redis-1', 'redis-2'].map((node) => [node, new Set(names)])) };
}

/** The plan without its reasons, in which the steps of a roll-out stand one after the other. */
function ids(spec: GroupSpec, observed: ObservedState): readonly string[] {
  return planUp(spec, observed, null).map(({ id }) => id);
}

describe('of a running group whose file has changed', () => {
  it('directives that a server takes while it runs are set', () => {
    const changed = bridge('replicas: 1\nsentinels: 1\nredis: {config: {maxmemory: 1mb}}\n', BRIDGE);
    expect(planLines(changed, settable(running(BRIDGE), 'maxmemory'))).toMatchInlineSnapshot(`
      "set redis-1: the topology has changed: maxmemory
      set redis-2: the topology has changed: maxmemory
      verify-ready: every node is asked, and its address is tried < set redis-1, set redis-2"
    `);
  });

  it('those of Sentinel are set with SENTINEL SET', () => {
    const changed = bridge('replicas: 1\nsentinels: 1\nsentinel: {down-after-milliseconds: 5000}\n', BRIDGE);
    expect(planLines(changed, running(BRIDGE))).toMatchInlineSnapshot(
      `
      "set sentinel-1: down-after-milliseconds is 30000 instead of 5000
      verify-ready: every node is asked, and its address is tried < set sentinel-1"
    `,
    );
  });

  it('others need a start: replicas first, then the master after a planned failover', () => {
    const changed = bridge('replicas: 1\nsentinels: 1\nredis: {config: {databases: 4}}\n', BRIDGE);
    expect(planLines(changed, running(BRIDGE))).toMatchInlineSnapshot(`
      "wait-converged start: nothing is touched while something else is amiss
      stop redis-2: databases cannot be set while it runs < wait-converged start
      render redis-2: its history is kept < stop redis-2
      start redis-2: it comes back in its place < render redis-2
      answer redis-2: the others connect to it < start redis-2
      wait-converged redis-2: the next one is touched only when it is back in its place < answer redis-2
      switch redis-1: databases cannot be set while it runs < wait-converged redis-2
      stop redis-1: databases cannot be set while it runs < switch redis-1
      render redis-1: its history is kept < stop redis-1
      start redis-1: it comes back in its place < render redis-1
      answer redis-1: the others connect to it < start redis-1
      wait-converged redis-1: the next one is touched only when it is back in its place < answer redis-1
      verify-ready: every node is asked, and its address is tried < wait-converged redis-1
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('more memory for the Redis nodes needs other containers, and leaves the sentinels', () => {
    const changed = bridge('replicas: 1\nsentinels: 1\nredis: {memory: 4gb}\n', BRIDGE);
    const created = ids(changed, running(BRIDGE)).filter((id) => id.startsWith('create'));
    expect(created).toEqual(['create redis-2', 'create redis-1']);
  });

  it('a network that was made in another way is made anew', () => {
    const before = running(LOOPBACK);
    const { network } = before.objects;
    if (network === null) throw new Error('there is a network');
    const observed = { ...before, objects: { ...before.objects, network: { ...network, digest: '' } } };
    expect(planLines(LOOPBACK, observed)).toContain('network: its network was made in another way');
    expect(planUp(LOOPBACK, before, null)).toEqual([]);
  });

  it('one that is no more goes back to its default by a start', () => {
    const before = running(bridge('replicas: 1\nsentinels: 1\nredis: {config: {maxmemory: 1mb}}\n'));
    const reasons = planUp(BRIDGE, settable(before, 'maxmemory'), null).map(({ reason }) => reason);
    expect(reasons).toContain('maxmemory goes back to its default');
  });

  it('another image is rolled out one node at a time, the present master last of its kind', () => {
    const changed = bridge('image: redis:9\nreplicas: 1\nsentinels: 1\n', BRIDGE);
    expect(ids(changed, running(BRIDGE, 'redis-2'))).toMatchInlineSnapshot(`
      [
        "wait-converged start",
        "stop redis-1",
        "rename-aside redis-1",
        "render redis-1",
        "create redis-1",
        "start redis-1",
        "answer redis-1",
        "wait-converged redis-1",
        "remove-old redis-1",
        "switch redis-2",
        "stop redis-2",
        "rename-aside redis-2",
        "render redis-2",
        "create redis-2",
        "start redis-2",
        "answer redis-2",
        "wait-converged redis-2",
        "remove-old redis-2",
        "stop sentinel-1",
        "rename-aside sentinel-1",
        "render sentinel-1",
        "create sentinel-1",
        "start sentinel-1",
        "wait-converged sentinel-1",
        "remove-old sentinel-1",
        "verify-ready",
        "restore-timers sentinel-1",
      ]
    `);
  });

  it('nothing waits for a replica where there is none: the data set is saved instead', () => {
    const alone = bridge('replicas: 0\nsentinels: 1\n');
    const changed = bridge('image: redis:9\nreplicas: 0\nsentinels: 1\n', alone);
    expect(ids(changed, running(alone))).toMatchInlineSnapshot(`
      [
        "wait-converged start",
        "save redis-1",
        "stop redis-1",
        "rename-aside redis-1",
        "render redis-1",
        "create redis-1",
        "start redis-1",
        "answer redis-1",
        "wait-converged redis-1",
        "remove-old redis-1",
        "stop sentinel-1",
        "rename-aside sentinel-1",
        "render sentinel-1",
        "create sentinel-1",
        "start sentinel-1",
        "wait-converged sentinel-1",
        "remove-old sentinel-1",
        "verify-ready",
        "restore-timers sentinel-1",
      ]
    `);
  });

  it('a new replica joins, and nothing else is touched', () => {
    const bigger = bridge('replicas: 2\nsentinels: 1\n', BRIDGE);
    expect(planLines(bigger, running(BRIDGE))).toMatchInlineSnapshot(`
      "render redis-3: there is no configuration yet
      create redis-3: there is no container < render redis-3
      start redis-3: it does not run < create redis-3, render redis-3
      answer redis-3: the others connect to it < start redis-3
      lower-timers sentinel-1: it would notice the others only after 10 seconds < answer redis-3
      verify-ready: every node is asked, and its address is tried < lower-timers sentinel-1
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('a node that is no more leaves, and the sentinels forget it one at a time', () => {
    const bigger = bridge('replicas: 2\nsentinels: 3\nsentinel: {quorum: 1}\n');
    const smaller = bridge('replicas: 1\nsentinels: 2\nsentinel: {quorum: 1}\n', bigger);
    expect(planLines(smaller, running(bigger))).toMatchInlineSnapshot(`
      "wait-converged start: nothing is touched while something else is amiss
      stop redis-3: it is no part of the topology < wait-converged start
      remove redis-3: it is no part of the topology < stop redis-3
      forget redis-3 on sentinel-1: sentinels forget nothing by themselves < remove redis-3
      forget redis-3 on sentinel-2: sentinels forget nothing by themselves < forget redis-3 on sentinel-1
      forget redis-3 on sentinel-3: sentinels forget nothing by themselves < forget redis-3 on sentinel-2
      stop sentinel-3: it is no part of the topology < forget redis-3 on sentinel-3
      remove sentinel-3: it is no part of the topology < stop sentinel-3
      forget sentinel-3 on sentinel-1: sentinels forget nothing by themselves < remove sentinel-3
      forget sentinel-3 on sentinel-2: sentinels forget nothing by themselves < forget sentinel-3 on sentinel-1
      verify-ready: every node is asked, and its address is tried < forget sentinel-3 on sentinel-2
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-2: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('a sentinel that has just joined forgets who leaves as well: it has learnt of all replicas from the master', () => {
    const before = bridge('replicas: 2\nsentinels: 1\n');
    const after = bridge('replicas: 1\nsentinels: [{}, {}]\nsentinel: {quorum: 1}\n', before);
    const plan = ids(after, running(before));
    expect(plan.filter((id) => id.startsWith('forget'))).toEqual([
      'forget redis-3 on sentinel-1',
      'forget redis-3 on sentinel-2',
    ]);
    expect(plan.indexOf('start sentinel-2')).toBeLessThan(plan.indexOf('wait-converged start'));
  });

  it('a master that is no more hands over to a replica that stays before it leaves', () => {
    const bigger = bridge('replicas: 2\nsentinels: 1\n', BRIDGE);
    expect(ids(BRIDGE, running(bigger, 'redis-3'))).toMatchInlineSnapshot(`
      [
        "wait-converged start",
        "switch redis-3",
        "stop redis-3",
        "remove redis-3",
        "forget redis-3 on sentinel-1",
        "verify-ready",
        "restore-timers sentinel-1",
      ]
    `);
  });

  it('a node on another port is rolled, and its former address forgotten', () => {
    const moved = bridge('replicas: [{port: 7000}]\nsentinels: 1\n', BRIDGE);
    expect(ids(moved, running(BRIDGE))).toMatchInlineSnapshot(`
      [
        "wait-converged start",
        "stop redis-2",
        "rename-aside redis-2",
        "render redis-2",
        "create redis-2",
        "start redis-2",
        "answer redis-2",
        "wait-converged redis-2",
        "remove-old redis-2",
        "forget redis-2 on sentinel-1",
        "verify-ready",
        "restore-timers sentinel-1",
      ]
    `);
  });

  it('a port that the anchor does not publish makes all nodes start in a new network, the data saved', () => {
    const moved = specOf('name: demo\nmaster: {port: 7000}\nreplicas: 1\nsentinels: 1\n', LOOPBACK);
    expect(ids(moved, running(LOOPBACK))).toMatchInlineSnapshot(`
      [
        "stop sentinel-1",
        "save redis-1",
        "stop redis-1",
        "render redis-1",
        "rename-aside redis-1",
        "stop redis-2",
        "stop anchor",
        "rename-aside anchor",
        "create anchor",
        "start anchor",
        "create redis-1",
        "start redis-1",
        "answer redis-1",
        "render redis-2",
        "rename-aside redis-2",
        "create redis-2",
        "start redis-2",
        "answer redis-2",
        "render sentinel-1",
        "rename-aside sentinel-1",
        "create sentinel-1",
        "start sentinel-1",
        "lower-timers sentinel-1",
        "wait-converged anchor",
        "remove-old anchor",
        "remove-old redis-1",
        "remove-old redis-2",
        "remove-old sentinel-1",
        "verify-ready",
        "restore-timers sentinel-1",
      ]
    `);
  });

  it('a new replica in loopback mode takes a port that the anchor publishes already', () => {
    const bigger = specOf('name: demo\nreplicas: 2\nsentinels: 1\n', LOOPBACK);
    expect(ids(bigger, running(LOOPBACK))).toEqual([
      'render redis-3',
      'create redis-3',
      'start redis-3',
      'answer redis-3',
      'lower-timers sentinel-1',
      'verify-ready',
      'restore-timers sentinel-1',
    ]);
    expect(LOOPBACK.anchor?.ports).toContain(bigger.redis[2]?.address.port);
  });

  it('a node that takes the port of another waits until that has gone, and so do all', () => {
    const before = specOf('name: demo\nreplicas: [{name: a, port: 7000}]\nsentinels: 1\n');
    const after = specOf('name: demo\nreplicas: [{name: b, port: 7000}]\nsentinels: 1\n', before);
    const plan = planUp(after, running(before), null);
    expect(plan.find(({ id }) => id === 'stop redis-1')?.reason).toBe('b takes the address of a');
    const order = plan.map(({ id }) => id);
    expect(order.indexOf('save redis-1')).toBeLessThan(order.indexOf('remove a'));
  });

  it('another mode makes the network anew', () => {
    const plan = planUp(BRIDGE, running(LOOPBACK), null).map(({ id }) => id);
    expect(plan).toEqual(
      expect.arrayContaining(['save redis-1', 'remove anchor', 'drop-network', 'network']),
    );
    expect(plan.indexOf('save redis-1')).toBeLessThan(plan.indexOf('stop redis-1'));
  });
});

describe('of a running group whose file has not changed', () => {
  it('sentinels forget what somebody has removed by hand', () => {
    const observed = running(BRIDGE);
    const known = [{ host: '10.9.8.77', port: 6379 }];
    const sentinels = new Map([
      ['sentinel-1', { known, settings: BRIDGE.sentinel, periods: 'normal', server: null } as const],
    ]);
    const plan = planLines(BRIDGE, { ...observed, live: { ...observed.live, sentinels } });
    expect(plan).toMatchInlineSnapshot(`
      "wait-converged start: nothing is touched while something else is amiss
      forget strangers on sentinel-1: sentinels forget nothing by themselves < wait-converged start
      verify-ready: every node is asked, and its address is tried < forget strangers on sentinel-1
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('a node whose configuration was removed gets another, one at a time', () => {
    const observed = running(BRIDGE);
    const confs = new Map([...observed.confs, ['redis-2', null] as const]);
    expect(planUp(BRIDGE, { ...observed, confs }, null)[1]).toMatchObject({
      id: 'stop redis-2',
      reason: 'its configuration file is gone',
    });
  });

  it('what an interrupted roll-out has put aside is removed', () => {
    const observed = running(BRIDGE);
    const aside = withMembers(observed, ['redis-2'], {
      role: 'other',
      node: 'demo-redis-2.aside',
      container: 'demo-redis-2.aside',
      state: 'exited',
    }).objects.members.filter(({ role }) => role === 'other');
    const objects = { ...observed.objects, members: [...observed.objects.members, ...aside] };
    expect(ids(BRIDGE, { ...observed, objects })).toEqual(['remove demo-redis-2.aside', 'verify-ready']);
  });
});
