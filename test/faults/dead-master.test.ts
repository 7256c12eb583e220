/** A master that died and that nobody has replaced yet: what only its replicas have is never lost. */
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectDocker, loadTopology, type RsentinelEvent, up } from '../../src/index.js';
import type { Address } from '../../src/model/address.js';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ask } from '../support/clients.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { until } from '../support/until.js';
import { healthy, masterOf } from '../support/while-writing.js';

/** Its nodes have on disk what they had when they were started: nothing, or what somebody else has saved. */
function topology(config: string, master = 'auto'): string {
  return `
master: {port: ${master}}
replicas: 2
sentinels: [{port: auto}, {port: auto}, {port: auto}]
redis: {config: {${config}}}
`;
}

const NEVER_SAVED = `save: '""'`;

/** Written after the last time that anything was saved, and on every node. */
async function writeEverywhere(report: GroupReport): Promise<void> {
  await ask(masterOf(report).address, 'SET', 'kept', 'yes');
  for (const { address } of report.redis) {
    await until('it is everywhere', async () => (await ask(address, 'GET', 'kept')) === 'yes');
  }
}

async function groupWithDeadMaster(label: string, text = topology(NEVER_SAVED)): Promise<TestGroup> {
  const group = await testGroup(`dead-master-${label}`, text);
  await group.up();
  await writeEverywhere(await healthy(group));
  await group.container('redis-1').kill();
  return group;
}

async function expectData(group: TestGroup): Promise<void> {
  for (const { address } of (await healthy(group)).redis)
    expect(await ask(address, 'GET', 'kept')).toBe('yes');
}

describe('a dead master is replaced before anything else', () => {
  it('when the file has changed in a way that restarts all nodes, one after the other', async () => {
    await using group = await groupWithDeadMaster('roll-out');
    await group.write(topology(`${NEVER_SAVED}, databases: 4`));
    const dry = await group.run(['up', '--dry-run']);
    expect(dry.stdout).toContain('redis-1, the master, does not run, and its replicas do');
    await group.up();
    await expectData(group);
  });

  it('when the file has changed in a way that restarts all nodes at once', async () => {
    await using group = await groupWithDeadMaster('renewal');
    await group.write(topology(NEVER_SAVED, '17017'));
    await group.up();
    await expectData(group);
  });

  it('when it has no container any more, and no sentinel runs', async () => {
    await using group = await groupWithDeadMaster('no-sentinel');
    await group.container('redis-1').remove();
    await Promise.all([1, 2, 3].map((number) => group.container(`sentinel-${number}`).kill()));
    await group.up();
    await expectData(group);
  });

  it('when it is no part of the file any more', async () => {
    await using group = await testGroup('dead-master-left', topology(NEVER_SAVED));
    await group.up();
    await group.container('redis-1').kill();
    await group.up();
    const report = await healthy(group);
    await writeEverywhere(report);
    const master = masterOf(report).name;
    await group.container(master).kill();

    const staying = master === 'redis-2' ? 'redis-3' : 'redis-2';
    await group.write(
      topology(NEVER_SAVED).replace('replicas: 2', `replicas: [{name: ${staying}, port: auto}]`),
    );
    await group.up();
    expect((await healthy(group)).redis.map(({ name }) => name).sort()).toEqual(['redis-1', staying]);
    await expectData(group);
  });

  it('when the group goes down', async () => {
    await using group = await groupWithDeadMaster('down', topology(''));
    const { stderr } = await group.down();
    expect(stderr).toMatch(/^failover \(/m);
    await group.up();
    await expectData(group);
  });
});

it('a group whose last master has lost its files comes up with the data that the others have', async () => {
  await using group = await testGroup('dead-master-files', topology(''));
  await group.up();
  await writeEverywhere(await healthy(group));
  await group.down();
  await rm(join(group.nodes, 'redis-1'), { recursive: true });
  const { stderr } = await group.up();
  expect(stderr).toContain(
    'warning: redis-1, the master last, has lost its data: redis-2, which has some, takes its place',
  );
  await expectData(group);
  expect((await group.up()).stdout).toContain('nothing was touched');
});

it('sentinels that were out of the group when that happened name its master when they are back', async () => {
  const small = topology('');
  const large = small.replace('sentinels: [', 'sentinels: [{port: auto}, {port: auto}, ');
  await using group = await testGroup('dead-master-away', large);
  await group.up();
  await group.write(small);
  await group.up();
  await writeEverywhere(await healthy(group));
  await group.down();
  await rm(join(group.nodes, 'redis-1', 'data'), { recursive: true });
  await group.up();
  await group.write(large);
  await group.up();
  const report = await healthy(group);
  expect(masterOf(report).name).toBe('redis-2');
  expect(report.sentinels.map(({ view }) => view?.configEpoch)).toEqual([1, 1, 1, 1, 1]);
  await expectData(group);
});

/** Has the sentinels promote another node, and waits until the failover is over for all of them, while nothing else goes on here. */
function promoteMeanwhile(sentinels: readonly Address[]): void {
  const script = `
    import { Redis } from 'ioredis';
    const sentinels = ${JSON.stringify(sentinels)}.map((address) => new Redis(address));
    const masters = async () =>
      (await Promise.all(sentinels.map((one) => one.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster')))).map(String);
    const [before] = await masters();
    await sentinels[0].call('SENTINEL', 'FAILOVER', 'mymaster');
    const flags = async () =>
      (await Promise.all(sentinels.map((one) => one.call('SENTINEL', 'MASTER', 'mymaster')))).join();
    while ((await masters()).includes(before) || /failover_in_progress/.test(await flags()))
      await new Promise((resolve) => setTimeout(resolve, 50));
    process.exit(0);
  `;
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 60_000 });
}

it.each([
  [
    'before the first node of a roll-out is touched',
    'wait-converged start',
    /^redis-[23] has become the master meanwhile$/,
  ],
  ['while a node is away for a roll-out', 'start redis-2', /^redis-3 has become the master meanwhile$/],
])('a failover that nobody asked for, %s, has the rest planned anew', async (_, stepId, retry) => {
  // Sentinel waits for a replica that is away until it takes it for down.
  const text = (config: string) => `${topology(config)}sentinel: {down-after-milliseconds: 1500}\n`;
  await using group = await testGroup(`dead-master-moved-${stepId.slice(0, 6).trim()}`, text(NEVER_SAVED));
  await group.up();
  const before = await healthy(group);
  await writeEverywhere(before);
  await group.write(`name: ${group.name}\n${text(`${NEVER_SAVED}, databases: 4`)}`);

  const retries: string[] = [];
  let hasMoved = false;
  const emit = (event: RsentinelEvent): void => {
    if (event.type === 'retrying') retries.push(event.reason);
    if (event.type !== 'step-started' || event.step.id !== stepId || hasMoved) return;
    hasMoved = true;
    promoteMeanwhile(before.sentinels.map(({ address }) => address));
  };
  const context = { engine: connectDocker(emit), emit, signal: AbortSignal.timeout(110_000) };
  const { topology: wanted } = await loadTopology(group.file, process.env, group.directory);
  await up(wanted, { waitTimeoutMs: 60_000, onFailure: 'rollback' }, context);

  expect(retries).toEqual([expect.stringMatching(retry)]);
  await expectData(group);
});
