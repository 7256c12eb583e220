/** A planned switch that is interrupted once the sentinels have begun it, and a `down` of a group whose data takes its time. */
import { chmod, chown } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ask } from '../support/clients.js';
import { testGroup } from '../support/group.js';
import { QUICK } from '../support/topologies.js';
import { until } from '../support/until.js';
import { healthy, masterOf } from '../support/while-writing.js';
import { Writer } from '../support/writer.js';

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  'loses no acknowledged write when %s comes behind SENTINEL FAILOVER',
  async (signal, exitCode) => {
    await using group = await testGroup(`interrupted-${signal.toLowerCase()}`, QUICK);
    await group.up();
    const report = await healthy(group);
    const sentinels = report.sentinels.map(({ address }) => address);
    const old = masterOf(report);
    const writer = Writer.through(sentinels, 'mymaster', 'numbers');
    const pinned = Writer.at(old.address, 'pinned');
    await until('both clients write', () => writer.count > 100 && pinned.count > 100);

    const failover = group.start(['failover']);
    await until('a sentinel shows the failover', async () => {
      const answers = await Promise.all(
        sentinels.map((address) => ask(address, 'SENTINEL', 'MASTER', 'mymaster')),
      );
      return answers.some((answer) => String(answer).includes('failover_in_progress'));
    });
    failover.child.kill(signal);
    const ran = await failover.ended;

    expect(ran.code).toBe(exitCode);
    expect(ran.stderr).toContain('finishing the switch');
    await group.up();
    const { address } = masterOf(await healthy(group));
    expect(address).not.toEqual(old.address);
    const count = writer.count;
    await until('the client writes on', () => writer.count > count + 100);
    expect((await writer.stop()).lost).toEqual([]);
    expect((await pinned.stop(address)).lost).toEqual([]);
  },
);

it('waits with down until a master has saved that needs longer than the engine gives it', async () => {
  const config = (delay: string) => `${QUICK}redis: {config: {save: "3600 1"${delay}}}\n`;
  await using group = await testGroup('slow-save', config(', rdb-key-save-delay: 4000'));
  await group.up();
  const { address } = masterOf(await healthy(group));
  const keys = Array.from({ length: 3_000 }, (_, index) => [`k:${index}`, 'v']).flat();
  await ask(address, 'MSET', ...keys);
  expect(await ask(address, 'WAIT', '2', '5000')).toBe(2);

  const ran = await group.down();

  expect(ran.stderr).toMatch(/saves its data: \d+ of 3000 keys/);
  await group.write(config(''));
  await group.up();
  expect(await ask(masterOf(await healthy(group)).address, 'DBSIZE')).toBe(3_000);
});

it('saves once more what was written while down stood still for longer than its pause lasts', async () => {
  await using group = await testGroup('stood-still', `${QUICK}redis: {config: {rdb-key-save-delay: 2000}}\n`);
  await group.up();
  const { address } = masterOf(await healthy(group));
  const keys = Array.from({ length: 1_500 }, (_, index) => [`k:${index}`, 'v']).flat();
  await ask(address, 'MSET', ...keys);

  const down = group.start(['down']);
  await until('the master saves', async () =>
    /rdb_bgsave_in_progress:1/.test(String(await ask(address, 'INFO', 'persistence'))),
  );
  down.child.kill('SIGSTOP');
  // The write waits for as long as the pause lasts, which may be longer than the client does.
  await until(
    'the pause has run out',
    async () => (await ask(address, 'SET', 'late', '1').catch(() => null)) === 'OK',
  );
  await until('the save is over', async () =>
    /rdb_bgsave_in_progress:0/.test(String(await ask(address, 'INFO', 'persistence'))),
  );
  down.child.kill('SIGCONT');

  const ran = await down.ended;
  expect(ran.code, ran.stderr).toBe(0);
  await group.up();
  expect(await ask(masterOf(await healthy(group)).address, 'GET', 'late')).toBe('1');
});

it('removes nothing with down where the master cannot save, and says why', async () => {
  await using group = await testGroup('cannot-save', QUICK);
  await group.up();
  const { name, address } = masterOf(await healthy(group));
  await ask(address, 'SET', 'kept', '1');
  const data = join(group.nodes, name, 'data');
  await chown(data, 0, 0);
  await chmod(data, 0o555);

  const ran = await group.run(['down']);

  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(`${name} has not saved its data`);
  expect(ran.stderr).toContain('Permission denied');
  await chown(data, 999, 999);
  await chmod(data, 0o700);
  // A server that could not save refuses writes, and pings with them, until it has.
  await ask(address, 'SAVE');
  await group.up();
  await group.down();
  await group.up();
  expect(await ask(masterOf(await healthy(group)).address, 'GET', 'kept')).toBe('1');
});
