/** Faults by role or by name: each has had its effect on every sentinel when the command returns. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/model/report/group-report.js';
import type { FaultDocument } from '../../src/report/text/fault-text.js';
import { ask } from '../support/clients.js';
import { expectFailure } from '../support/failures.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { runInside } from '../support/inside.js';
import { QUICK, SMALL } from '../support/topologies.js';
import { until } from '../support/until.js';
import { healthy, masterOf } from '../support/while-writing.js';
import { Writer } from '../support/writer.js';

/** Runs a fault that must succeed. */
async function bring(group: TestGroup, ...words: readonly string[]): Promise<FaultDocument> {
  const { code, stdout, stderr } = await group.run([...words, '--format', 'json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** What every sentinel that runs says of the master, right now. */
function viewsOf({ sentinels }: GroupReport): readonly (string | undefined)[] {
  return sentinels.flatMap(({ view }) =>
    view === null ? [] : [`${view.master?.host}:${view.master?.port}`],
  );
}

/** The group as it was: whoever was killed, frozen or cut off is back. */
async function mended(group: TestGroup): Promise<GroupReport> {
  await group.up();
  return healthy(group);
}

describe.each(['loopback', 'bridge'])('in %s mode', (mode) => {
  let group: TestGroup;
  beforeAll(async () => {
    group = await testGroup(`faults-${mode}`, `${QUICK}network: {mode: ${mode}}\n`);
    await group.up();
  });
  afterAll(() => group.remove());

  const ends = mode === 'bridge' ? (['kill', 'partition'] as const) : (['pause'] as const);

  it.each(ends)(
    '%s master: another one has taken over for every sentinel and every replica',
    async (kind) => {
      const before = masterOf(await mended(group));
      const { victims, master, milestones } = await bring(group, kind, 'master');
      const { report } = await group.status();
      expect(victims).toEqual([before.name]);
      expect(master.before).toBe(before.name);
      expect(master.after).not.toBe(before.name);
      const successor = report.redis.find(({ name }) => name === master.after);
      expect(successor?.role).toBe('master');
      expect(new Set(viewsOf(report))).toEqual(
        new Set([`${successor?.address.host}:${successor?.address.port}`]),
      );
      const others = report.redis.filter(({ name }) => name !== master.after && name !== before.name);
      for (const { link } of others) expect(link).toMatchObject({ master: successor?.address, status: 'up' });
      expect(milestones.map(({ what }) => what)).toEqual(
        expect.arrayContaining([
          `a sentinel sees ${before.name} as down`,
          `all sentinels name ${master.after} as the master`,
          'every replica follows the new master',
        ]),
      );

      // What is put right comes back as a replica, and is one at once.
      const back = { kill: 'restart', pause: 'unpause', partition: 'heal' }[kind];
      await bring(group, back, before.name);
      const after = await healthy(group);
      expect(after.redis.find(({ name }) => name === before.name)?.role).toBe('replica');
      expect(masterOf(after).name).toBe(master.after);
    },
  );

  if (mode === 'loopback') {
    it('partition is refused where nodes share a network, with what to use instead', async () => {
      const ran = await group.run(['partition', 'master']);
      expectFailure(ran, { code: 2, says: 'partition needs mode: bridge', hint: 'pause' });
    });
  }
});

describe('a group', () => {
  let group: TestGroup;
  beforeAll(async () => {
    group = await testGroup('faults', QUICK);
    await group.up();
  });
  afterAll(() => group.remove());

  it('sees its replicas and its sentinels as down, every sentinel does', async () => {
    const before = await mended(group);
    const replicas = before.redis.filter(({ role }) => role === 'replica').map(({ name }) => name);
    const { victims } = await bring(group, 'kill', 'replica', '--all');
    expect(victims).toEqual(replicas);
    await bring(group, 'pause', 'sentinel-2');
    const { report } = await group.status();
    for (const name of [...replicas, 'sentinel-2']) {
      expect(report.faults).toContainEqual(expect.objectContaining({ node: name }));
    }
    for (const { address } of report.sentinels.filter(({ view }) => view !== null)) {
      const known = String(await ask(address, 'SENTINEL', 'REPLICAS', 'mymaster'));
      expect(known.match(/s_down/g)).toHaveLength(2);
    }
    await bring(group, 'unpause');
    await bring(group, 'restart', '--all');
    await healthy(group);
  });

  it('knows its leader after a failover', async () => {
    await mended(group);
    const { master } = await bring(group, 'failover');
    const { victims } = await bring(group, 'kill', 'leader');
    expect(victims).toEqual([expect.stringMatching(/^sentinel-\d$/)]);
    expect(master.after).not.toBe(master.before);
    const log = await group.container(String(victims[0])).logs({ stdout: true, stderr: true });
    expect(log.toString()).toContain('+elected-leader');
  });

  it('is handed over to the replica that was asked for, and loses no write', async () => {
    const before = await mended(group);
    const sentinels = before.sentinels.map(({ address }) => address);
    const writer = Writer.through(sentinels, 'mymaster', `handed-over-${Date.now()}`);
    await until('the client writes', async () => writer.count > 100);
    for (const to of ['redis-3', 'redis-1', 'redis-2']) {
      if (masterOf(await healthy(group)).name === to) continue;
      expect((await bring(group, 'failover', '--to', to)).master.after).toBe(to);
      const count = writer.count;
      await until('the client writes again', async () => writer.count > count + 100);
    }
    const report = await healthy(group);
    expect((await writer.stop()).lost).toEqual([]);
    for (const { address } of report.redis) {
      expect(await ask(address, 'CONFIG', 'GET', 'replica-priority')).toEqual(['replica-priority', '100']);
    }
    expectFailure(await group.run(['failover', '--to', masterOf(report).name]), {
      code: 1,
      says: 'is the master already',
      hint: 'Its replicas are',
    });
  });

  it('that cannot fail over says why, in the words of its sentinels', async () => {
    const before = masterOf(await mended(group)).name;
    await bring(group, 'kill', 'sentinel');
    await bring(group, 'kill', 'sentinel-2');
    const ran = await group.run(['kill', 'master', '--wait-timeout', '4s']);
    expectFailure(ran, { code: 124, says: 'has not had its effect in time', hint: 'quorum' });
    expect(ran.stderr).toMatch(/missing: .* as the master|missing: the sentinels name/);
    // It is dead all the same, and comes back as what it was.
    await group.up();
    expect((await healthy(group)).redis.map(({ name }) => name)).toContain(before);
  });

  it.each([
    ['returns at once', ['--no-wait']],
    ['gives up', ['--wait-timeout', '1ms']],
  ])('has its sentinels’ own periods again when a restart %s', async (_, words) => {
    const master = masterOf(await mended(group)).name;
    await bring(group, 'kill', master, '--no-wait');
    await group.run(['restart', master, ...words]);
    await until('nothing is wrong', async () => (await group.status()).code === 0);
  });

  it('says which nodes it has when another is named, and needs to know whom', async () => {
    expectFailure(await group.run(['kill', 'redis-9']), {
      code: 1,
      says: 'no node redis-9',
      hint: 'redis-1',
    });
    expectFailure(await group.run(['kill']), { code: 2, says: 'kill needs to know whom', hint: '--all' });
    expectFailure(await group.run(['kill', 'redis-1', '--all']), { code: 2, says: 'is none', hint: 'Roles' });
    expect((await group.run(['unpause'])).stdout).toBe(`${group.name}: there was nothing to do\n`);
  });
});

it('a group that is not there cannot be harmed', async () => {
  await using group = await testGroup('faults-absent', SMALL);
  for (const command of [['kill', 'master'], ['failover']]) {
    expectFailure(await group.run(command), { code: 1, says: 'there is no group', hint: 'rsentinel up' });
  }
});

it.each(['heal', 'up'])(
  'status and %s tell what a cut-off master has acknowledged, and heal loses no more than that',
  async (remedy) => {
    await using group = await testGroup(`faults-diverged-${remedy}`, `${QUICK}network: {mode: bridge}\n`);
    await group.up();
    const { name, address } = masterOf(await healthy(group));
    const { master } = await bring(group, 'partition', 'master');
    expect((await group.status()).report.diverged).toEqual([]);
    const words = ['-p', String(address.port), '-r', '20', 'RPUSH', 'numbers', 'x'];
    expect(await runInside(group, name, ...words)).toMatch(/20$/);

    const { report } = await group.status();
    expect(report.diverged).toMatchObject([{ node: name, master: master.after, writes: null }]);
    expect(report.diverged[0]?.bytes).toBeGreaterThan(20 * 30);
    expect(report.faults.map(({ code }) => code)).toContain('writes-diverged');

    const { code, stderr } = await group.run([remedy]);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      new RegExp(
        `${name} has acknowledged 20 writes \\(\\d+ bytes\\) that ${master.after}, the master since \\S+, does not have: they are lost`,
      ),
    );
    await healthy(group);
    expect(await ask(address, 'EXISTS', 'numbers')).toBe(0);
  },
);

it('heal says nothing of a master that was cut off and has taken no writes', async () => {
  await using group = await testGroup('faults-idle', `${QUICK}network: {mode: bridge}\n`);
  await group.up();
  await bring(group, 'partition', 'master');
  const { stdout, stderr } = await group.run(['heal', '--format', 'json']);
  expect(stderr).not.toContain('lost');
  expect(JSON.parse(stdout).lost).toEqual([]);
});
