/** Ctrl-C, SIGTERM and SIGKILL while a group is brought up: what is removed, what is kept, what goes on. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/model/address.js';
import { ask } from '../support/clients.js';
import type { Ran, Running } from '../support/command.js';
import { exists } from '../support/failures.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { SMALL } from '../support/topologies.js';

/** Its replica never comes online: `up` waits until it is stopped. */
const NEVER_READY = `${SMALL}redis: {config: {repl-diskless-sync-delay: 600}}\n`;

/** Sends a signal as soon as the command has said something. */
async function signalWhen({ child, ended }: Running, said: RegExp, signal: NodeJS.Signals): Promise<Ran> {
  let text = '';
  let sent = false;
  child.stderr?.on('data', (chunk) => {
    text += String(chunk);
    if (sent || !said.test(text)) return;
    sent = true;
    child.kill(signal);
  });
  const ran = await ended;
  expect(sent, `it never said ${said}:\n${ran.stderr}`).toBe(true);
  return ran;
}

async function expectNothingOf(group: TestGroup): Promise<void> {
  expect(await group.left()).toEqual([]);
  expect(await exists(join(group.directory, '.rsentinel'))).toBe(false);
}

/** A few: that `up` can end at any of its calls is shown without an engine (test/unit/reconcile). */
const MOMENTS = [
  ['the directories are written', /^render /m],
  ['containers are started', /^start anchor/m],
  ['sentinels are started', /^start sentinel-\d/m],
  ['it is waited for', /(?:^lower-timers sentinel-[\s\S]*){3}/m],
] as const;

describe.each([
  ['Ctrl-C', 'SIGINT', 130],
  ['SIGTERM', 'SIGTERM', 143],
] as const)('%s', (how, signal, code) => {
  it.each(MOMENTS.filter((_, index) => signal === 'SIGINT' || index === 2))(
    'while %s: all that was made is removed again',
    async (what, said) => {
      await using group = await testGroup(
        `interrupt-${signal}-${MOMENTS.findIndex(([moment]) => moment === what)}`.toLowerCase(),
        NEVER_READY,
      );
      const ran = await signalWhen(group.start(['up']), said, signal);
      expect(ran.code, ran.stderr).toBe(code);
      expect(ran.stderr).toContain(`rsentinel: interrupted by ${how}`);
      expect(ran.stderr).not.toMatch(/^\s+at .*[:(]/m);
      expect(ran.stdout).toBe('');
      await expectNothingOf(group);
    },
  );
});

it('Ctrl-C with --no-rollback keeps what was made', async () => {
  await using group = await testGroup('interrupt-kept', NEVER_READY);
  const ran = await signalWhen(group.start(['up', '--no-rollback']), /^answer redis-2/m, 'SIGINT');
  expect(ran.code).toBe(130);
  expect(ran.stderr).toContain(`rsentinel down -n ${group.name} removes it`);
  expect(await group.left()).toHaveLength(7);
});

it('Ctrl-C twice leaves at once, and says what may be left', async () => {
  await using group = await testGroup('interrupt-twice', NEVER_READY);
  const running = group.start(['up']);
  const first = signalWhen(running, /^answer redis-2/m, 'SIGINT');
  const second = signalWhen(running, /Ctrl-C again leaves at once/, 'SIGINT');
  const [ran] = await Promise.all([first, second]);
  expect(ran.code, ran.stderr).toBe(130);
  expect(ran.stderr).toContain(`left at once; what there is of ${group.name} stays`);
  expect(ran.stderr).toContain(`hint: rsentinel down -n ${group.name}`);
  await group.down('--volumes');
  await expectNothingOf(group);
});

it('Ctrl-C does no harm to a group that was there before', async () => {
  await using group = await testGroup('interrupt-existing', SMALL);
  await group.up();
  const master = parseAddress(
    (await group.container('redis-1').inspect()).Config.Labels['io.rsentinel.address'] ?? '',
  );
  if (master === null) throw new Error('the master has no address');
  await ask(master, 'SET', 'kept', 'yes');
  // From now on a replica that comes without data is not served: `up` waits for it.
  await ask(master, 'CONFIG', 'SET', 'repl-diskless-sync-delay', '600');
  await group.container('redis-2').remove({ force: true, v: true });
  await rm(join(group.nodes, 'redis-2', 'data'), { recursive: true });
  const ids = async () =>
    (await group.containers()).map(({ Id, State }) => [Id, State.StartedAt, State.Status]);
  const before = await ids();

  const ran = await signalWhen(group.start(['up']), /^answer redis-2/m, 'SIGINT');

  expect(ran.code, ran.stderr).toBe(130);
  expect(await ids()).toEqual(before);
  expect(await exists(join(group.nodes, 'redis-2', 'conf', 'redis.conf'))).toBe(true);
  expect(await ask(master, 'GET', 'kept')).toBe('yes');
  await ask(master, 'CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
  await group.up();
  expect((await group.status()).code).toBe(0);
});

describe('SIGKILL', () => {
  const moments = MOMENTS.filter(([what]) => /written|started/.test(what));

  it.each(moments)('while %s: the next up goes on from there', async (what, said) => {
    await using group = await testGroup(
      `interrupt-kill-${MOMENTS.findIndex(([moment]) => moment === what)}`,
      SMALL,
    );
    await signalWhen(group.start(['up']), said, 'SIGKILL');
    await group.up();
    const { code, report } = await group.status();
    expect(code, JSON.stringify(report.faults)).toBe(0);
    await group.down('--volumes');
    await expectNothingOf(group);
  });

  it.each(moments)('while %s: down --volumes leaves nothing', async (what, said) => {
    await using group = await testGroup(
      `interrupt-kill-down-${MOMENTS.findIndex(([moment]) => moment === what)}`,
      SMALL,
    );
    await signalWhen(group.start(['up']), said, 'SIGKILL');
    await group.down('--volumes');
    await expectNothingOf(group);
  });
});
