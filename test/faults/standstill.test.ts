/** A holder of a group's lock that stands still for longer than the lock waits, as a machine that slept. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { type Running, untilSays } from '../support/command.js';
import { expectFailure } from '../support/failures.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { SMALL } from '../support/topologies.js';

/** The process that `unshare --fork` has started. */
async function childOf({ child }: Running): Promise<number> {
  const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return Number(children.trim());
}

/** What there is of a group, and since when it runs. */
async function running(group: TestGroup) {
  return (await group.containers()).map(({ Id, Name, State }) => [Name, Id, State.StartedAt]);
}

// A process in a pid namespace of its own is one of another machine to all others; it takes root to make one.
it.skipIf(process.getuid?.() !== 0)(
  'changes nothing any more when it goes on after another up has taken its lock over',
  async () => {
    await using group = await testGroup('standstill', SMALL);
    await group.up();
    await group.write(`${SMALL}redis: {memory: 300mb}\n`);
    const first = group.start(['up'], { through: ['unshare', '--fork', '--pid', '--kill-child'] });
    await untilSays(first, 'create redis-2');
    const pid = await childOf(first);
    process.kill(pid, 'SIGSTOP');

    const second = await group.up('--wait-timeout', '40s');
    const after = await running(group);
    process.kill(pid, 'SIGCONT');

    expect(second.stderr).toMatch(/^taking over \S+ from `up` of process \d+ on host \S+/m);
    expectFailure(await first.ended, {
      code: 124,
      says: `another rsentinel has taken the lock of ${group.name}`,
      hint: 'rsentinel status',
    });
    expect(await running(group)).toEqual(after);
    expect((await group.status()).report.health).toBe('healthy');
  },
);
