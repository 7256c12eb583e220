/** Every way in which a command to a server can fail, on servers in memory, while a client writes all the time. */
import { describe, expect, it, vi } from 'vitest';
import { isChange } from '../../support/fake/failures.js';
import { FakeWorld } from '../../support/fake/fake-world.js';
import { COMMANDING, rehearse, running, type Scenario, THREE } from './scenarios.js';

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
