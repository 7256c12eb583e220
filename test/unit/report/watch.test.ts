import { describe, expect, it } from 'vitest';
import { clockTime } from '../../../src/model/format.js';
import type { GroupReport } from '../../../src/model/report/group-report.js';
import type { WatchMoment } from '../../../src/model/report/watch-report.js';
import { FailoverTracker } from '../../../src/nodes/events/failover-tracker.js';
import { eventText, nodeOf } from '../../../src/nodes/events/timeline.js';
import { cutToWidth } from '../../../src/report/terminal/cut.js';
import { Screen } from '../../../src/report/terminal/screen.js';
import { watchFrame } from '../../../src/report/watch/watch-frame.js';
import { changedReport } from '../../../src/report/watch/watch-json.js';
import { watchLines } from '../../../src/report/watch/watch-lines.js';
import { NOTHING_SEEN, viewAfter, type WatchView } from '../../../src/report/watch/watch-view.js';
import { KILLED, recorded } from '../drill/rounds.js';
import { coloured, groupReport, plain, Recorder, redisNode, sentinelNode } from './fixtures.js';

const WALL = 1_764_000_000_000;
const HUGE = { columns: 400, rows: 200 };

const seen = (report: GroupReport): WatchMoment => ({ kind: 'report', report });

/** What is told of the recorded failover. @param until ms on the clock of the recorded events */
function failover(until: number): readonly WatchMoment[] {
  const tracker = new FailoverTracker();
  tracker.see(groupReport(), 0);
  return recorded(KILLED)
    .filter(({ at }) => at <= until)
    .flatMap((one): WatchMoment[] => {
      const { sentinel, event, at } = one;
      const node = nodeOf(event, groupReport());
      const told = { heardAt: WALL + at, sentinel, event: event.type, node, text: eventText(event) };
      const progress = tracker.hear(one, WALL + at);
      return [
        { kind: 'event', event: told },
        ...(progress === null ? [] : [{ kind: 'failover', failover: progress } as const]),
      ];
    });
}

function viewOf(moments: readonly WatchMoment[]): WatchView {
  return moments.reduce(viewAfter, NOTHING_SEEN);
}

/** Lines without their times. */
function linesOf(moments: readonly WatchMoment[]): readonly string[] {
  let view = NOTHING_SEEN;
  return moments.flatMap((moment) => {
    const lines = watchLines(view, moment);
    view = viewAfter(view, moment);
    return lines.map((line) => line.replace(/^\S+Z /, ''));
  });
}

const EXITED = groupReport({
  health: 'degraded',
  master: null,
  redis: [
    redisNode(1, {
      container: { name: 'demo-redis-1', state: 'exited', exitCode: 137 },
      role: 'unknown',
      offset: null,
    }),
    redisNode(2),
    redisNode(3),
  ],
  faults: [{ code: 'container-stopped', node: 'redis-1', message: 'redis-1 has exited', remedy: 'up' }],
});

describe('a frame', () => {
  it('has the status, and above it how it stands and since when', () => {
    const lines = watchFrame(viewOf([seen(groupReport())]), HUGE, plain);
    expect(lines[0]).toBe(`demo: healthy  ${clockTime(WALL)}  Ctrl-C ends`);
    expect(lines).toContain('mymaster: master is 127.0.0.1:6379 (redis-1), as the sentinels agree');
    expect(lines.at(-1)).toBe('demo is healthy');
  });

  it('has the step that a failover is at, with who did it, and what the sentinels said last', () => {
    const lines = watchFrame(viewOf([seen(EXITED), ...failover(2300)]), HUGE, plain);
    const from = lines.findIndex((line) => line.startsWith('Failover'));
    expect(lines.slice(from, from + 8)).toEqual([
      `Failover from redis-1, begun ${clockTime(WALL + 2010)}: under way`,
      'STEP                   FROM    TO',
      '1 found down           0 ms    70 ms   +sdown sentinel-1 0 ms, sentinel-2 20 ms',
      '2 leader elected       71 ms   150 ms  sentinel-2 by 3 votes, epoch 1',
      '3 replica promoted     150 ms  …',
      '4 others reconfigured  -       -',
      '5 clients told         -       -',
      '6 old master back      -       -',
    ]);
    expect(lines.at(-1)).toMatch(
      /^\d\d:\d\d:\d\d\.280 {2}sentinel-2 {2}\+failover-state-wait-promotion {6}redis-2 {2}slave 127/,
    );
  });

  it('is never higher or wider than the terminal, and says what it leaves out', () => {
    const view = viewOf([seen(EXITED), ...failover(4000)]);
    for (const rows of [1, 2, 3, 5, 12, 20, 24, 30, 50]) {
      for (const columns of [1, 10, 40, 80]) {
        const lines = watchFrame(view, { columns, rows }, plain);
        expect(lines.length).toBeLessThanOrEqual(rows);
        expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
      }
    }
    const low = watchFrame(view, { columns: 100, rows: 24 }, plain);
    expect(low).toHaveLength(24);
    expect(low.find((line) => line.includes('window is too low'))).toMatch(/^… \d+ more lines: /);
    expect(low.join('\n')).toContain('5 clients told');
    expect(low.at(-1)).toContain('+switch-master');
  });

  it('acts upon no terminal, whatever the sentinels say', () => {
    const evil = { heardAt: WALL, sentinel: 's\u001b[2J', event: '+\u0007', node: null, text: '\u001b[H' };
    const view = viewOf([seen(groupReport()), { kind: 'event', event: evil }]);
    expect(watchFrame(view, HUGE, plain).join('')).not.toMatch(/\p{Cc}/u);
    expect(watchLines(view, { kind: 'event', event: evil }).join('')).not.toMatch(/\p{Cc}/u);
  });
});

