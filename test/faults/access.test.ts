/** A user that may do too little: all looks healthy, and no failover gets through. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/model/address.js';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { adminOf, askAs } from '../support/logins.js';
import { QUICK } from '../support/topologies.js';
import { until } from '../support/until.js';
import { healthy, masterOf } from '../support/while-writing.js';

let group: TestGroup;
beforeAll(async () => {
  group = await testGroup('access', `${QUICK}auth: acl\n`);
  await group.up();
});
afterAll(() => group.remove());

/** The group as it was, whatever the test before has left. */
async function mended(): Promise<GroupReport> {
  await group.up();
  return healthy(group);
}

/** Changes a user as somebody does who has the right to. */
async function setUser(report: GroupReport, name: string, user: string, rule: string): Promise<void> {
  const node = [...report.redis, ...report.sentinels].find((one) => one.name === name);
  if (node === undefined) throw new Error(`there is no ${name}`);
  expect(await askAs(node.address, await adminOf(group, node.kind), 'ACL', 'SETUSER', user, rule)).toBe('OK');
}

describe('a user that may do one thing too few', () => {
  it.each([
    ['redis-2', 'sentinel', '-slaveof', 'slaveof'],
    ['redis-2', 'sentinel', '-exec', 'exec'],
    ['redis-2', 'sentinel', '-config|rewrite', 'config|rewrite'],
    ['redis-2', 'sentinel', '-client|kill', 'client|kill'],
    ['redis-2', 'sentinel', 'resetchannels', 'publish, subscribe'],
    ['redis-1', 'replica', '-psync', 'psync'],
    ['sentinel-2', 'sentinel', '-sentinel|is-master-down-by-addr', 'sentinel|is-master-down-by-addr'],
  ])('is found on %s (%s: %s), and may do it again after up', async (node, user, rule, missing) => {
    await setUser(await mended(), node, user, rule);

    const { code, report } = await group.status();
    const message = `on ${node} the user ${user} may not call ${missing}`;
    const remedy = expect.stringContaining('`rsentinel up`');
    expect(report.faults).toContainEqual({ code: 'acl-missing', node, message, remedy });
    // Where the channel is taken away, connections that use it are closed too, and nothing else shows.
    if (rule !== 'resetchannels') expect(report.faults).toHaveLength(1);
    expect(code).toBe(3);

    const plan = await group.run(['up', '--dry-run']);
    expect(plan.stdout).toContain(message);
    await group.up();
    await healthy(group);
  });

  it('is found when it is gone', async () => {
    const { address } = masterOf(await mended());
    expect(await askAs(address, await adminOf(group), 'ACL', 'DELUSER', 'replica')).toBe(1);
    const { report } = await group.status();
    expect(report.faults.map(({ code }) => code)).toContain('acl-missing');
    await group.up();
    await healthy(group);
  });
});

describe('without slaveof on the replicas', () => {
  it('a master that is killed is not replaced, whatever the sentinels say; up gives the right back', async () => {
    const before = await mended();
    const master = masterOf(before);
    for (const { name, role } of before.redis)
      if (role === 'replica') await setUser(before, name, 'sentinel', '-slaveof');

    // Whatever else can be asked calls the group healthy.
    const { report } = await group.status();
    expect(new Set(report.faults.map(({ code }) => code))).toEqual(new Set(['acl-missing']));
    const sentinels = before.sentinels.map(({ address }) => address);
    const ask = async (at: Address, ...words: readonly string[]) =>
      askAs(at, await adminOf(group, 'sentinel'), 'SENTINEL', ...words, 'mymaster');
    for (const at of sentinels) {
      expect(await ask(at, 'CKQUORUM')).toMatch(/^OK 3 usable Sentinels/);
      expect(await ask(at, 'MASTER')).toEqual(expect.arrayContaining(['flags', 'master']));
    }

    await group.container(master.name).kill();
    const [first = master.address] = sentinels;
    await until('it is found down', async () => String(await ask(first, 'MASTER')).includes('o_down'));
    // A failover takes two to three seconds here.
    await delay(9_000);
    for (const at of sentinels) {
      expect(await ask(at, 'GET-MASTER-ADDR-BY-NAME')).toEqual([
        master.address.host,
        String(master.address.port),
      ]);
    }

    await group.up();
    expect(masterOf(await healthy(group)).name).not.toBe(master.name);
  });
});
