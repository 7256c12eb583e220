/** `status --watch`: a group as it goes on, in a pipe, as JSON and on a terminal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/model/address.js';
import type { GroupReport } from '../../src/model/report/group-report.js';
import type { Running } from '../support/command.js';
import { expectFailure } from '../support/failures.js';
import { OUR_ENGINE, rsentinel, startRsentinel, type TestGroup, testGroup } from '../support/group.js';
import { KEYS, onTerminal } from '../support/terminal.js';
import { QUICK, SMALL } from '../support/topologies.js';
import { until } from '../support/until.js';

/** What a command that goes on has printed so far. */
function reading({ child }: Running): () => string {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += String(chunk);
  });
  return () => text;
}

const watch = (group: TestGroup, ...words: readonly string[]): Running =>
  startRsentinel(['status', '--watch', '-n', group.name, ...words]);

const masterOf = (report: GroupReport | undefined): string => report?.master?.node ?? '';

/** What a node has of connections and of history; offsets go on by themselves. */
async function configurationOf(group: TestGroup): Promise<unknown> {
  const { report } = await group.status();
  const nodes = [...report.redis, ...report.sentinels];
  return Promise.all(
    nodes.map(async ({ name }) => {
      const { State, Id } = await group.container(name).inspect();
      return [name, Id, State.StartedAt];
    }),
  );
}

