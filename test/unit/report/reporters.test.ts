import { describe, expect, it } from 'vitest';
import type { RsentinelEvent } from '../../../src/model/events.js';
import type { HeldLock } from '../../../src/model/lock.js';
import { type Detail, LogReporter } from '../../../src/report/reporters/log-reporter.js';
import { quietReporter } from '../../../src/report/reporters/quiet-reporter.js';
import { type Spinner, TtyReporter } from '../../../src/report/reporters/tty-reporter.js';
import { coloured, plain, Recorder, step } from './fixtures.js';

const create1 = step({ kind: 'create', node: 'redis-1' });
const create2 = step({ kind: 'create', node: 'redis-2' });
const start1 = step({ kind: 'start', node: 'redis-1' }, 'its container does not run');

/** What a short `up` tells. */
const UP: readonly RsentinelEvent[] = [
  { type: 'warning', message: 'two sentinels cannot outvote a dead one' },
  { type: 'plan', group: 'demo', steps: [create1, create2, start1] },
  { type: 'step-started', step: create1 },
  { type: 'step-started', step: create2 },
  { type: 'engine-call', call: 'POST /containers/create', ms: 30 },
  { type: 'step-done', step: create1, ms: 31 },
  { type: 'step-done', step: create2, ms: 40 },
  { type: 'step-started', step: start1 },
  { type: 'step-done', step: start1, ms: 120 },
  { type: 'ready', ms: 310 },
];

const LOCK: HeldLock = {
  id: 'f00',
  holder: { command: 'up', host: 'box', machine: 'm', pid: 123, processStart: '9', nonce: 'n' },
  since: 1764000000,
  directory: null,
  file: null,
};

const FAILURE: readonly RsentinelEvent[] = [
  { type: 'step-started', step: start1 },
  { type: 'step-failed', step: start1, ms: 20 },
  { type: 'retrying', reason: 'port 6379 is taken' },
  { type: 'rollback-started', reason: 'redis-1 did not start' },
  { type: 'rollback-done', removed: ['container demo-redis-1'], remaining: ['container demo-redis-2'] },
];

/** A clock that shows what it was set to. */
class TestClock {
  at = 0;
  readonly now = () => this.at;
}

function logged(
  events: readonly RsentinelEvent[],
  detail: Detail = 'normal',
  clock = new TestClock(),
): Recorder {
  const output = new Recorder();
  const reporter = new LogReporter(output, plain, detail, clock.now);
  for (const event of events) {
    reporter.listen(event);
    clock.at += 500;
  }
  return output;
}

describe('the log', () => {
  it('says for whom it is waited, and from whom a group is taken over', () => {
    expect(
      logged([
        { type: 'waiting-for-lock', group: 'demo', lock: LOCK },
        { type: 'lock-broken', group: 'demo', lock: LOCK },
      ]).lines,
    ).toEqual([
      'waiting for `up` of process 123 on host box, since 2025-11-24T16:00:00Z',
      'taking over demo from `up` of process 123 on host box, since 2025-11-24T16:00:00Z: it ended before it was done',
    ]);
  });

  it('has one line for everything that was done', () => {
    expect(logged(UP).lines).toEqual([
      'warning: two sentinels cannot outvote a dead one',
      'demo: 3 steps',
      'create redis-1 (31 ms)',
      'create redis-2 (40 ms)',
      'start redis-1 (120 ms)',
      'proved ready (310 ms)',
    ]);
  });

  it('with -v has reasons and every call to the engine', () => {
    expect(logged(UP, 'verbose').lines).toEqual([
      'warning: two sentinels cannot outvote a dead one',
      'demo: 3 steps',
      'create redis-1 … it does not exist',
      'create redis-2 … it does not exist',
      'engine: POST /containers/create (30 ms)',
      'create redis-1 (31 ms)',
      'create redis-2 (40 ms)',
      'start redis-1 … its container does not run',
      'start redis-1 (120 ms)',
      'proved ready (310 ms)',
    ]);
  });

  it('tells a failure and what became of what was made', () => {
    expect(logged(FAILURE).lines).toEqual([
      'start redis-1 failed (20 ms)',
      'trying again: port 6379 is taken',
      'taking back what this run has done: redis-1 did not start',
      'taken back: 1 thing that this run had done',
      'warning: not taken back: container demo-redis-2',
    ]);
  });

  it('says what is waited for every two seconds, not at every poll', () => {
    const waiting: RsentinelEvent = { type: 'waiting', missing: ['redis-2 is syncing', 'a', 'b'] };
    expect(logged(Array.from({ length: 9 }, () => waiting)).lines).toEqual([
      'waiting: redis-2 is syncing (and 2 more)',
      'waiting: redis-2 is syncing (and 2 more)',
    ]);
  });

  it('has a line per step and quarter of a pull', () => {
    const pull = (status: string, percent?: number): RsentinelEvent => ({
      type: 'pull-progress',
      image: 'redis:8',
      status,
      percent,
    });
    const events = [
      pull('Waiting'),
      pull('Downloading', 1),
      pull('Waiting'),
      pull('Downloading', 9),
      pull('Downloading', 60),
    ];
    expect(logged(events).lines).toEqual([
      'pulling redis:8: Waiting',
      'pulling redis:8: Downloading 0 %',
      'pulling redis:8: Downloading 50 %',
    ]);
  });

  it('has no control characters, whatever it is told', () => {
    const { text } = logged([
      { type: 'warning', message: 'a\u001b[31mb\rc\nd' },
      { type: 'waiting', missing: ['\u0007'] },
      { type: 'retrying', reason: '\u001b]0;title\u0007' },
    ]);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(text.split('\n')).toHaveLength(3);
  });
});

