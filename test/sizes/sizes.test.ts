/** Groups of other sizes than the usual one, automatic ports, and groups side by side. */
import { describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ask, connectIoredis, info } from '../support/clients.js';
import { rsentinel, type TestGroup, testGroup } from '../support/group.js';

const autoPorts = (count: number): string => `[${Array(count).fill('{port: auto}').join(', ')}]`;
const sized = (replicas: number, sentinels: number, more = ''): string =>
  `master: {port: auto}\nreplicas: ${replicas}\nsentinels: ${autoPorts(sentinels)}\n${more}`;

/** Every node, by its own words, is what the file wants, and the sentinels can hold an election. */
async function expectReady(group: TestGroup, replicas: number, sentinels: number): Promise<GroupReport> {
  const { code, report } = await group.status();
  expect(report.faults).toEqual([]);
  expect(code).toBe(0);
  expect(report.redis.map(({ role }) => role)).toEqual(['master', ...Array(replicas).fill('replica')]);
  const [master] = report.redis;
  expect((await info(master?.address ?? { host: '', port: 0 }, 'replication')).get('connected_slaves')).toBe(
    String(replicas),
  );
  expect(report.sentinels).toHaveLength(sentinels);
  for (const { address } of report.sentinels) {
    expect((await info(address, 'sentinel')).get('master0')).toBe(
      `name=mymaster,status=ok,address=127.0.0.1:${master?.address.port},slaves=${replicas},sentinels=${sentinels}`,
    );
    expect(await ask(address, 'SENTINEL', 'CKQUORUM', 'mymaster')).toMatch(
      `OK ${sentinels} usable Sentinels`,
    );
  }
  return report;
}

const portsOf = ({ redis, sentinels }: GroupReport): readonly string[] =>
  [...redis, ...sentinels].map(({ name, address }) => `${name} ${address.port}`);

describe('a group', () => {
  it('may have seven replicas', async () => {
    await using group = await testGroup('seven', sized(7, 3));
    await group.up();
    await expectReady(group, 7, 3);
  });

  it('may have no replica: it is ready when the sentinels agree', async () => {
    await using group = await testGroup('none', sized(0, 3));
    const { stdout } = await group.up();
    expect(stdout).toContain('slaves=0,sentinels=3');
    await expectReady(group, 0, 3);
  });

  it('may have five sentinels, and a quorum of four', async () => {
    await using group = await testGroup('five', sized(1, 5, 'sentinel: {quorum: 4}\n'));
    await group.up();
    const report = await expectReady(group, 1, 5);
    expect(report.sentinels.map(({ view }) => view?.quorum)).toEqual([4, 4, 4, 4, 4]);
  });

  it('may have one sentinel and one replica, with a warning on standard error', async () => {
    await using group = await testGroup('one', sized(1, 1, 'sentinel: {quorum: 1}\n'));
    const { stdout, stderr } = await group.up();
    expect(stderr).toMatch(/^warning: .*topology\.yaml:3:\d+: sentinels: with one sentinel .*; use 3$/m);
    expect(stdout).not.toContain('warning');
    await expectReady(group, 1, 1);
  });
});

describe('automatic ports', () => {
  it('are kept by a second up, and by one after down', async () => {
    await using group = await testGroup('auto', sized(2, 3));
    await group.up();
    const { report } = await group.status();
    expect(new Set(portsOf(report).map((line) => line.split(' ')[1])).size).toBe(6);
    expect((await group.up()).stdout).toContain('nothing was touched');
    expect(portsOf((await group.status()).report)).toEqual(portsOf(report));
    await group.down();
    await group.up();
    expect(portsOf((await group.status()).report)).toEqual(portsOf(report));
  });

  it('let two groups of one file stand side by side, each with data of its own', async () => {
    await using one = await testGroup('side-a', sized(1, 3));
    await using two = await testGroup('side-b', '');
    // Both from the very same file.
    const other = (words: readonly string[]) => rsentinel([...words, '-f', one.file, '-n', two.name]);
    const [first, second] = await Promise.all([one.run(['up']), other(['up'])]);
    expect([first.code, second.code], first.stderr + second.stderr).toEqual([0, 0]);

    const reports = [
      (await one.status()).report,
      JSON.parse((await other(['status', '--format', 'json'])).stdout),
    ];
    expect(reports.map(({ group, health }) => [group, health])).toEqual([
      [one.name, 'healthy'],
      [two.name, 'healthy'],
    ]);
    for (const report of reports) {
      await using client = await connectIoredis(report);
      await client.set('whose', report.group);
    }
    for (const report of reports) {
      await using client = await connectIoredis(report);
      expect(await client.get('whose')).toBe(report.group);
    }

    await one.down('--volumes');
    expect(await one.left()).toEqual([]);
    expect((await other(['status'])).code).toBe(0);
    expect((await other(['down', '--volumes'])).code).toBe(0);
    expect(await two.left()).toEqual([]);
  });
});
