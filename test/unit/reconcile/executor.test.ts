/**
 * Every way in which `up` and `down` can fail, on an engine in memory: each call that changes something fails before its
 * effect or behind it, or the process ends there, while a client writes all the time.
 */
import { describe, expect, it, vi } from 'vitest';
import { hasCode } from '../../../src/errors.js';
import type { Operation } from '../../../src/model/step.js';
import type { Topology } from '../../../src/model/topology.js';
import { type Injection, isChange, type Standstill } from '../../support/fake/failures.js';
import { FakeWorld, type Outcome, topologyOf } from '../../support/fake/fake-world.js';

vi.mock('../../../src/nodes/client/redis-client.js', async () => ({
  Redis: (await import('../../support/fake/fake-client.js')).FakeRedis,
}));
vi.mock('../../../src/nodes/client/reply-limit.js', () => ({
  limitReplies: () => {},
  limitEvents: () => {},
}));
// Every wait of a poll is over at once.
vi.mock('node:timers/promises', () => ({
  setTimeout: (_ms: number, value: unknown) =>
    new Promise((resolve) => {
      setImmediate(() => resolve(value));
    }),
}));

const THREE = topologyOf('replicas: 2');
const SIX = topologyOf('replicas: 2\nimage: redis:6.0');
interface Scenario {
  readonly title: string;
  /** Brings the group to where the command begins. */
  readonly prepare: (world: FakeWorld) => Promise<void>;
  readonly command: (world: FakeWorld, mishap: Injection | Standstill | null) => Promise<Outcome>;
  /** What the next `up` goes by. */
  readonly topology: Topology;
  /** The only password that lets anybody in afterwards; left out: nobody has to log in. */
  readonly password?: string;
}

const running = async (world: FakeWorld): Promise<void> => {
  expect((await world.up(THREE)).error).toBeNull();
};

const changed = (title: string, text: string, prepare = running): Scenario => {
  const topology = topologyOf(text);
  return { title, prepare, topology, command: (world, mishap) => world.up(topology, mishap) };
};

/** Another password for a group that runs. */
function rotation(title: string, image: string): Scenario {
  const of = (password: string): Topology =>
    topologyOf(`replicas: 2\nimage: ${image}\nauth: {password: ${password}}`);
  const password = 'another-password-2';
  return {
    ...changed(title, '', async (world) => {
      expect((await world.up(of('a-password-1'))).error).toBeNull();
    }),
    topology: of(password),
    command: (world, mishap) => world.up(of(password), mishap),
    password,
  };
}

const SCENARIOS: readonly Scenario[] = [
  changed('a new group', 'replicas: 2', async () => {}),
  changed('a group that was stopped', 'replicas: 2', async (world) => {
    await running(world);
    expect((await world.down(THREE)).error).toBeNull();
  }),
  changed('a directive that is set', 'replicas: 2\nredis: {config: {timeout: 77}}'),
  changed('directives of the sentinels', 'replicas: 2\nsentinel: {down-after-milliseconds: 1500}'),
  changed('another memory limit', 'replicas: 2\nredis: {memory: 512mb}'),
  changed('another image', 'replicas: 2\nimage: redis:8.2'),
  changed('a replica more', 'replicas: 3'),
  changed('a replica less', 'replicas: 1'),
  changed('a sentinel more', 'replicas: 2\nsentinels: 4'),
  changed('another fixed port', 'replicas: 2\nmaster: {port: 7777}'),
  changed('a paused replica', 'replicas: 2', async (world) => {
    await running(world);
    await world.pause(THREE, 'redis-2');
  }),
  changed(
    'a paused replica that needs another container',
    'replicas: 2\nredis: {memory: 512mb}',
    async (world) => {
      await running(world);
      await world.pause(THREE, 'redis-2');
    },
  ),
  changed('a paused replica that leaves', 'replicas: 1', async (world) => {
    await running(world);
    await world.pause(THREE, 'redis-3');
  }),
  changed('a dead master', 'replicas: 2', async (world) => {
    await running(world);
    await world.kill(THREE, 'redis-1');
  }),
  changed('faster timing', 'replicas: 2\ntiming: fast'),
  changed('data that cannot be loaded', 'replicas: 2', async (world) => {
    await running(world);
    expect((await world.down(THREE)).error).toBeNull();
    world.machine.spoilData('redis-3');
  }),
  changed(
    'a master that a killed command has refuse writes',
    'replicas: 2\nimage: redis:6.0',
    async (world) => {
      expect((await world.up(SIX)).error).toBeNull();
      world.machine.nodes.refuseWrites('g-redis-1');
    },
  ),
  {
    title: 'a group that is to expire',
    prepare: async (world) => {
      expect((await world.up(THREE, null, 1_000)).error).toBeNull();
    },
    topology: THREE,
    command: (world, mishap) => world.up(THREE, mishap, 3_600_000),
  },
  rotation('another password', 'redis:8.0'),
  rotation('another password on Redis 6.0', 'redis:6.0'),
  {
    title: 'down',
    prepare: running,
    topology: THREE,
    command: (world, mishap) => world.down(THREE, mishap),
  },
  {
    title: 'down --volumes',
    prepare: running,
    topology: THREE,
    command: (world, mishap) => world.down(THREE, mishap, 'remove'),
  },
];