class TestSpinner implements Spinner {
  readonly said: string[] = [];
  isSpinning = false;
  get text(): string {
    return this.said.at(-1) ?? '';
  }
  set text(text: string) {
    this.said.push(text);
  }
  start(): void {
    this.isSpinning = true;
  }
  stop(): void {
    this.isSpinning = false;
  }
}

function shown(events: readonly RsentinelEvent[]) {
  const output = new Recorder('terminal');
  const spinner = new TestSpinner();
  const clock = new TestClock();
  const reporter = new TtyReporter(output, plain, spinner, 'reading the topology', clock.now);
  for (const event of events) {
    reporter.listen(event);
    clock.at += 10;
  }
  return { output, spinner, reporter };
}

describe('on a terminal', () => {
  it('a line stays for each phase, with the time from its first step to its last', () => {
    expect(shown(UP).output.lines).toEqual([
      'warning: two sentinels cannot outvote a dead one',
      '✔ 2 containers created (40 ms)',
      '✔ 1 container started (10 ms)',
      '✔ proved ready (310 ms)',
    ]);
  });

  it('the line that moves says what is being done', () => {
    expect(shown(UP).spinner.said).toEqual([
      'reading the topology',
      'create redis-1',
      'create redis-1, create redis-2',
      'create redis-2',
      'start redis-1',
      'looking at what came of it',
    ]);
  });

  it('says what is waited for, what is pulled and what is removed', () => {
    const { spinner } = shown([
      { type: 'pull-progress', image: 'redis:8', status: 'Downloading', percent: 41.7 },
      { type: 'waiting', missing: ['sentinel-2 knows 1 replica of 2'] },
      { type: 'rollback-started', reason: 'interrupted' },
    ]);
    expect(spinner.said.slice(1)).toEqual([
      'pulling redis:8: Downloading 41 %',
      'waiting: sentinel-2 knows 1 replica of 2',
      'taking back what this run has done',
    ]);
  });

  it('never wraps: a longer line is cut', () => {
    const { spinner } = shown([{ type: 'waiting', missing: ['x'.repeat(200)] }]);
    expect(spinner.text).toHaveLength(76);
    expect(spinner.text.endsWith('…')).toBe(true);
  });

  it('tells a failure', () => {
    expect(shown(FAILURE).output.lines[0]).toBe('✖ start redis-1 failed (20 ms)');
  });

  it('leaves nothing that moves', () => {
    const { reporter, spinner } = shown(UP);
    expect(spinner.isSpinning).toBe(true);
    reporter.close();
    expect(spinner.isSpinning).toBe(false);
  });

  it('is coloured when the terminal is', () => {
    const output = new Recorder('terminal');
    new TtyReporter(output, coloured, new TestSpinner(), '', () => 0).listen({ type: 'ready', ms: 1 });
    expect(output.text).toBe('\u001b[32m✔ proved ready (1 ms)\u001b[39m\n');
  });
});

describe('quiet', () => {
  it('says nothing', () => {
    for (const event of [...UP, ...FAILURE]) expect(quietReporter.listen(event)).toBeUndefined();
  });
});