describe('a line that is cut', () => {
  it('is as wide as it may be, and ends its colours', () => {
    expect(cutToWidth('abcdef', 6)).toBe('abcdef');
    expect(cutToWidth('abcdef', 5)).toBe('abcd…');
    expect(cutToWidth('abcdef', 0)).toBe('');
    expect(cutToWidth(coloured.red('abcdef'), 6)).toBe(coloured.red('abcdef'));
    expect(cutToWidth(`ab${coloured.red('cdef')}g`, 4)).toBe('ab\u001b[31mc…\u001b[0m');
  });
});

describe('the lines', () => {
  it('begin with every node as it is', () => {
    expect(linesOf([seen(groupReport())])).toEqual([
      'redis-1: address 127.0.0.1:6379, container running, role master',
      'redis-2: address 127.0.0.1:6380, container running, role replica, link up, follows 127.0.0.1:6379',
      'redis-3: address 127.0.0.1:6381, container running, role replica, link up, follows 127.0.0.1:6379',
      'sentinel-1: address 127.0.0.1:26379, container running, master 127.0.0.1:6379, flags master',
      'sentinel-2: address 127.0.0.1:26378, container running, master 127.0.0.1:6379, flags master',
      'sentinel-3: address 127.0.0.1:26377, container running, master 127.0.0.1:6379, flags master',
      'demo: master redis-1',
      'demo: health healthy',
    ]);
  });

  it('are none while only offsets change', () => {
    const later = groupReport({
      observedAt: WALL + 1000,
      redis: [redisNode(1, { offset: 9 }), redisNode(2), redisNode(3)],
    });
    expect(linesOf([seen(groupReport()), seen(later)]).slice(8)).toEqual([]);
  });

  it('tell what has changed of a node, and which faults have come and gone', () => {
    expect(linesOf([seen(groupReport()), seen(EXITED), seen(groupReport())]).slice(8)).toEqual([
      'redis-1: container running → exited (137), role master → unknown',
      'demo: master redis-1 → unknown',
      'fault: redis-1 has exited',
      'demo: health healthy → degraded',
      'redis-1: container exited (137) → running, role unknown → master',
      'demo: master unknown → redis-1',
      'fault over: redis-1 has exited',
      'demo: health degraded → healthy',
    ]);
  });

  it('tell of nodes that join and leave', () => {
    const more = groupReport({ sentinels: [1, 2, 3, 4].map((number) => sentinelNode(number)) });
    expect(linesOf([seen(groupReport()), seen(more), seen(groupReport())]).slice(8)).toEqual([
      'sentinel-4: address 127.0.0.1:26376, container running, master 127.0.0.1:6379, flags master',
      'sentinel-4: gone',
    ]);
  });

  it('tell each event and each step of a failover, and keep its passing faults to themselves', () => {
    const during = [...failover(2300), seen(EXITED), ...failover(4000).slice(failover(2300).length)];
    const lines = linesOf([seen(groupReport()), ...during, seen(EXITED)]).slice(8);
    expect(lines.filter((line) => /^(failover|fault|demo)/.test(line))).toEqual([
      'failover: from redis-1',
      'failover: 1 found down …',
      'failover: 1 found down, 0 ms – 70 ms: +sdown sentinel-1 0 ms, sentinel-2 20 ms',
      'failover: 2 leader elected …',
      'failover: 2 leader elected, 71 ms – 150 ms: sentinel-2 by 3 votes, epoch 1',
      'failover: 3 replica promoted …',
      'demo: master redis-1 → unknown',
      'demo: health healthy → degraded',
      'failover: 3 replica promoted, 150 ms – 890 ms: redis-2',
      'failover: 4 others reconfigured …',
      'failover: 5 clients told …',
      'failover: 4 others reconfigured, 891 ms – 1.95 s: redis-3 1.89 s',
      'failover: 5 clients told, 981 ms – 1.95 s: +switch-master sentinel-1 981 ms, sentinel-3 982 ms, sentinel-2 1.95 s',
      'failover: done, from redis-1 to redis-2',
      'fault: redis-1 has exited',
    ]);
    expect(lines).toContain('sentinel-2 +odown redis-1 master 127.0.0.1:6379 #quorum 2/2');
  });

  it('bear the time at which it was so', () => {
    const [first] = watchLines(NOTHING_SEEN, seen(groupReport()));
    expect(first?.split(' ')[0]).toBe('2025-11-24T16:00:00.000Z');
  });
});

describe('the JSON', () => {
  it('is a report on one line whenever more than offsets, lags and the time have changed', () => {
    const report = groupReport();
    const first = changedReport(null, report);
    expect(JSON.parse(first ?? '')).toEqual(report);
    expect(first?.split('\n')).toHaveLength(2);
    const later = groupReport({
      observedAt: WALL + 1000,
      redis: [redisNode(1, { offset: 9 }), redisNode(2, { lag: 7 }), redisNode(3)],
    });
    expect(changedReport(report, later)).toBeNull();
    expect(changedReport(later, EXITED)).not.toBeNull();
  });
});

describe('the screen', () => {
  it('is drawn over, without clearing it, and gives back what stood there', () => {
    const output = new Recorder('terminal');
    const screen = new Screen(output);
    screen.close();
    expect(output.text).toBe('');
    screen.draw(['a', 'b']);
    screen.draw(['c']);
    screen.close();
    screen.close();
    expect(output.text.replaceAll('\u001b', '^')).toBe(
      '^[?1049h^[?25l^[?7l^[H^[Ka\n^[Jb^[H^[Jc^[?7h^[?25h^[?1049l',
    );
  });
});
