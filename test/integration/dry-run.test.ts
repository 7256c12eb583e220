/** What `--dry-run` of the commands that change a group tells, and that it changes nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Step } from '../../src/model/step.js';
import { ask } from '../support/clients.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { QUICK } from '../support/topologies.js';
import { healthy } from '../support/while-writing.js';

describe('a dry run', () => {
  let group: TestGroup;
  beforeAll(async () => {
    group = await testGroup('dry-run', QUICK);
    await group.up();
  });
  afterAll(() => group[Symbol.asyncDispose]());

  /** The ids of the steps; fails when anything of the group has changed meanwhile. */
  async function planned(...words: readonly string[]): Promise<readonly string[]> {
    const picture = async () => {
      const containers = await group.containers();
      const states = containers.map(({ Id, Name, State }) => [Id, Name, State.Status, State.StartedAt]);
      return { states, left: await group.left(), report: (await group.status()).report };
    };
    const before = await picture();
    const { code, stdout, stderr } = await group.run([...words, '--dry-run', '--format', 'json']);
    expect(code, stderr).toBe(0);
    const { steps } = JSON.parse(stdout) as { readonly steps: readonly Step[] };
    const after = await picture();
    expect(after.states).toEqual(before.states);
    expect(after.left).toEqual(before.left);
    expect(after.report.master).toEqual(before.report.master);
    return steps.map(({ id }) => id);
  }

  it('of down tells what is saved, stopped and removed', async () => {
    const ids = await planned('down');
    expect(ids).toEqual(
      expect.arrayContaining([
        'save redis-1',
        'check-saved',
        'stop redis-1',
        'remove redis-1',
        'drop-network',
      ]),
    );
    expect(await planned('down', '--volumes')).toEqual(
      expect.arrayContaining(['remove redis-1', 'remove-files']),
    );
  });

  it('of failover tells whom it prefers and what it switches', async () => {
    expect(await planned('failover', '--to', 'redis-2')).toEqual([
      'prefer redis-2',
      'switch redis-1',
      'wait-converged redis-1',
      'restore-priorities',
      'restore-timers sentinel-1',
      'restore-timers sentinel-2',
      'restore-timers sentinel-3',
    ]);
  });

  it('of reset removes no data', async () => {
    const { master } = await healthy(group);
    const at = master?.address ?? { host: '', port: 0 };
    await ask(at, 'SET', 'kept', 'yes');
    expect(await planned('reset')).toEqual(['flush redis-1', 'verify-empty']);
    expect(await ask(at, 'GET', 'kept')).toBe('yes');
  });

  it('prints the steps and their reasons for people, and says that none of them was done', async () => {
    const { stdout } = await group.run(['down', '--dry-run']);
    expect(stdout).toMatch(new RegExp(`^${group.name}: \\d+ steps, none of them done`));
    expect(stdout).toMatch(/^ {2}check-saved +nothing is ended before the data has been seen on disk$/m);
  });
});
