/** Several commands on one group at the same time: one works, the others wait for it, and nobody waits for the dead. */
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/model/address.js';
import { ask } from '../support/clients.js';
import type { Ran, Running } from '../support/command.js';
import { testImage } from '../support/environment.js';
import { expectFailure } from '../support/failures.js';
import { docker, type TestGroup, testGroup } from '../support/group.js';
import { StrangersLock } from '../support/locks.js';
import { SMALL, TINY } from '../support/topologies.js';
import { until } from '../support/until.js';

/** What there is of a group, and since when it runs. */
async function running(group: TestGroup) {
  return (await group.containers()).map(({ Id, Name, State }) => [Name, Id, State.StartedAt]);
}

async function hasLock(group: TestGroup): Promise<boolean> {
  return (await group.left()).includes(`container ${group.name}-lock`);
}

/** Resolves once a command has said something. */
function said({ child }: Running, what: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr?.on('data', (chunk) => {
      text += String(chunk);
      if (what.test(text)) resolve();
    });
    child.on('close', () => reject(new Error(`it never said ${what}:\n${text}`)));
  });
}

function expectSuccess(...runs: readonly Ran[]): void {
  for (const { code, stderr } of runs) expect(code, stderr).toBe(0);
}

const WAITED = /^waiting for `(?:up|down)` of process \d+ on host \S+, since 20\d\d-\S+Z$/m;
const TOOK_OVER = /^taking over \S+ from `(?:up|down)` of process \d+ on host \S+, since \S+: it ended/m;

describe('several ups of one group', () => {
  it('make one group: one of them works, the others wait and report the same', async () => {
    await using group = await testGroup('lock-ups', SMALL);
    const ups = [1, 2, 3].map(() => group.start(['up', '--format', 'json']));
    const runs = await Promise.all(ups.map(({ ended }) => ended));
    expectSuccess(...runs);
    expect(runs.filter(({ stderr }) => WAITED.test(stderr)).length).toBeGreaterThanOrEqual(1);
    expect(runs.filter(({ stderr }) => /^create redis-1/m.test(stderr))).toHaveLength(1);
    const addresses = runs.map(({ stdout }) =>
      JSON.parse(stdout).sentinels.map((one: { address: unknown }) => one.address),
    );
    expect(addresses[1]).toEqual(addresses[0]);
    expect(addresses[2]).toEqual(addresses[0]);

    const before = await running(group);
    expect(before).toHaveLength(6);
    expect((await group.status()).code).toBe(0);
    await group.up();
    expect(await running(group)).toEqual(before);
  });

  it('that is there and healthy do not even wait for each other', async () => {
    await using group = await testGroup('lock-noop', TINY);
    await group.up();
    const verbose = await Promise.all([group.up('-v'), group.up('-v')]);
    for (const { stderr } of verbose) expect(stderr).not.toContain(`${group.name}-lock`);
  });
});

