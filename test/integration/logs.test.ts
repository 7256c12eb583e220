/** `logs`: what the nodes say, in one order, as it is and as it goes on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../support/command.js';
import { testImage } from '../support/environment.js';
import { expectFailure } from '../support/failures.js';
import { docker, rsentinel, startRsentinel, type TestGroup, testGroup } from '../support/group.js';
import { SMALL } from '../support/topologies.js';
import { until } from '../support/until.js';

/** `-f` means something else here than for other commands, so by the name alone. */
const logs = (group: TestGroup, ...words: readonly string[]) =>
  rsentinel(['logs', '-n', group.name, ...words]);

const linesOf = (stdout: string): readonly string[] => stdout.split('\n').slice(0, -1);

/** What a command that goes on has printed so far. */
function reading({ child }: Running): () => string {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += String(chunk);
  });
  return () => text;
}

let group: TestGroup;
beforeAll(async () => {
  group = await testGroup('logs', SMALL);
  await group.up();
});
afterAll(() => group.remove());

describe('logs', () => {
  it('are those of all nodes, merged in the order of time, each line behind its node’s name', async () => {
    const { code, stdout, stderr } = await logs(group, '-t');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = linesOf(stdout).map((line) => /^(\S+) +\| (\S+Z) (.*)$/.exec(line) ?? []);
    expect(new Set(lines.map(([, node]) => node))).toEqual(
      new Set(['redis-1', 'redis-2', 'sentinel-1', 'sentinel-2', 'sentinel-3']),
    );
    const times = lines.map(([, , time = '']) => time);
    expect(times.every((time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(time))).toBe(true);
    expect(times).toEqual([...times].sort());
    expect(stdout).toMatch(/^redis-1 {4}\| .* Ready to accept connections/m);
    expect(stdout).toMatch(/^sentinel-2 \| .* \+monitor master mymaster/m);
  });

  it('are as long as is asked for, of the nodes that are named', async () => {
    const tail = linesOf((await logs(group, 'redis-1', 'sentinel-3', '--tail', '2')).stdout);
    expect(tail.map((line) => line.split(' ')[0]).sort()).toEqual([
      'redis-1',
      'redis-1',
      'sentinel-3',
      'sentinel-3',
    ]);
    expect((await logs(group, '--tail', '0')).stdout).toBe('');
    expect((await logs(group, '--since', '1h')).stdout).not.toBe('');
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await logs(group, '--since', later)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('of the anchor are printed when it is named', async () => {
    const { code, stderr } = await logs(group, 'anchor');
    expect(code, stderr).toBe(0);
  });

  it('of what is not there are an error that says what there is', async () => {
    expectFailure(await logs(group, 'redis-9'), {
      code: 2,
      says: `${group.name} has no node redis-9`,
      hint: 'It has anchor, redis-1, redis-2, sentinel-1, sentinel-2, sentinel-3.',
    });
    expectFailure(await rsentinel(['logs', '-n', `${group.name}-not`]), {
      code: 1,
      says: `there is no group ${group.name}-not on this engine`,
      hint: 'rsentinel ls',
    });
  });

  it('may be found by the file', async () => {
    const words = ['logs', '--file', group.file, '-n', group.name, '--tail', '1', 'redis-1'];
    expect(linesOf((await rsentinel(words)).stdout)).toHaveLength(1);
  });

  it('act upon no terminal, and are coloured on one', async () => {
    const hostile = await docker.createContainer({
      name: `${group.name}-redis-hostile`,
      Image: testImage(),
      Entrypoint: ['sh', '-c', "printf 'a\\033[2Jb\\n'"],
      Labels: {
        'io.rsentinel.group': group.name,
        'io.rsentinel.node': 'redis-hostile',
        'io.rsentinel.role': 'redis',
      },
    });
    try {
      await hostile.start();
      await hostile.wait();
      const words = ['logs', '-n', group.name, 'redis-hostile'];
      expect((await rsentinel(words)).stdout).toBe('redis-hostile | a\\u001b[2Jb\n');
      const coloured = await rsentinel(words, { env: { FORCE_COLOR: '1' } });
      expect(coloured.stdout).toBe('\u001b[36mredis-hostile |\u001b[39m a\\u001b[2Jb\n');
    } finally {
      await hostile.remove({ force: true, v: true });
    }
  });
});

describe('logs -f', () => {
  it('goes on when a node is started again, and ends by Ctrl-C', async () => {
    const running = startRsentinel(['logs', '-n', group.name, '--follow', '--tail', '1']);
    const text = reading(running);
    await until('it has begun', () => text() !== '');
    await group.container('redis-2').restart();
    await until('the restarted node is heard', () => /^redis-2 .*Ready to accept connections/m.test(text()));
    await group.container('redis-2').restart();
    await until('it is heard again', () => text().split('Ready to accept connections').length === 3);
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    const lines = linesOf(stdout).filter((line) => line.includes('Redis is starting'));
    expect(lines).toHaveLength(2);
  });

  it('ends by itself when the group is gone, with its last lines', async () => {
    await using other = await testGroup('logs-gone', SMALL);
    await other.up();
    const running = startRsentinel(['logs', '-f', '-n', other.name]);
    const text = reading(running);
    await until('it has begun', () => text() !== '');
    await other.down();
    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^redis-1 .*bye bye/m);
  });
});
