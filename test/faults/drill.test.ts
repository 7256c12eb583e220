/** A drill: a fault on the master of a real group, what it says of it, and what it leaves behind. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDocker, drill, type RsentinelEvent } from '../../src/index.js';
import type { DrillReport, DrillRound } from '../../src/model/report/drill-report.js';
import { ask } from '../support/clients.js';
import { untilSays } from '../support/command.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { QUICK, TINY } from '../support/topologies.js';
import { until } from '../support/until.js';

/** A drill that must succeed. */
async function drilled(group: TestGroup, ...words: readonly string[]): Promise<DrillReport> {
  const { code, stdout, stderr } = await group.run(['drill', '--format', 'json', ...words]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

function only({ rounds }: DrillReport): DrillRound {
  const [round, ...others] = rounds;
  if (round === undefined || others.length > 0) throw new Error(`there are ${rounds.length} rounds`);
  return round;
}

/** The group is as healthy as before, with another master, and nothing of the drill is left in it. */
async function leftAsFound(group: TestGroup, { to }: DrillRound): Promise<void> {
  const { code, report } = await group.status();
  expect(report.faults).toEqual([]);
  expect(code).toBe(0);
  expect(report.master?.node).toBe(to);
  await until('no node has a key of the drill', async () => {
    const sizes = await Promise.all(report.redis.map(({ address }) => ask(address, 'DBSIZE')));
    return sizes.every((size) => size === 0);
  });
  expect((await group.left()).filter((what) => what.includes('lock'))).toEqual([]);
}

/** Each step begins before it ends, and no step ends before the one before it has begun. */
function inOrder({ steps }: DrillRound): void {
  const seen = steps.filter(({ from, to }) => from !== null && to !== null);
  for (const { from, to } of seen) expect(from).toBeLessThanOrEqual(to ?? 0);
  const begins = seen.map(({ from }) => from ?? 0);
  expect(begins).toEqual([...begins].sort((a, b) => a - b));
}

describe('over TLS, with users', () => {
  it.each([
    { mode: 'loopback', fault: 'kill' },
    { mode: 'bridge', fault: 'partition' },
  ])('a drill goes through: $fault in $mode mode', async ({ mode, fault }) => {
    const secured = `${QUICK}auth: acl\ntls: {auth-clients: yes}\nnetwork: {mode: ${mode}}\n`;
    await using group = await testGroup(`drill-tls-${mode}`, secured);
    await group.up();
    const { code, stdout, stderr } = await group.run(['drill', '--fault', fault, '--format', 'json']);
    expect(code, stderr).toBe(0);
    const round = only(JSON.parse(stdout));
    expect(round.to).not.toBe(round.from);
    if (fault === 'kill') expect(round.writes.lost.count).toBe(0);
    expect(round.writes.acknowledged).toBeGreaterThan(0);
    expect((await group.status()).report).toMatchObject({ health: 'healthy', faults: [] });
  });
});

describe('a drill', () => {
  let group: TestGroup;
  beforeAll(async () => {
    group = await testGroup('drill', QUICK);
    await group.up();
  });
  afterAll(() => group.remove());

  it('kills the master, tells the six steps and what a client saw, and leaves the group healthy', async () => {
    const before = (await group.status()).report.master?.node;
    const report = await drilled(group);
    const round = only(report);
    expect(report).toMatchObject({ version: 1, group: group.name, fault: 'kill', breaches: [] });
    expect(round.from).toBe(before);
    expect(round.to).not.toBe(before);
    expect(round.steps.map(({ name }) => name)).toEqual([
      'detected',
      'elected',
      'promoted',
      'reconfigured',
      'announced',
      'returned',
    ]);
    expect(round.steps.every(({ from, to }) => from !== null && to !== null)).toBe(true);
    inOrder(round);
    // Nobody is found down before down-after-milliseconds.
    expect(round.subjectivelyDown[0]?.at).toBeGreaterThan(500);
    expect(round.subjectivelyDown.length).toBeGreaterThanOrEqual(2);
    expect(round.votes.filter(({ leader }) => leader === round.leader).length).toBeGreaterThanOrEqual(2);
    expect(round.announced.map(({ sentinel }) => sentinel).sort()).toEqual(report.sentinels);
    expect(round.writes.acknowledged).toBeGreaterThan(100);
    expect(round.reads.answered).toBeGreaterThan(100);
    expect(round.writes.errors.length).toBeGreaterThan(0);
    expect(round.writes.gap.ms).toBeGreaterThan(500);
    expect(report.figures.withoutWrites).toMatchObject({ count: 1, median: round.writes.gap.ms });
    await leftAsFound(group, round);
  });

  it('pauses the master, which comes back as a master, and is made a replica by the sentinels', async () => {
    const round = only(await drilled(group, '--fault', 'pause'));
    inOrder(round);
    expect(round.events.some(({ type, node }) => type === '+convert-to-slave' && node === round.from)).toBe(
      true,
    );
    await leftAsFound(group, round);
  });

  it('switches over in a planned way, and loses nothing', async () => {
    const report = await drilled(group, '--fault', 'failover', '--max-lost', '0');
    const round = only(report);
    expect(round.objectivelyDown).toBeNull();
    expect(report.figures.objectivelyDown).toBeNull();
    expect(round.writes.lost).toEqual({ count: 0, first: [] });
    await leftAsFound(group, round);
  });

  it('is a gate: rounds, a page and exit code 1 when a limit was not kept', async () => {
    const words = ['--fault', 'failover', '--rounds', '2', '--max-downtime', '1ms', '--report', 'drill.html'];
    const { code, stdout, stderr } = await group.run(['drill', '--format', 'junit', ...words]);
    expect(code, stderr).toBe(1);
    expect(stdout).toContain('tests="2" failures="2"');
    const page = await readFile(join(group.directory, 'drill.html'), 'utf8');
    expect(page.match(/<section>/g)).toHaveLength(2);
    expect((await group.status()).code).toBe(0);
  });

  it('that is interrupted leaves no node behind', async () => {
    const running = group.start(['drill', '-v']);
    await untilSays(running, '+odown');
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    const { report } = await group.status();
    expect(report.redis.map(({ container }) => container?.state)).toEqual(['running', 'running', 'running']);
    await group.up();
    const sizes = await Promise.all(report.redis.map(({ address }) => ask(address, 'DBSIZE')));
    expect(sizes).toEqual([0, 0, 0]);
  });

  it('holds the lock of the group: `up` waits for it', async () => {
    const running = group.start(['drill', '--fault', 'failover', '-v']);
    await untilSays(running, 'switching over from');
    const up = await group.run(['up', '-v']);
    expect(up.code).toBe(0);
    expect(up.stderr).toContain('waiting for `drill` of process');
    expect((await running.ended).code).toBe(0);
  });

  it('is a function of the library, which tells what the sentinels say', async () => {
    const events: RsentinelEvent[] = [];
    const emit = (event: RsentinelEvent): void => {
      events.push(event);
    };
    const context = { engine: connectDocker(emit), emit, signal: AbortSignal.timeout(110_000) };
    const limits = { maxDowntime: null, maxLost: null };
    const settings = {
      fault: 'failover',
      timing: null,
      rounds: 1,
      limits,
      waitTimeoutMs: 60_000,
    } as const;
    const report = await drill(group.name, null, settings, context);
    expect(report.rounds).toHaveLength(1);
    const types = events.map(({ type }) => type).filter((type) => type.startsWith('drill'));
    expect(types[0]).toBe('drill-round');
    expect(types).toContain('drill-event');
    expect(types.at(-1)).toBe('drill-round-done');
  });

  it('cuts nobody off where nodes share a network', async () => {
    const { code, stderr } = await group.run(['drill', '--fault', 'partition']);
    expect(code).toBe(2);
    expect(stderr).toContain('partition needs mode: bridge');
  });

  it('is refused to a group that is not healthy, which is left as it is', async () => {
    await group.container('sentinel-2').kill();
    const { code, stdout, stderr } = await group.run(['drill']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('is not healthy');
    expect(stderr).toContain('sentinel-2 has exited');
    expect(stderr).toMatch(/hint: `rsentinel up` heals it/);
    await group.up();
  });
});

it('a drill is refused to a group without a replica', async () => {
  await using group = await testGroup('drill-alone', TINY);
  await group.up();
  const { code, stderr } = await group.run(['drill']);
  expect(code).toBe(1);
  expect(stderr).toContain('has no replica that could take over');
});

it('a drill is refused to a group that is absent', async () => {
  await using group = await testGroup('drill-absent', QUICK);
  const { code, stderr } = await group.run(['drill']);
  expect(code).toBe(1);
  expect(stderr).toContain('there is no group');
});

it('a killed master in volumes comes back as a replica as well', async () => {
  await using group = await testGroup('drill-volumes', `${QUICK}storage: volume\n`);
  await group.up();
  const round = only(await drilled(group));
  await leftAsFound(group, round);
  // It knew by its own file: nobody had to tell it.
  const log = await group.container(round.from).logs({ stdout: true, stderr: true });
  expect(log.toString()).not.toContain('user request');
});

it('a master that is cut off comes back as a master, and is made a replica by the sentinels', async () => {
  await using group = await testGroup('drill-cut-off', `${QUICK}network: {mode: bridge}\n`);
  await group.up();
  const round = only(await drilled(group, '--fault', 'partition'));
  inOrder(round);
  // A client beside it went on writing to it, until the sentinels had demoted it.
  expect(round.cutOff?.lost.count).toBeGreaterThan(0);
  expect(round.cutOff?.acknowledged).toBeGreaterThan(round.cutOff?.lost.count ?? 0);
  expect(round.events.some(({ type, node }) => type === '+convert-to-slave' && node === round.from)).toBe(
    true,
  );
  await leftAsFound(group, round);
});
