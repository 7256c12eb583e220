/** Ready means proved: what INFO sentinel says is not enough, and a timeout says what was missing. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Address, parseAddress } from '../../src/model/address.js';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ask } from '../support/clients.js';
import { exists, expectFailure } from '../support/failures.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { SMALL, TINY } from '../support/topologies.js';
import { until } from '../support/until.js';

const SENTINEL_TEMPLATE = fileURLToPath(new URL('../../templates/sentinel.conf', import.meta.url));

/**
 * Sentinels that log in to each other as a user who may do everything but PING. Everybody else,
 * rsentinel as well, is let in as before.
 */
const REFUSED_PINGS = `
user peer on >secret ~* &* +@all -ping
sentinel sentinel-user peer
sentinel sentinel-pass secret
`;

/** What somebody who believes INFO takes for a group that is ready. */
const LOOKS_READY = /^master0:name=mymaster,status=ok,address=127\.0\.0\.1:\d+,slaves=1,sentinels=3$/;

async function addressOf(group: TestGroup, node: string): Promise<Address> {
  const { Config } = await group.container(node).inspect();
  const address = parseAddress(Config.Labels['io.rsentinel.address'] ?? '');
  if (address === null) throw new Error(`the container of ${node} has no address`);
  return address;
}

/** All that INFO and CKQUORUM tell of the group is fine. */
function expectInfoIsFooled(report: GroupReport): void {
  for (const sentinel of report.sentinels) {
    expect(sentinel.info).toMatch(LOOKS_READY);
    expect(sentinel.view?.quorumReply).toMatch(/^OK 3 usable Sentinels/);
  }
}

function codes(report: GroupReport): string[] {
  return [...new Set(report.faults.map(({ code }) => code))].sort();
}

describe('sentinels that cannot log in to each other', () => {
  it('are never ready, though INFO and CKQUORUM say they are', async () => {
    await using group = await testGroup('ready-refused', `${SMALL}templates: {sentinel: ./sentinel.conf}\n`);
    await writeFile(
      join(group.directory, 'sentinel.conf'),
      (await readFile(SENTINEL_TEMPLATE, 'utf8')) + REFUSED_PINGS,
    );

    const ran = await group.run(['up', '--wait-timeout', '4s', '--no-rollback']);

    expectFailure(ran, {
      code: 124,
      says: `the group ${group.name} was not ready in time`,
      hint: 'check the passwords and users of the node that is pinged',
    });
    for (const node of ['sentinel-1', 'sentinel-2', 'sentinel-3']) {
      expect(ran.stderr).toContain(`missing: no ping to ${node} has been answered`);
    }
    expect(ran.stderr).not.toMatch(/missing: (?!no ping to sentinel)/);
    expect(ran.stderr).toContain('last lines of the log of sentinel-');

    const { code, report } = await group.status();
    expectInfoIsFooled(report);
    expect(code).toBe(3);
    expect(codes(report)).toEqual(['link-unproved']);
  });

  it('are found in a group that runs, which is left running', async () => {
    await using group = await testGroup('ready-refused-later', SMALL);
    await group.up();
    const sentinel = await addressOf(group, 'sentinel-3');

    await ask(sentinel, 'ACL', 'SETUSER', 'default', '-ping');
    const report = await until('status tells it', async () => {
      const seen = await group.status();
      return seen.code === 3 && seen.report;
    });
    expectInfoIsFooled(report);
    expect(codes(report)).toEqual(['link-unproved']);
    expect(report.faults.every(({ node }) => node === 'sentinel-3')).toBe(true);

    const ran = await group.run(['up', '--wait-timeout', '1s']);
    expectFailure(ran, { code: 124, says: 'was not ready in time', hint: '--wait-timeout' });
    expect(ran.stderr).toContain('missing: no ping to sentinel-3 has been answered');
    expect(await group.left()).toHaveLength(7);

    await ask(sentinel, 'ACL', 'SETUSER', 'default', '+ping');
    const again = await group.up();
    expect(again.stdout).toContain('nothing was touched');
  });
});

