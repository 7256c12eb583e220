import { describe, expect, it } from 'vitest';
import { readConfFacts } from '../../../src/config/conf-facts.js';
import { planUp } from '../../../src/plan/up/plan-up.js';
import {
  nothing,
  planLines,
  running,
  specOf,
  withHistory,
  withMembers,
  withoutMembers,
} from './situation.js';

const LOOPBACK = specOf('name: demo\nreplicas: 2\nsentinels: 3\n');
const BRIDGE = specOf('name: demo\nreplicas: 1\nsentinels: 1\nnetwork: {mode: bridge}\n');
const HEADER = (group: string): string => `# rsentinel: group=${group} node=redis-1 spec=x frame=y`;
const ALL = running(LOOPBACK).objects.members.map(({ node }) => node);

describe('a plan', () => {
  it('makes a loopback group that does not exist', () => {
    expect(planLines(LOOPBACK, nothing(LOOPBACK))).toMatchInlineSnapshot(`
      "network: the group has no network demo
      create anchor: the group has no network namespace < network
      start anchor: it holds the ports of all nodes < create anchor
      render redis-1: there is no configuration yet < network
      create redis-1: there is no container < network, create anchor, render redis-1
      start redis-1: it does not run < create redis-1, render redis-1, start anchor
      answer redis-1: the others connect to it < start redis-1
      render redis-2: there is no configuration yet < network
      create redis-2: there is no container < network, create anchor, render redis-2
      start redis-2: it does not run < create redis-2, render redis-2, start anchor, answer redis-1
      answer redis-2: the others connect to it < start redis-2
      render redis-3: there is no configuration yet < network
      create redis-3: there is no container < network, create anchor, render redis-3
      start redis-3: it does not run < create redis-3, render redis-3, start anchor, answer redis-1
      answer redis-3: the others connect to it < start redis-3
      render sentinel-1: there is no configuration yet < network
      create sentinel-1: there is no container < network, create anchor, render sentinel-1
      start sentinel-1: it does not run < create sentinel-1, render sentinel-1, start anchor, answer redis-1, answer redis-2, answer redis-3
      lower-timers sentinel-1: it would notice the others only after 10 seconds < start sentinel-1
      render sentinel-2: there is no configuration yet < network
      create sentinel-2: there is no container < network, create anchor, render sentinel-2
      start sentinel-2: it does not run < create sentinel-2, render sentinel-2, start anchor, answer redis-1, answer redis-2, answer redis-3
      lower-timers sentinel-2: it would notice the others only after 10 seconds < start sentinel-2
      render sentinel-3: there is no configuration yet < network
      create sentinel-3: there is no container < network, create anchor, render sentinel-3
      start sentinel-3: it does not run < create sentinel-3, render sentinel-3, start anchor, answer redis-1, answer redis-2, answer redis-3
      lower-timers sentinel-3: it would notice the others only after 10 seconds < start sentinel-3
      verify-ready: every node is asked, and its address is tried < lower-timers sentinel-1, lower-timers sentinel-2, lower-timers sentinel-3
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-2: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-3: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('makes a bridge group that does not exist, with its image', () => {
    expect(planLines(BRIDGE, { ...nothing(BRIDGE), imagePresent: false })).toMatchInlineSnapshot(`
      "network: the group has no network demo
      render redis-1: there is no configuration yet < network
      render redis-2: there is no configuration yet < network
      render sentinel-1: there is no configuration yet < network
      image: redis:8 is not on the engine
      create redis-1: there is no container < image, network, render redis-1
      start redis-1: it does not run < create redis-1, render redis-1
      answer redis-1: the others connect to it < start redis-1
      create redis-2: there is no container < image, network, render redis-2
      start redis-2: it does not run < create redis-2, render redis-2, answer redis-1
      answer redis-2: the others connect to it < start redis-2
      create sentinel-1: there is no container < image, network, render sentinel-1
      start sentinel-1: it does not run < create sentinel-1, render sentinel-1, answer redis-1, answer redis-2
      lower-timers sentinel-1: it would notice the others only after 10 seconds < start sentinel-1
      verify-ready: every node is asked, and its address is tried < lower-timers sentinel-1
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('has no steps for a group that runs, whoever is its master', () => {
    expect(planLines(LOOPBACK, running(LOOPBACK))).toBe('');
    expect(planLines(LOOPBACK, running(LOOPBACK, 'redis-3'))).toBe('');
    expect(planLines(BRIDGE, running(BRIDGE))).toBe('');
  });

  it('starts a replica that was stopped', () => {
    const observed = withMembers(running(LOOPBACK), ['redis-3'], { state: 'exited', exitCode: 0 });
    expect(planLines(LOOPBACK, observed)).toMatchInlineSnapshot(`
      "start redis-3: its container has exited
      answer redis-3: the others connect to it < start redis-3
      lower-timers sentinel-1: it would notice the others only after 10 seconds < answer redis-3
      lower-timers sentinel-2: it would notice the others only after 10 seconds < answer redis-3
      lower-timers sentinel-3: it would notice the others only after 10 seconds < answer redis-3
      verify-ready: every node is asked, and its address is tried < lower-timers sentinel-1, lower-timers sentinel-2, lower-timers sentinel-3
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-2: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-3: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('points a former master at the present one before it starts it', () => {
    // Its own file still says that it is the master: it was dead when the others decided.
    const before = running(LOOPBACK);
    const after = running(LOOPBACK, 'redis-2');
    const confs = new Map([...after.confs, ['redis-1', before.confs.get('redis-1') ?? null] as const]);
    const observed = withMembers({ ...after, confs }, ['redis-1'], { state: 'exited', exitCode: 137 });
    expect(planLines(LOOPBACK, observed)).toMatchInlineSnapshot(`
      "repoint redis-1: redis-2 is the master by now
      start redis-1: its container has exited < repoint redis-1
      answer redis-1: the others connect to it < start redis-1
      lower-timers sentinel-1: it would notice the others only after 10 seconds < answer redis-1
      lower-timers sentinel-2: it would notice the others only after 10 seconds < answer redis-1
      lower-timers sentinel-3: it would notice the others only after 10 seconds < answer redis-1
      verify-ready: every node is asked, and its address is tried < lower-timers sentinel-1, lower-timers sentinel-2, lower-timers sentinel-3
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-2: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-3: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('has a replica promoted before a master comes back that nobody has replaced yet', () => {
    const observed = withMembers(running(LOOPBACK), ['redis-1'], { state: 'exited', exitCode: 137 });
    expect(planLines(LOOPBACK, observed)).toMatchInlineSnapshot(
      `"failover: redis-1, the master, does not run, and its replicas do"`,
    );
  });

  it('starts the master of the last epoch first when all were stopped', () => {
    const observed = withMembers(running(LOOPBACK, 'redis-2'), ALL, { state: 'exited', exitCode: 0 });
    expect(planLines(LOOPBACK, observed)).toMatchInlineSnapshot(`
      "start anchor: it holds the ports of all nodes
      start redis-2: its container has exited < start anchor
      answer redis-2: the others connect to it < start redis-2
      start redis-1: its container has exited < start anchor, answer redis-2
      answer redis-1: the others connect to it < start redis-1
      start redis-3: its container has exited < start anchor, answer redis-2
      answer redis-3: the others connect to it < start redis-3
      start sentinel-1: its container has exited < start anchor, answer redis-1, answer redis-2, answer redis-3
      lower-timers sentinel-1: it would notice the others only after 10 seconds < start sentinel-1
      start sentinel-2: its container has exited < start anchor, answer redis-1, answer redis-2, answer redis-3
      lower-timers sentinel-2: it would notice the others only after 10 seconds < start sentinel-2
      start sentinel-3: its container has exited < start anchor, answer redis-1, answer redis-2, answer redis-3
      lower-timers sentinel-3: it would notice the others only after 10 seconds < start sentinel-3
      verify-ready: every node is asked, and its address is tried < lower-timers sentinel-1, lower-timers sentinel-2, lower-timers sentinel-3
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-2: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-3: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('makes everything again in the network of a new anchor, its configuration kept', () => {
    expect(planLines(LOOPBACK, withoutMembers(running(LOOPBACK), ['anchor']))).toMatchInlineSnapshot(`
      "create anchor: the group has no network namespace
      start anchor: it holds the ports of all nodes < create anchor
      stop sentinel-1: the group has no network namespace
      remove sentinel-1: the group has no network namespace < stop sentinel-1
      create sentinel-1: it was removed < create anchor, remove sentinel-1
      stop sentinel-2: the group has no network namespace
      remove sentinel-2: the group has no network namespace < stop sentinel-2
      create sentinel-2: it was removed < create anchor, remove sentinel-2
      stop sentinel-3: the group has no network namespace
      stop redis-1: the group has no network namespace < stop sentinel-1, stop sentinel-2, stop sentinel-3
      remove redis-1: the group has no network namespace < stop redis-1
      create redis-1: it was removed < create anchor, remove redis-1
      start redis-1: it was stopped like all others < create redis-1, stop redis-1, start anchor
      answer redis-1: the others connect to it < start redis-1
      stop redis-2: the group has no network namespace < stop sentinel-1, stop sentinel-2, stop sentinel-3
      remove redis-2: the group has no network namespace < stop redis-2
      create redis-2: it was removed < create anchor, remove redis-2
      start redis-2: it was stopped like all others < create redis-2, stop redis-2, start anchor, answer redis-1
      answer redis-2: the others connect to it < start redis-2
      stop redis-3: the group has no network namespace < stop sentinel-1, stop sentinel-2, stop sentinel-3
      remove redis-3: the group has no network namespace < stop redis-3
      create redis-3: it was removed < create anchor, remove redis-3
      start redis-3: it was stopped like all others < create redis-3, stop redis-3, start anchor, answer redis-1
      answer redis-3: the others connect to it < start redis-3
      start sentinel-1: it was stopped like all others < create sentinel-1, stop sentinel-1, start anchor, answer redis-1, answer redis-2, answer redis-3
      lower-timers sentinel-1: it would notice the others only after 10 seconds < start sentinel-1
      start sentinel-2: it was stopped like all others < create sentinel-2, stop sentinel-2, start anchor, answer redis-1, answer redis-2, answer redis-3
      lower-timers sentinel-2: it would notice the others only after 10 seconds < start sentinel-2
      remove sentinel-3: the group has no network namespace < stop sentinel-3
      create sentinel-3: it was removed < create anchor, remove sentinel-3
      start sentinel-3: it was stopped like all others < create sentinel-3, stop sentinel-3, start anchor, answer redis-1, answer redis-2, answer redis-3
      lower-timers sentinel-3: it would notice the others only after 10 seconds < start sentinel-3
      verify-ready: every node is asked, and its address is tried < lower-timers sentinel-1, lower-timers sentinel-2, lower-timers sentinel-3
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-2: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-3: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('makes containers again that were removed, their configuration kept', () => {
    const observed = withoutMembers(running(BRIDGE), ['redis-2', 'sentinel-1']);
    expect(planLines(BRIDGE, observed)).toMatchInlineSnapshot(`
      "create redis-2: there is no container
      start redis-2: it does not run < create redis-2
      answer redis-2: the others connect to it < start redis-2
      create sentinel-1: there is no container
      start sentinel-1: it does not run < create sentinel-1, answer redis-2
      lower-timers sentinel-1: it would notice the others only after 10 seconds < start sentinel-1
      verify-ready: every node is asked, and its address is tried < lower-timers sentinel-1
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('renders a sentinel anew that was away when another master was chosen', () => {
    const now = running(LOOPBACK, 'redis-2');
    const then = running(LOOPBACK).confs.get('sentinel-3') ?? null;
    const observed = {
      ...withMembers(now, ['sentinel-3'], { state: 'exited', exitCode: 0 }),
      confs: new Map([...now.confs, ['sentinel-3', then] as const]),
    };
    expect(planUp(LOOPBACK, observed, null)[0]).toMatchObject({
      id: 'render sentinel-3',
      reason: 'redis-2 is the master by now',
    });
  });

  it('puts a node back on its network and demotes it: it may be the master of before', () => {
    const off = withMembers(running(BRIDGE), ['redis-2'], { attached: false });
    expect(planLines(BRIDGE, off)).toMatchInlineSnapshot(`
      "connect redis-2: it is off the network
      demote redis-2: redis-1 is the master < connect redis-2
      verify-ready: every node is asked, and its address is tried < demote redis-2"
    `);
  });

  it('removes what is stopped and no part of the topology', () => {
    const bigger = running(specOf('name: demo\nreplicas: 1\nsentinels: 2\nnetwork: {mode: bridge}\n'));
    const smaller = running(BRIDGE);
    const stranger = bigger.objects.members
      .filter(({ node }) => node === 'sentinel-2')
      .map((member) => ({ ...member, state: 'exited' as const }));
    const observed = {
      ...smaller,
      objects: { ...smaller.objects, members: [...smaller.objects.members, ...stranger] },
    };
    expect(planLines(BRIDGE, observed)).toMatchInlineSnapshot(`
      "remove sentinel-2: it is no part of the topology
      verify-ready: every node is asked, and its address is tried < remove sentinel-2"
    `);
  });

  it('renders and makes again a stopped node whose part of the file has changed', () => {
    const changed = specOf(
      'name: demo\nreplicas: [{config: {hz: 50}}]\nsentinels: 1\nnetwork: {mode: bridge}\n',
    );
    const observed = withMembers(running(BRIDGE), ['redis-2'], { state: 'exited', exitCode: 0 });
    expect(planLines(changed, observed)).toMatchInlineSnapshot(`
      "render redis-2: the topology has changed; its history is kept
      start redis-2: its container has exited < render redis-2
      answer redis-2: the others connect to it < start redis-2
      lower-timers sentinel-1: it would notice the others only after 10 seconds < answer redis-2
      verify-ready: every node is asked, and its address is tried < lower-timers sentinel-1
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('keeps the history by the names of nodes when all addresses change', () => {
    const stopped = withMembers(running(LOOPBACK, 'redis-2'), ALL, { state: 'exited', exitCode: 0 });
    const moved = specOf('name: demo\nmaster: {port: 7000}\nreplicas: 2\nsentinels: 3\n');
    const plan = planUp(moved, withHistory(moved, stopped, null), null);
    const master = plan.find(({ id }) => id === 'start redis-2');
    expect(master?.after).not.toContain('answer redis-1');
    expect(plan.find(({ id }) => id === 'start redis-1')?.after).toContain('answer redis-2');
  });

  it('is in an order in which its steps can be done one by one, with names that are unique', () => {
    const planInputs = [
      [LOOPBACK, nothing(LOOPBACK)],
      [BRIDGE, { ...nothing(BRIDGE), imagePresent: false }],
      [LOOPBACK, withMembers(running(LOOPBACK, 'redis-3'), ALL, { state: 'exited', exitCode: 0 })],
      [LOOPBACK, withoutMembers(running(LOOPBACK, 'redis-3'), ['anchor'])],
      [LOOPBACK, withMembers(running(LOOPBACK), ['redis-1', 'sentinel-2'], { state: 'exited', exitCode: 0 })],
    ] as const;
    for (const [spec, observed] of planInputs) {
      const done: string[] = [];
      for (const { id, after } of planUp(spec, observed, null)) {
        expect(done).not.toContain(id);
        expect(done).toEqual(expect.arrayContaining([...after]));
        done.push(id);
      }
    }
  });
});

describe('a plan is refused', () => {
  it('when the nodes’ files are to be elsewhere: they would come up without their data', () => {
    const moved = specOf('name: demo\nreplicas: 2\nsentinels: 3\ndirectory: ./other\n');
    expect(() => planUp(moved, { ...running(LOOPBACK), confs: new Map() }, null)).toThrow(
      expect.objectContaining({
        code: 'DIRECTORY_CHANGED',
        message:
          'the group demo keeps its files in /srv/My_App/.rsentinel/demo, and the topology file says /srv/My_App/other',
        hint: expect.stringContaining('rsentinel down -n demo'),
      }),
    );
  });

  it.each([
    ['port 6379\n', 'the configuration of redis-2 in /srv/My_App/.rsentinel/demo was not made by rsentinel'],
    [
      `${HEADER('other')}\nport 6379\n`,
      'the configuration of redis-2 in /srv/My_App/.rsentinel/demo belongs to redis-1 of the group other',
    ],
    [
      `${HEADER('demo')}\nport 6379\n`,
      'the configuration of redis-2 in /srv/My_App/.rsentinel/demo belongs to redis-1 of the group demo',
    ],
  ])('when a configuration file is somebody else’s: %j', (text, message) => {
    const observed = nothing(LOOPBACK);
    const confs = new Map([...observed.confs, ['redis-2', readConfFacts(text)] as const]);
    expect(() => planUp(LOOPBACK, { ...observed, confs }, null)).toThrow(
      expect.objectContaining({ code: 'FOREIGN_CONF', message }),
    );
  });
});
