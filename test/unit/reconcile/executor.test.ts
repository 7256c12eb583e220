/**
 * Every way in which a call to the engine can fail, on an engine in memory: it fails before its effect or behind it, or the
 * process ends there, while a client writes all the time.
 */
import { describe, expect, it, vi } from 'vitest';
import { hasCode } from '../../../src/errors.js';
import type { Operation } from '../../../src/model/step.js';
import { isChange } from '../../support/fake/failures.js';
import { FakeWorld } from '../../support/fake/fake-world.js';
import { COMMANDING, rehearse, SCENARIOS } from './scenarios.js';

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

/** The objects by their names and states, without their ids. */
function names(picture: readonly string[]): readonly string[] {
  return picture.map((line) => line.replace(/ id\d+$/, ''));
}
