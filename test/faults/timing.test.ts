/** `timing: fast`: who has it, who loses it, and how it comes back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/model/report/drill-report.js';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ownAddress } from '../support/addresses.js';
import { ask } from '../support/clients.js';
import { untilSays } from '../support/command.js';
import { rsentinel, type TestGroup, testGroup } from '../support/group.js';
import { until } from '../support/until.js';
import { healthy } from '../support/while-writing.js';

const NODES = `
master: {port: auto}
replicas: 1
sentinels: [{port: auto}, {port: auto}, {port: auto}]
`;
const FAST = `${NODES}timing: fast\n`;

const NORMAL_PERIODS = { 'INFO-PERIOD': 10_000, 'PING-PERIOD': 1_000 };
const FAST_PERIODS = { 'INFO-PERIOD': 700, 'PING-PERIOD': 300 };

/** What Sentinel itself says that it goes by, of every sentinel: periods and `down-after-milliseconds`, in ms. */
function timesOf({ sentinels }: GroupReport): Promise<readonly object[]> {
  return Promise.all(
    sentinels.map(async ({ address }) => {
      const periods = fields(await ask(address, 'SENTINEL', 'DEBUG'));
      const master = fields(await ask(address, 'SENTINEL', 'MASTER', 'mymaster'));
      return {
        'INFO-PERIOD': Number(periods.get('INFO-PERIOD')),
        'PING-PERIOD': Number(periods.get('PING-PERIOD')),
        downAfter: Number(master.get('down-after-milliseconds')),
      };
    }),
  );
}

function fields(reply: unknown): ReadonlyMap<string, string> {
  const words = (reply as readonly unknown[]).map(String);
  return new Map(words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : [])));
}

describe('a group with timing: fast', () => {
  let group: TestGroup;
  beforeAll(async () => {
    group = await testGroup('timing-fast', FAST);
    await group.up();
  });
  afterAll(() => group.remove());

  it('has low periods and low times on every sentinel, and says what that costs', async () => {
    const report = await healthy(group);
    expect(report.timing).toBe('fast');
    expect(await timesOf(report)).toEqual(Array(3).fill({ ...FAST_PERIODS, downAfter: 500 }));
    expect((await group.run(['status'])).stdout).toContain('held up for half a second is taken for down');
    expect((await group.up()).stdout).toContain('nothing was touched');
  });

  it('fails over again and again without giving up', async () => {
    const { code, stdout, stderr } = await group.run(['drill', '--rounds', '3', '--format', 'json']);
    expect(code, stderr).toBe(0);
    const { rounds, timing }: DrillReport = JSON.parse(stdout);
    expect(timing).toBe('fast');
    const types = rounds.flatMap(({ events }) => events.map(({ type }) => type));
    expect(types.filter((type) => type.startsWith('-failover-abort'))).toEqual([]);
    expect(await timesOf(await healthy(group))).toEqual(Array(3).fill({ ...FAST_PERIODS, downAfter: 500 }));
  });

  it('has it at once on a sentinel that rsentinel starts again', async () => {
    expect((await group.run(['restart', 'sentinel'])).code).toBe(0);
    expect(await timesOf(await healthy(group))).toEqual(Array(3).fill({ ...FAST_PERIODS, downAfter: 500 }));
  });

  it('is found without it where somebody else has started one again, and gets it back by `up`', async () => {
    await group.container('sentinel-2').restart();
    await until('the sentinel knows the others', async () => {
      const { report } = await group.status();
      return report.faults.every(({ code }) => code === 'periods-lost');
    });
    const { code, report } = await group.status();
    expect(code).toBe(3);
    expect(report.faults).toEqual([expect.objectContaining({ code: 'periods-lost', node: 'sentinel-2' })]);
    expect((await group.run(['up', '--dry-run'])).stdout).toContain('set-timers sentinel-2');
    await group.up();
    expect(await timesOf(await healthy(group))).toEqual(Array(3).fill({ ...FAST_PERIODS, downAfter: 500 }));
  });

  it('is one without it again when the file says so, with the same containers', async () => {
    const before = await healthy(group);
    const ids = () =>
      Promise.all(
        before.sentinels.map(async ({ name }) => (await group.container(name).inspect()).State.StartedAt),
      );
    const started = await ids();
    await group.write(NODES);
    await group.up();
    const report = await healthy(group);
    expect(report.timing).toBe('normal');
    expect(await timesOf(report)).toEqual(Array(3).fill({ ...NORMAL_PERIODS, downAfter: 30_000 }));
    expect(await ids()).toEqual(started);
    await group.write(FAST);
    await group.up();
  });
});

