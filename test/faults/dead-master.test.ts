/** A master that died and that nobody has replaced yet: what only its replicas have is never lost. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/report/group-report.js';
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