describe('status --watch of a group that fails over', () => {
  let group: TestGroup;
  let before: string;
  let lines: string;
  let reports: readonly GroupReport[];
  let codes: readonly (number | null)[];
  let told: string;

  beforeAll(async () => {
    group = await testGroup('watch', QUICK);
    await group.up();
    before = masterOf((await group.status()).report);
    // One is down from the start, and comes back while the others fail over.
    await group.container('sentinel-3').kill();
    const sentinel = (await group.status()).report.sentinels.find(({ view }) => view !== null);
    const runs = [
      watch(group),
      watch(group, '--format', 'json'),
      startRsentinel([
        'status',
        '-w',
        '--sentinels',
        sentinel === undefined ? '' : formatAddress(sentinel.address),
      ]),
    ] as const;
    const [text, json, given] = runs.map(reading);
    await until('all have begun', () => [text, json, given].every((read) => read?.().includes('\n')));
    await group.container(before).kill();
    await group.container('sentinel-3').start();
    await until('every one tells of the end of the failover', () =>
      [text, given].every((read) => / failover: done, from /.test(read?.() ?? '')),
    );
    await group.container(before).start();
    await until('the old master is back', () => / failover: 6 old master back, /.test(text?.() ?? ''));
    await until('the reports say so', () => {
      const last = json?.().trimEnd().split('\n').at(-1) ?? '{}';
      return (JSON.parse(last) as GroupReport).redis.every(({ role }) => role !== 'unknown');
    });
    for (const { child } of runs) child.kill('SIGINT');
    const ended = await Promise.all(runs.map((run) => run.ended));
    lines = ended[0]?.stdout ?? '';
    reports = (ended[1]?.stdout ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    told = ended[2]?.stdout ?? '';
    codes = ended.map(({ code }) => code);
  });
  afterAll(() => group.remove());

  it('begins with every node as it is', () => {
    const first = lines.split('\n');
    expect(first[0]).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z redis-1: address 127\.0\.0\.1:\d+, container running, role/,
    );
    expect(lines).toMatch(/^\S+ sentinel-3: address \S+, container exited \(137\), master unknown$/m);
    expect(lines).toMatch(new RegExp(`^\\S+ ${group.name}: master ${before}$`, 'm'));
  });

  it('tells the steps of the failover as they happen, in their order', () => {
    const at = [
      ` ${before}: container running → exited (137)`,
      ` failover: from ${before}\n`,
      ' failover: 1 found down, 0 ms – ',
      ' failover: 2 leader elected, ',
      ' failover: 3 replica promoted, ',
      ' failover: 5 clients told …',
      ` failover: done, from ${before} to `,
      ' failover: 6 old master back, ',
    ].map((text) => lines.indexOf(text));
    expect(at.filter((index) => index === -1)).toEqual([]);
    expect(at.slice(1)).toEqual([...at.slice(1)].sort((a, b) => a - b));
  });

  it('tells what the sentinels say, the one too that was down at first', () => {
    expect(lines).toMatch(new RegExp(`^\\S+Z sentinel-[12] \\+sdown ${before} master 127`, 'm'));
    expect(lines).toMatch(/^\S+Z sentinel-\d \+switch-master redis-\d 127\.0\.0\.1:\d+ → 127/m);
    expect(lines).toMatch(/^\S+Z sentinel-3 [+-]\S+ /m);
  });

  it('tells who is the master by now', () => {
    const next = / failover: done, from \S+ to (\S+)/.exec(lines)?.[1] ?? '';
    expect(next).toMatch(/^redis-\d$/);
    expect(lines).toMatch(new RegExp(`^\\S+ ${next}: .*role replica → master`, 'm'));
    expect(lines).toMatch(new RegExp(`^\\S+ ${group.name}: master \\S+ → ${next}$`, 'm'));
  });

  it('acts upon no terminal when it is piped', () => {
    expect(lines.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('as JSON is a report a line, each other than the one before', () => {
    expect(masterOf(reports[0])).toBe(before);
    expect(reports.some(({ redis }) => redis.some(({ container }) => container?.state === 'exited'))).toBe(
      true,
    );
    expect(masterOf(reports.findLast(({ master }) => master !== null))).not.toBe(before);
    const essence = reports.map((report) =>
      JSON.stringify(report, (key, value) =>
        ['offset', 'lag', 'observedAt'].includes(key) ? undefined : value,
      ),
    );
    expect(essence.filter((text, index) => text === essence[index - 1])).toEqual([]);
  });

  it('with --sentinels tells the same by addresses, of all sentinels that the given one knows', () => {
    expect(told).toMatch(/^\S+Z 127\.0\.0\.1:\d+: address \S+, role master$/m);
    expect(told).toMatch(/ failover: 3 replica promoted, .*: 127\.0\.0\.1:\d+$/m);
    expect(
      new Set(
        told.match(/^\S+Z \S+ \+(?:switch-master|vote-for-leader)/gm)?.map((line) => line.split(' ')[1]),
      ).size,
    ).toBeGreaterThan(1);
  });

  it('ends by Ctrl-C', () => {
    expect(codes).toEqual([130, 130, 130]);
  });
});

describe('status --watch', () => {
  it('ends by itself with 3 when the group is gone, and has changed nothing until then', async () => {
    await using group = await testGroup('watch-gone', SMALL);
    await group.up();
    const before = await configurationOf(group);
    const running = watch(group);
    const text = reading(running);
    await until('it has begun', () => text().includes(`${group.name}: health healthy`));
    expect(await configurationOf(group)).toEqual(before);
    await group.down();
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(stdout).toMatch(/ redis-1: gone\n/);
    expect(stdout).toMatch(/: health \S+ → absent\n$/);
  });

  it('notices the nodes that another up adds, removes and starts again', async () => {
    await using group = await testGroup('watch-more', SMALL);
    await group.up();
    const running = group.start(['status', '--watch']);
    const text = reading(running);
    await until('it has begun', () => text().includes('health healthy'));
    await group.write(SMALL.replace('[{port: auto}]', '[{port: auto}, {port: auto}]'));
    await group.up();
    await until('the new node is told', () => / redis-3: .*role (\S+ → )?replica/.test(text()));
    await group.write(SMALL);
    await group.up();
    await until('that it is gone is told', () => text().includes(' redis-3: gone\n'));
    await until('all is well again', () => / health degraded → healthy\n(?!.* → degraded)/s.test(text()));
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });

  it('of a group that is not there ends with 3 at once', async () => {
    const ran = await rsentinel(['status', '--watch', '-n', 'nobody-made-this']);
    expect(ran.code).toBe(3);
    expect(ran.stdout).toMatch(/ nobody-made-this: health absent\n$/);
  });

  it('of sentinels none of which answers fails as status does', async () => {
    expectFailure(await rsentinel(['status', '--watch', '--sentinels', '127.0.0.1:1']), {
      code: 1,
      says: 'none of the sentinels answers',
      hint: 'Give the addresses of sentinels',
    });
  });

  it('on a terminal is drawn on a screen of its own, which Ctrl-C takes away again', async () => {
    await using group = await testGroup('watch-terminal', SMALL);
    await group.up();
    const typing = { at: /is .*healthy/, keys: KEYS.ctrlC };
    const { env = {} } = OUR_ENGINE.where;
    const command = ['status', '--watch', '-n', group.name];
    const { code, screen } = await onTerminal(command, typing, env, { rows: 30, columns: 60 });
    expect(code).toBe(130);
    const [, drawn = '', after = ''] = screen.split(/\u001b\[\?1049[hl]/);
    expect(drawn).toContain('Ctrl-C ends');
    expect(drawn).toMatch(/redis-1 +.*master/);
    const shown = drawn.replaceAll(/\u001b\[[?\d;]*[A-Za-z]|\r/g, '').split('\n');
    expect(Math.max(...shown.map(({ length }) => length))).toBe(60);
    expect(drawn.endsWith('\u001b[?7h\u001b[?25h')).toBe(true);
    expect(after).toContain('interrupted by Ctrl-C');
  });
});