describe('a drill with --timing fast', () => {
  let group: TestGroup;
  beforeAll(async () => {
    group = await testGroup('timing-drill', NODES);
    await group.up();
  });
  afterAll(() => group.remove());

  it('lasts a second or two where the group takes half a minute, and gives the group its own times back', async () => {
    const { code, stdout, stderr } = await group.run(['drill', '--timing', 'fast', '--format', 'json']);
    expect(code, stderr).toBe(0);
    const { timing, rounds }: DrillReport = JSON.parse(stdout);
    expect(timing).toBe('fast');
    expect(rounds[0]?.subjectivelyDown[0]?.at).toBeLessThan(30_000);
    const report = await healthy(group);
    expect(report.timing).toBe('normal');
    expect(await timesOf(report)).toEqual(Array(3).fill({ ...NORMAL_PERIODS, downAfter: 30_000 }));
  });

  it('that is killed leaves times that `up` puts back, saying so', async () => {
    const running = group.start(['drill', '--timing', 'fast', '--fault', 'failover', '-v']);
    await untilSays(running, 'switching over from');
    running.child.kill('SIGKILL');
    await running.ended;
    const { stdout } = await group.run(['up', '--dry-run']);
    expect(stdout).toContain('down-after-milliseconds is 500 instead of 30000');
    await group.up();
    expect(await timesOf(await healthy(group))).toEqual(
      Array(3).fill({ ...NORMAL_PERIODS, downAfter: 30_000 }),
    );
  });
});

it('a drill has timing: fast only where all nodes are on this machine, unless somebody insists', async () => {
  const network = `{mode: published, address: ${ownAddress()}, insecure: true}`;
  await using group = await testGroup('timing-elsewhere', `${NODES}network: ${network}\n`);
  await group.up();
  const refused = await group.run(['drill', '--timing', 'fast']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('silent for half a second');
  expect(refused.stderr).toContain('--timing fast-anywhere');
  const words = ['drill', '--timing', 'fast-anywhere', '--fault', 'failover', '--format', 'json'];
  const { code, stdout, stderr } = await group.run(words);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout).timing).toBe('fast');
});

it('a group that is known by its sentinels is drilled with a planned failover, and with nothing else', async () => {
  await using group = await testGroup('timing-given', NODES);
  await group.up();
  const before = await healthy(group);
  const addresses = before.sentinels.map(({ address }) => `${address.host}:${address.port}`);
  const words = ['drill', '--sentinels', addresses[0] ?? ''];
  const { code, stdout, stderr } = await rsentinel([...words, '--max-lost', '0', '--format', 'json']);
  expect(code, stderr).toBe(0);
  const { fault, masterName, sentinels, rounds }: DrillReport = JSON.parse(stdout);
  expect({ fault, masterName }).toEqual({ fault: 'failover', masterName: 'mymaster' });
  expect([...sentinels].sort()).toEqual([...addresses].sort());
  expect(rounds[0]?.writes.lost.count).toBe(0);
  const after = await healthy(group);
  expect(after.master?.node).not.toBe(before.master?.node);
  for (const { address } of after.redis) expect(await ask(address, 'DBSIZE')).toBe(0);

  const refused = await rsentinel([...words, '--fault', 'kill']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('only --fault failover is possible');
});