describe.each(SCENARIOS)('$title', ({ prepare, command, topology, password }) => {
  it('works, and the next up changes nothing', async () => {
    const world = new FakeWorld();
    await prepare(world);
    const outcome = await command(world, null);
    expect(outcome.error).toBeNull();
    expect((await world.up(topology)).error).toBeNull();
    const again = await world.up(topology);
    expect([again.error, again.calls]).toEqual([null, []]);
    expect(world.machine.nodes.withOtherPasswords(password ?? null)).toEqual([]);
    expect(world.lost).toEqual([]);
  });

  it('is planned by a dry run as up does it, and the dry run changes nothing', async () => {
    const world = new FakeWorld();
    await prepare(world);
    const before = world.machine.picture;
    const dry = await world.dryRun(topology);
    expect(dry.error).toBeNull();
    expect(dry.calls).toEqual([]);
    expect(dry.commands.filter(isChange)).toEqual([]);
    expect(world.machine.picture).toEqual(before);
    const { events } = await world.up(topology);
    const plans = events.flatMap((event) => (event.type === 'plan' ? [event.steps] : []));
    // The image is pulled before the lock is taken, in a plan of its own. What follows a failover is planned when that is over.
    const isBeginning = dry.ids.includes('failover');
    const real = (isBeginning ? plans.slice(0, 1) : plans).flatMap((steps) => steps.map(({ id }) => id));
    expect([...new Set(real)].sort()).toEqual([...dry.ids].sort());
    const warnings = dry.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    const later = 'what follows the failover is planned once the sentinels have promoted a replica';
    expect(warnings.includes(later)).toBe(isBeginning);
  });

  it.each(['before', 'after', 'end'] as const)(
    'is taken back or finished when a call fails (%s its effect), and nothing acknowledged is lost',
    async (when) => {
      const count = (await rehearse(prepare, command)).calls.length;
      const problems: string[] = [];
      for (let call = 1; call <= count; call += 1) {
        const world = new FakeWorld();
        await prepare(world);
        const before = world.machine.picture;
        const { calls, events } = await command(world, { call, when, to: 'engine' });
        const at = `${when} ${call} of ${count} (${calls[call - 1]})`;
        const report = (what: string): number => problems.push(`${at}: ${what}`);
        const rolledBack = events.find((event) => event.type === 'rollback-done');
        if (when !== 'end' && rolledBack !== undefined) {
          if (rolledBack.remaining.length > 0) report(`remains: ${rolledBack.remaining.join('; ')}`);
          // In a roll-out the nodes that have found their places stay; the names and states are as before all the same.
          const [was, is] = [names(before), names(world.machine.picture)];
          // A removal that has had its effect cannot be taken back.
          const removed =
            calls[call - 1]?.replace('remove volume ', 'mark ').replace('remove ', 'container ') ?? '';
          // A paused node goes on before a roll-out; once that has begun it stays so.
          const hasBegun = events.some(
            (event) => event.type === 'step-done' && event.step.operation.kind === 'wait-converged',
          );
          const goesOn = (line: string) => hasBegun && was.includes(line.replace(/running$/, 'paused'));
          const gone = was.filter(
            (line) =>
              !is.includes(line) && !line.startsWith(removed) && !(hasBegun && line.endsWith('paused')),
          );
          // A mark that counts already stays beside the former one.
          const stays = (line: string) =>
            calls[call - 1]?.startsWith('remove volume') && line.startsWith('mark ');
          const come = is.filter(
            (line) =>
              !was.includes(line) && !calls[call - 1]?.endsWith('.aside') && !stays(line) && !goesOn(line),
          );
          if (gone.length + come.length > 0) report(`gone: ${gone.join(', ')}; come: ${come.join(', ')}`);
        }
        // A group that was never ready goes with what was written to it.
        if (rolledBack !== undefined && before.length === 0) continue;
        const next = await world.up(topology);
        if (next.error !== null)
          report(
            `the next up fails: ${String(next.error)} ${JSON.stringify((next.error as { details?: unknown }).details ?? '')}`,
          );
        else if (world.lost.length > 0) report(`lost ${world.lost.length}`);
        else problems.push(...world.machine.nodes.withOtherPasswords(password ?? null));
        // Of a group that was marked, the mark stays.
        const isMarked = before.some((line) => line.startsWith('mark '));
        const odd = world.machine.picture.filter(
          (line) => /aside|exited|created|lock/.test(line) || (!isMarked && line.startsWith('mark ')),
        );
        if (next.error === null && odd.length > 0) report(`left: ${odd.join(', ')}`);
      }
      expect(problems).toEqual([]);
    },
    60_000,
  );

  it('changes nothing any more once it has stood still and another has broken its lock', async () => {
    const { looks } = await rehearse(prepare, command);
    expect(looks).toBeGreaterThan(0);
    const problems: string[] = [];
    for (let look = 1; look <= looks; look += 1) {
      const world = new FakeWorld();
      await prepare(world);
      let left: readonly string[] = [];
      let calls = 0;
      const outcome = await command(world, {
        look,
        meanwhile: async () => {
          const other = await world.up(topology);
          if (other.error !== null)
            problems.push(`look ${look}: the other fails: ${String(other.error)} ${other.calls.join(', ')}`);
          left = world.machine.picture;
        },
      });
      calls = outcome.calls.length;
      const report = (what: string): number =>
        problems.push(`look ${look} of ${looks}, ${calls} calls: ${what}`);
      if (!hasCode(outcome.error, 'GROUP_BUSY')) report(`ends with ${String(outcome.error)}`);
      const is = world.machine.picture.filter((line) => line !== 'lock');
      if (is.join() !== left.join()) report(`made ${is.join(', ')} of ${left.join(', ')}`);
      if (world.lost.length > 0) report(`lost ${world.lost.length}`);
      const again = await world.up(topology);
      if (again.error !== null || again.calls.length > 0)
        report(`the next up: ${String(again.error)}, ${again.calls.join(', ')}`);
    }
    expect(problems).toEqual([]);
  }, 60_000);
});

