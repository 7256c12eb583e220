/** What every engine must bring about, told once for all of them. */
import { expect } from 'vitest';
import type { Engine } from '../../scripts/lib/engines/dockerd.mjs';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { asLocal } from './engines.js';
import type { TestGroup } from './group.js';
import { everywhere, intruder } from './intruder.js';
import { ENGINE_MACHINE, neighbourReaches } from './neighbour.js';
import { until } from './until.js';

/** The client that an application has; what differs is where it runs. */
interface Writer {
  set(key: string, value: string): Promise<void>;
  get(key: string): Promise<string | null>;
}

/** A topology whose failovers take a second or two. */
export function topologyOf(more: string): string {
  return `
master: {port: auto}
replicas: [{port: auto}, {port: auto}]
sentinels: [{port: auto}, {port: auto}, {port: auto}]
sentinel: {down-after-milliseconds: 1500, failover-timeout: 10000}
redis: {config: {appendonly: yes, appendfsync: always}}
${more}
`;
}

function masterOf({ master }: GroupReport): string {
  if (typeof master?.node !== 'string') throw new Error('the sentinels do not agree on a node of the group');
  return master.node;
}

/** What must be the same after anything that a group outlives. */
export function identityOf(report: GroupReport) {
  return {
    master: masterOf(report),
    nodes: report.redis.map(({ name, role, address }) => ({ name, role, address })),
    sentinels: report.sentinels.map(({ name, address, view }) => ({
      name,
      address,
      epoch: view?.configEpoch,
    })),
  };
}

export async function healthy(group: TestGroup): Promise<GroupReport> {
  const { code, report } = await group.status();
  expect(code, JSON.stringify(report.faults)).toBe(0);
  expect(report).toMatchObject({ health: 'healthy', faults: [] });
  return report;
}

/**
 * The master of a group that is up is killed: its client writes again, `up` takes the node back, and
 * what was decided outlives `down` and `up`. Leaves the group up.
 */
export async function liveThroughFailover(
  group: TestGroup,
  connect: (report: GroupReport) => Promise<Writer & AsyncDisposable> | (Writer & AsyncDisposable),
): Promise<void> {
  const before = await healthy(group);
  {
    await using client = await connect(before);
    await client.set('before', 'the failover');
    const old = masterOf(before);

    await group.container(old).kill();

    await until('the client writes again', async () => {
      await client.set('after', 'the failover');
      return true;
    });
    expect(await client.get('before')).toBe('the failover');
    expect((await group.status()).code).toBe(3);
    await group.up();
    const healed = await healthy(group);
    expect(masterOf(healed)).not.toBe(old);
    expect(healed.redis.find(({ name }) => name === old)?.role).toBe('replica');
  }

  const decided = identityOf(await healthy(group));
  await group.down();
  expect((await group.left()).filter((what) => !what.startsWith('volume '))).toEqual([]);
  await group.up();
  const resumed = await healthy(group);
  expect(identityOf(resumed)).toEqual(decided);
  await using client = await connect(resumed);
  expect(await client.get('after')).toBe('the failover');
  await client.set('resumed', 'writable');
}

export async function leavesNothing(group: TestGroup): Promise<void> {
  await group.down('--volumes');
  expect(await group.left()).toEqual([]);
}

/**
 * Containers in other networks of the engine, and another machine beside that of the engine, try every
 * address at which a node of the group could be.
 * @param defaultNetwork of the engine: `bridge`, `podman`
 */
export async function expectOutOfReach(
  label: string,
  group: TestGroup,
  defaultNetwork: string,
  engine: Engine,
): Promise<void> {
  const report = await healthy(group);
  const hosts = [engine.machine.address, ENGINE_MACHINE];
  for (const [where, network] of [
    ['default', defaultNetwork],
    ['own', null],
  ] as const) {
    await using attacker = await intruder(`${label}-${where}`, network, asLocal(engine));
    expect(await attacker.reaches(await everywhere(group, report, attacker, hosts)), where).toEqual([]);
    const targets = await everywhere(group, report, attacker, hosts);
    expect(await neighbourReaches(engine.machine, targets), 'a neighbour').toEqual([]);
  }
}

/** What the processes of a group may do, as the kernel of the engine's machine says; and their bounds. */
export async function expectPowerless(group: TestGroup, { machine }: Engine): Promise<void> {
  const containers = await group.containers();
  expect(containers.length).toBeGreaterThan(5);
  for (const { Name, State, HostConfig } of containers) {
    const status = await machine.run('cat', `/proc/${State.Pid}/status`);
    const of = (field: string): string => new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
    expect(of('Uid'), Name).toMatch(/^[1-9]\d*\s/);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      expect(of(set), `${Name} ${set}`).toMatch(/^0+$/);
    }
    expect(of('NoNewPrivs'), Name).toBe('1');
    expect(HostConfig, Name).toMatchObject({ Privileged: false, ReadonlyRootfs: true, PidsLimit: 128 });
    expect(HostConfig.Memory, Name).toBeGreaterThan(0);
    expect(HostConfig.MemorySwap, Name).toBe(HostConfig.Memory);
  }
}