describe('up and down of one group', () => {
  it('down waits for an up that is under way, and removes what it made', async () => {
    // Its replica does not come online before the master is told otherwise.
    await using group = await testGroup(
      'lock-up-down',
      `${SMALL}redis: {config: {repl-diskless-sync-delay: 600}}\n`,
    );
    const up = group.start(['up']);
    await said(up, /^answer redis-1/m);
    const waiting = group.start(['down', '--volumes']);
    await said(waiting, WAITED);
    const { Config } = await group.container('redis-1').inspect();
    const master = parseAddress(Config.Labels['io.rsentinel.address'] ?? '');
    if (master === null) throw new Error('the master has no address');
    await ask(master, 'CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
    const down = await waiting.ended;
    expectSuccess(await up.ended, down);
    expect(down.stdout).toContain(`removed container ${group.name}-redis-2`);
    expect(await group.left()).toEqual([]);
    expect(await readdir(group.directory)).toEqual(['topology.yaml']);
  });

  it('up waits for a down that is under way, and brings the group up again', async () => {
    await using group = await testGroup('lock-down-up', SMALL);
    await group.up();
    const before = await running(group);
    // It does not stop before it goes on, or has had its ten seconds.
    await group.container('redis-1').kill({ signal: 'SIGSTOP' });
    const down = group.start(['down']);
    await until('down has the lock', () => hasLock(group));
    const up = group.start(['up']);
    await said(up, WAITED);
    await group.container('redis-1').kill({ signal: 'SIGCONT' });
    expectSuccess(await down.ended, await up.ended);
    expect((await group.status()).code).toBe(0);
    const ids = before.map(([, id]) => id);
    for (const [, id] of await running(group)) expect(ids).not.toContain(id);
  });
});

describe('a lock whose holder is gone', () => {
  it('is broken at once where its process was killed, by up', async () => {
    await using group = await testGroup('lock-killed', SMALL);
    const killed = group.start(['up']);
    await said(killed, /^create redis-1/m);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await hasLock(group)).toBe(true);
    const { stderr } = await group.up();
    expect(stderr).toMatch(TOOK_OVER);
    expect(stderr).not.toMatch(WAITED);
    expect((await group.status()).code).toBe(0);
    expect(await hasLock(group)).toBe(false);
  });

  it('is broken at once where its process was killed, by down, though nothing else is left', async () => {
    await using group = await testGroup('lock-killed-down', TINY);
    const killed = group.start(['up', '-v']);
    await said(killed, /create the container \S+-lock/);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const { stderr } = await group.down('--volumes');
    expect(stderr).not.toMatch(WAITED);
    expect(await group.left()).toEqual([]);
    expect(await readdir(group.directory)).toEqual(['topology.yaml']);
  });

  it('is broken after its time where another machine took it and shows no sign of life', async () => {
    await using group = await testGroup('lock-silent', TINY);
    await using lock = await StrangersLock.of(group);
    const { stderr } = await group.up('--wait-timeout', '40s');
    expect(stderr).toMatch(/^waiting for `up` of process 4711 on host elsewhere, since /m);
    expect(stderr).toMatch(/^taking over \S+ from `up` of process 4711 on host elsewhere/m);
    expect(await lock.isThere()).toBe(false);
    expect(await hasLock(group)).toBe(false);
  });
});

describe('a lock whose holder is alive on another machine', () => {
  it.each(['up', 'down'])(
    'is respected: %s gives up at its deadline, and says who has it',
    async (command) => {
      await using group = await testGroup(`lock-respected-${command}`, TINY);
      await using lock = await StrangersLock.of(group);
      lock.beat(1_000);
      // Longer than a lock without a sign of life is respected.
      const ran = await group.run([command, '--wait-timeout', '13s']);
      expectFailure(ran, {
        code: 124,
        says: `the group ${group.name} is busy: \`up\` of process 4711 on host elsewhere, since 20`,
        hint: '--wait-timeout',
      });
      expect(await lock.isThere()).toBe(true);
      expect(await group.left()).toEqual([`container ${group.name}-lock`]);
    },
  );

  it('is left alone by Ctrl-C while it is waited for', async () => {
    await using group = await testGroup('lock-interrupted', TINY);
    await using lock = await StrangersLock.of(group);
    lock.beat(1_000);
    const up = group.start(['up']);
    await said(up, WAITED);
    up.child.kill('SIGINT');
    const ran = await up.ended;
    expect(ran.code, ran.stderr).toBe(130);
    expect(await lock.isThere()).toBe(true);
  });

  it('is no part of the group: status and a dry run neither take it nor wait for it', async () => {
    await using group = await testGroup('lock-seen', TINY);
    {
      await using _lock = await StrangersLock.of(group);
      const { code, report } = await group.status();
      expect([code, report.health]).toEqual([3, 'absent']);
    }
    await group.up();
    await using _lock = await StrangersLock.of(group);
    expect((await group.status()).code).toBe(0);
    const plan = await group.run(['up', '--dry-run', '--format', 'json']);
    expect(JSON.parse(plan.stdout).steps).toEqual([]);
  });
});

it('a container that has the name of the lock, and is nobody’s, is not removed', async () => {
  await using group = await testGroup('lock-name', TINY);
  const other = await docker.createContainer({
    name: `${group.name}-lock`,
    Image: testImage(),
    Entrypoint: ['other'],
  });
  try {
    expectFailure(await group.run(['up']), {
      code: 1,
      says: `there is a container ${group.name}-lock that does not belong to this group`,
      hint: 'Give the group another name',
    });
  } finally {
    await other.remove({ force: true });
  }
});