/** Plans most of whose operations are commands to servers. */
const COMMANDING: readonly Scenario[] = [
  ...SCENARIOS.filter(({ title }) =>
    [
      'a directive that is set',
      'directives of the sentinels',
      'another memory limit',
      'down',
      'another password',
      'another password on Redis 6.0',
    ].includes(title),
  ),
  {
    title: 'failover',
    prepare: running,
    topology: THREE,
    command: (world, mishap) => world.failover('redis-3', mishap),
  },
  {
    title: 'reset',
    prepare: running,
    topology: THREE,
    command: (world, mishap) => world.reset(THREE, mishap),
  },
  {
    title: 'reset after a failover',
    prepare: async (world) => {
      await running(world);
      expect((await world.failover('redis-3')).error).toBeNull();
    },
    topology: THREE,
    command: (world, mishap) => world.reset(THREE, mishap),
  },
];

describe.each(COMMANDING)(
  '$title, while a connection to a server breaks',
  ({ prepare, command, topology, password }) => {
    it.each(['before', 'after', 'end', 'silence'] as const)(
      'is finished or mended by the next up when that is %s a command has its effect, and nothing acknowledged is lost',
      async (when) => {
        const { commands, error } = await rehearse(prepare, command);
        expect(error).toBeNull();
        const changes = commands.filter(isChange);
        expect(changes.length).toBeGreaterThan(0);
        const problems: string[] = [];
        for (const [index, change] of changes.entries()) {
          const world = new FakeWorld();
          await prepare(world);
          await command(world, { call: index + 1, when, to: 'servers' });
          const report = (what: string): number =>
            problems.push(`${when} ${index + 1} of ${changes.length} (${change}): ${what}`);
          world.machine.nodes.lead();
          const next = await world.up(topology);
          if (next.error !== null) report(`the next up fails: ${String(next.error)}`);
          else if (world.lost.length > 0) report(`lost ${world.lost.length}`);
          else problems.push(...world.machine.nodes.withOtherPasswords(password ?? null));
          const odd = world.machine.picture.filter((line) => /aside|exited|created|mark|lock/.test(line));
          if (next.error === null && odd.length > 0) report(`left: ${odd.join(', ')}`);
          const again = await world.up(topology);
          if (again.error !== null || again.calls.length > 0)
            report(`the up behind that: ${String(again.error)}, ${again.calls.join(', ')}`);
        }
        expect(problems).toEqual([]);
      },
      60_000,
    );
  },
);