describe('replicas that are still syncing', () => {
  it('are waited for, though the sentinels say that all is well', async () => {
    await using group = await testGroup(
      'ready-syncing',
      `${SMALL}redis: {config: {repl-diskless-sync-delay: 4}}\n`,
    );
    const { child, ended } = group.start(['up']);
    let result: Awaited<typeof ended> | undefined;
    void ended.then((ran) => {
      result = ran;
    });

    let fooled = 0;
    await until('up has ended', async () => {
      if (result !== undefined) return true;
      const master = String(await ask(await addressOf(group, 'redis-1'), 'INFO', 'replication'));
      const info = String(await ask(await addressOf(group, 'sentinel-1'), 'INFO', 'sentinel'));
      const looksReady = info.split(/\r?\n/).some((line) => LOOKS_READY.test(line));
      if (looksReady && !master.includes('state=online')) {
        fooled += 1;
        expect(child.exitCode).toBeNull();
      }
      return false;
    });

    expect(result?.code, result?.stderr).toBe(0);
    expect(fooled).toBeGreaterThan(0);
    const { code, report } = await group.status();
    expect(code).toBe(0);
    expect(report.redis.map(({ link }) => link?.status)).toEqual([undefined, 'up']);
  });

  it('are named when the time is over, and what was made is kept when asked to', async () => {
    await using group = await testGroup(
      'ready-never-synced',
      `${SMALL}redis: {config: {repl-diskless-sync-delay: 600}}\n`,
    );

    const ran = await group.run(['up', '--wait-timeout', '4s', '--no-rollback']);

    expectFailure(ran, { code: 124, says: 'was not ready in time', hint: '--wait-timeout' });
    expect(ran.stderr).toMatch(/missing: redis-2 is not online: redis-1 says it is in state wait_bgsave/);
    expect(ran.stderr).toMatch(/missing: the link of redis-2 to redis-1 is not up/);
    expect(ran.stderr).toContain('last lines of the log of redis-2:');
    expect(ran.stderr).toContain(
      `warning: what this run has made is kept; rsentinel down -n ${group.name} removes it`,
    );
    expect(await group.left()).toHaveLength(7);

    const { code, report } = await group.status();
    expectInfoIsFooled(report);
    expect(code).toBe(3);
    expect(codes(report)).toEqual(expect.arrayContaining(['replica-link-down', 'replica-not-online']));
  });
});

it('what a run has made is taken back when the time is over, and the log is shown before', async () => {
  const topology = `${SMALL}redis: {config: {repl-diskless-sync-delay: 600}}\n`;
  await using group = await testGroup('ready-rolled-back', topology);
  const ran = await group.run(['up', '--wait-timeout', '4s']);
  expectFailure(ran, { code: 124, says: 'was not ready in time', hint: '--wait-timeout' });
  expect(ran.stderr).toMatch(/redis-2 is not online/);
  expect(ran.stderr).toMatch(/last lines of the log of redis-\d:\n {4}\S/);
  expect(await group.left()).toEqual([]);
  expect(await exists(join(group.directory, '.rsentinel'))).toBe(false);
});

it('a sentinel that cannot save its configuration is not ready', async () => {
  await using group = await testGroup('ready-unsaved', TINY);
  await group.up();
  const conf = join(group.nodes, 'sentinel-1', 'conf');
  await chmod(conf, 0o555);
  try {
    const ran = await group.run(['up', '--wait-timeout', '1s']);
    expectFailure(ran, { code: 124, says: 'was not ready in time', hint: 'write to its conf directory' });
    expect(ran.stderr).toContain('missing: sentinel-1 cannot save its configuration');
  } finally {
    await chmod(conf, 0o755);
  }
  expect((await group.up()).stdout).toContain('nothing was touched');
});

it('a replica that was made a master by hand is named', async () => {
  await using group = await testGroup('ready-two-masters', SMALL);
  await group.up();
  await ask(await addressOf(group, 'redis-2'), 'REPLICAOF', 'NO', 'ONE');
  // The sentinels believe what they heard last, for some seconds more.
  const { code, report } = await group.status();
  expectInfoIsFooled(report);
  expect(code).toBe(3);
  expect(codes(report)).toEqual(expect.arrayContaining(['replica-not-online', 'replica-role']));
});