/** Directories, certificates, a network of its own for every node and a second master are there on a real engine only. */
const SHOWN: Readonly<Record<Operation['kind'], 'here' | 'on a real engine'>> = {
  image: 'here',
  'drop-network': 'here',
  network: 'here',
  render: 'here',
  repoint: 'here',
  'set-data-aside': 'here',
  set: 'here',
  rotate: 'here',
  'restart-sentinels': 'here',
  ignore: 'on a real engine',
  certificates: 'on a real engine',
  failover: 'here',
  switch: 'here',
  unpause: 'here',
  demote: 'here',
  save: 'here',
  stop: 'here',
  'rename-aside': 'here',
  'remove-old': 'here',
  remove: 'here',
  create: 'here',
  start: 'here',
  connect: 'on a real engine',
  answer: 'here',
  'lower-timers': 'here',
  'set-timers': 'here',
  'wait-converged': 'here',
  forget: 'here',
  'mark-expiry': 'here',
  'remove-marks': 'here',
  'verify-ready': 'here',
  'restore-timers': 'here',
  'restore-writes': 'here',
  'forget-passwords': 'here',
  prefer: 'here',
  'restore-priorities': 'here',
  flush: 'here',
  'switch-back': 'here',
  'verify-empty': 'here',
  'remove-masters': 'on a real engine',
  'check-saved': 'here',
  'remove-unfinished': 'here',
  'remove-files': 'on a real engine',
  'remove-volumes': 'here',
};

it('the plans that fail here have every kind of step', async () => {
  const kinds = new Set<string>();
  for (const { prepare, command } of [...SCENARIOS, ...COMMANDING]) {
    const { events } = await rehearse(prepare, command);
    const steps = events.flatMap((event) => (event.type === 'plan' ? event.steps : []));
    for (const { operation } of steps) kinds.add(operation.kind);
  }
  const here = Object.entries(SHOWN).flatMap(([kind, where]) => (where === 'here' ? [kind] : []));
  expect([...kinds].sort()).toEqual(here.sort());
});

it('down saves on servers that are silent for a while', async () => {
  const stop: Scenario['command'] = (world, mishap) => world.down(THREE, mishap);
  const changes = (await rehearse(running, stop)).commands.filter(isChange);
  // What ends a server is sent once: Docker's signal comes behind it.
  const saving = changes.filter((command) => !command.startsWith('SHUTDOWN'));
  expect(saving.length).toBeGreaterThan(0);
  const problems: string[] = [];
  for (const [index, change] of saving.entries()) {
    const world = new FakeWorld();
    await running(world);
    const { error, events } = await stop(world, { call: index + 1, when: 'silence', to: 'servers' });
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    if (error !== null || warnings.length > 0) problems.push(`${change}: ${error} ${warnings.join('; ')}`);
    expect((await world.up(THREE)).error).toBeNull();
    if (world.lost.length > 0) problems.push(`${change}: lost ${world.lost.length}`);
  }
  expect(problems).toEqual([]);
});

/** The objects by their names and states, without their ids. */
function names(picture: readonly string[]): readonly string[] {
  return picture.map((line) => line.replace(/ id\d+$/, ''));
}

async function rehearse(prepare: Scenario['prepare'], command: Scenario['command']): Promise<Outcome> {
  const world = new FakeWorld();
  await prepare(world);
  return command(world, null);
}
