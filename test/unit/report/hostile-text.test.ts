/** Whatever comes from elsewhere, what is printed is lines of text: nothing that a terminal or a CI system acts upon. */
import { describe, expect, it } from 'vitest';
import { jsonText } from '../../../src/cli/output/json.js';
import { RsentinelError } from '../../../src/errors.js';
import type { RsentinelEvent } from '../../../src/model/events.js';
import type { HeldLock } from '../../../src/model/lock.js';
import type { DrillReport, DrillRound } from '../../../src/model/report/drill-report.js';
import type { GroupReport } from '../../../src/model/report/group-report.js';
import { drillJunit } from '../../../src/report/junit.js';
import { LogReporter } from '../../../src/report/reporters/log-reporter.js';
import { TtyReporter } from '../../../src/report/reporters/tty-reporter.js';
import { cutToWidth } from '../../../src/report/terminal/cut.js';
import { harmless } from '../../../src/report/terminal/harmless.js';
import { Screen } from '../../../src/report/terminal/screen.js';
import { doctorText } from '../../../src/report/text/doctor-text.js';
import { downText } from '../../../src/report/text/down-text.js';
import { drillText } from '../../../src/report/text/drill-text.js';
import { errorText } from '../../../src/report/text/error-text.js';
import { faultText } from '../../../src/report/text/fault-text.js';
import { listText, namesText } from '../../../src/report/text/list-text.js';
import { LogFormat } from '../../../src/report/text/log-text.js';
import { planText } from '../../../src/report/text/plan-text.js';
import { condemnedLines, removalText } from '../../../src/report/text/removal-text.js';
import { resetText } from '../../../src/report/text/reset-text.js';
import { statusText } from '../../../src/report/text/status-text.js';
import { upText } from '../../../src/report/text/up-text.js';
import { watchFrame } from '../../../src/report/watch/watch-frame.js';
import { changedReport } from '../../../src/report/watch/watch-json.js';
import { watchLines } from '../../../src/report/watch/watch-lines.js';
import { NOTHING_SEEN, viewAfter } from '../../../src/report/watch/watch-view.js';
import { coloured, groupReport, plain, Recorder, redisNode, sentinelNode, step } from './fixtures.js';

const HOSTILE = [
  ['clears the screen', '\u001b[2J\u001b[H'],
  ['writes into the clipboard', '\u001b]52;c;cm0gLXJmIH4=\u0007'],
  ['is a sequence of one character', '\u009b2J'],
  ['goes back to the beginning of the line', 'all is well\r'],
  ['is another line', 'x\nrsentinel: healthy'],
  ['separates lines otherwise', 'x\u2028y\u2029z\u0085\u000b\u000c'],
  ['is read from right to left', '\u202etxt.exe\u202c\u2066'],
  ['has no width', 'a\u200bb\u200d\ufeff\u00ad\u{e0041}'],
  ['is half a character', '\ud800'],
  ['is a command of GitHub', '::error file=x::gone'],
  ['is another of GitHub, indented', '  ::warning title=a:b,file=c::gone'],
  ['is a command of Azure', '##vso[task.setvariable variable=PATH]x'],
  ['is a command of older runners', '##[add-mask]a'],
  ['begins a section of GitLab', 'section_start:1:x\r\u001b[0K'],
] as const;

/** What no output may have, our own colours apart. */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

function expectHarmless(text: string): void {
  for (const line of text.split('\n')) {
    expect(line.replaceAll('\t', ' ')).not.toMatch(ACTIVE);
    expect(line).not.toMatch(/^\s*::|##\w*\[/);
  }
}

function report(evil: string): GroupReport {
  const address = { host: evil, port: 6379 };
  return groupReport({
    group: evil,
    masterName: evil,
    health: 'degraded',
    master: { node: evil, address },
    directory: evil,
    file: evil,
    networkMode: 'published',
    redis: [
      redisNode(1, {
        name: evil,
        address,
        version: evil,
        container: { name: evil, state: 'running', exitCode: 1 },
      }),
      redisNode(2, { link: { master: address, status: 'down', syncInProgress: false } }),
    ],
    sentinels: [
      sentinelNode(1, {
        name: evil,
        address,
        version: evil,
        id: evil,
        info: evil,
        view: {
          master: address,
          flags: [evil, evil],
          replicas: 2,
          otherSentinels: 2,
          quorum: 2,
          quorumReply: evil,
          configEpoch: 0,
        },
      }),
      sentinelNode(2),
    ],
    faults: [{ code: 'node-silent', node: evil, message: evil, remedy: evil }],
  });
}

function round(evil: string): DrillRound {
  return {
    round: 1,
    from: evil,
    to: evil,
    ms: 1,
    epoch: 1,
    leader: evil,
    steps: (['detected', 'elected', 'promoted', 'reconfigured', 'announced', 'returned'] as const).map(
      (name) => ({ name, from: 1, to: 2 }),
    ),
    subjectivelyDown: [{ sentinel: evil, at: 1 }],
    objectivelyDown: 1,
    votes: [{ sentinel: evil, at: 1, leader: evil, epoch: 1 }],
    announced: [{ sentinel: evil, at: 1 }],
    failovers: 2,
    aborts: [evil],
    events: ['+promoted-slave', '+slave-reconf-done', evil].map((type) => ({
      sentinel: evil,
      at: 1,
      type,
      node: evil,
      text: evil,
    })),
    writes: {
      acknowledged: 1,
      lost: { count: 0, first: [] },
      unknown: { count: 0, present: 0 },
      gap: { from: 0, to: 1, ms: 1 },
      errors: [{ kind: evil, count: 1 }],
    },
    reads: { answered: 1, gap: { from: 0, to: 1, ms: 1 }, errors: [{ kind: evil, count: 1 }] },
    cutOff: { acknowledged: 2, lost: { count: 1, first: [2] }, errors: [{ kind: evil, count: 1 }] },
  } as DrillRound;
}

function drill(evil: string, rounds: number): DrillReport {
  return {
    version: 1,
    group: evil,
    masterName: evil,
    fault: 'kill',
    timing: 'normal',
    startedAt: 0,
    redis: [],
    sentinels: [],
    rounds: Array.from({ length: rounds }, () => round(evil)),
    figures: new Proxy({}, { get: () => null }),
    breaches: [],
    limits: { maxDowntime: null, maxLost: null },
  } as unknown as DrillReport;
}

const lock = (evil: string): HeldLock => ({
  id: evil,
  holder: { command: evil, host: evil, machine: evil, pid: 1, processStart: evil, nonce: evil },
  since: 0,
  directory: evil,
  file: evil,
});

function events(evil: string): readonly RsentinelEvent[] {
  const one = { ...step({ kind: 'network' } as never, evil), id: evil };
  return [
    { type: 'warning', message: evil },
    { type: 'waiting-for-lock', group: evil, lock: lock(evil) },
    { type: 'lock-broken', group: evil, lock: lock(evil) },
    { type: 'plan', group: evil, steps: [one] },
    { type: 'step-started', step: one },
    { type: 'step-failed', step: one, ms: 1 },
    { type: 'step-done', step: one, ms: 1 },
    { type: 'pull-progress', image: evil, status: evil, percent: 1 },
    { type: 'waiting', missing: [evil, evil] },
    { type: 'flushed', node: evil, ms: 1 },
    { type: 'switched-back', from: evil, to: evil, ms: 1 },
    { type: 'retrying', reason: evil },
    { type: 'rollback-started', reason: evil },
    { type: 'rollback-done', removed: [evil], remaining: [evil] },
    { type: 'drill-round', round: 1, rounds: 2, fault: 'kill', node: evil },
    { type: 'drill-event', at: 1, sentinel: evil, event: evil, node: evil },
    { type: 'drill-return', node: evil },
    { type: 'drill-round-done', round: round(evil) },
    { type: 'engine-call', call: evil, ms: 1 },
  ];
}

const done = (evil: string) => ({ removed: [evil], kept: evil, keptVolumes: [evil], ms: 1 });
const error = (evil: string) =>
  new RsentinelError('NODE_EXITED', evil, { details: [evil], hint: evil, cause: new Error(evil) });

/** What each command prints, by what it is made of. */
const TEXTS: Readonly<Record<string, (evil: string) => string>> = {
  up: (evil) => upText({ report: report(evil), changed: true, ms: 1 } as never, plain),
  'up --dry-run': (evil) =>
    planText(evil, [{ ...step({ kind: 'network' } as never, evil), id: evil }], '', plain),
  status: (evil) => statusText(report(evil), plain),
  'status of an absent group': (evil) => statusText({ ...report(evil), health: 'absent' }, plain),
  down: (evil) => downText(evil, done(evil), plain),
  reset: (evil) =>
    resetText(
      { report: report(evil), mended: true, master: { before: evil, after: `${evil}2` }, ms: 1 } as never,
      plain,
    ),
  fault: (evil) =>
    faultText(
      {
        group: evil,
        fault: 'kill',
        victims: [evil],
        master: { before: evil, after: `${evil}2` },
        milestones: [{ what: evil, ms: 1 }],
      } as never,
      plain,
    ),
  'drill of one round': (evil) => drillText(drill(evil, 1), plain),
  'drill of several': (evil) => drillText(drill(evil, 2), plain),
  'drill --format junit': (evil) => drillJunit(drill(evil, 2)),
  doctor: (evil) =>
    doctorText(
      { group: evil, findings: [{ severity: 'problem', code: evil, message: evil, remedy: evil }] } as never,
      plain,
    ),
  ls: (evil) => listText([listed(evil)], 0, plain) + namesText([listed(evil)]),
  prune: (evil) =>
    condemnedLines([{ name: evil, reason: { kind: 'file-gone', path: evil } }], 0).join('\n') +
    removalText([{ kind: 'removed', group: evil, result: done(evil) }] as never, 'rsentinel prune', plain),
  logs: (evil) => new LogFormat([evil], 'shown', plain).line({ node: evil, time: 1n, text: evil }),
  errors: (evil) => errorText(error(evil), plain, true),
  'status --watch in lines': (evil) => {
    const told = { heardAt: 0, sentinel: evil, event: evil, node: evil, text: evil };
    return [
      ...watchLines(NOTHING_SEEN, { kind: 'report', report: report(evil) }),
      ...watchLines(NOTHING_SEEN, { kind: 'event', event: told }),
    ].join('\n');
  },
  'status --watch on a screen': (evil) => {
    const view = viewAfter(viewAfter(NOTHING_SEEN, { kind: 'report', report: report(evil) }), {
      kind: 'event',
      event: { heardAt: 0, sentinel: evil, event: evil, node: evil, text: evil },
    });
    return watchFrame(view, { columns: 500, rows: 100 }, plain).join('\n');
  },
  progress: (evil) => {
    const output = new Recorder();
    const reporter = new LogReporter(output, plain, 'verbose', () => 0);
    for (const event of events(evil)) reporter.listen(event);
    reporter.note(evil);
    return output.text;
  },
  'progress on a terminal': (evil) => {
    const output = new Recorder('terminal');
    const said: string[] = [];
    const spinner = {
      set text(text: string) {
        said.push(text);
      },
      start: () => {},
      stop: () => {},
    };
    const reporter = new TtyReporter(output, plain, spinner as never, evil, () => 0);
    for (const event of events(evil)) reporter.listen(event);
    reporter.note(evil);
    return `${output.text}${said.join('\n')}`;
  },
  'documents for programs': (evil) => jsonText(report(evil)) + changedReport(null, report(evil)),
};

function listed(evil: string) {
  return {
    group: evil,
    health: 'healthy',
    master: { node: evil, address: { host: evil, port: 1 } },
    redis: 1,
    sentinels: 1,
    createdAt: 0,
    expiresAt: null,
    file: evil,
    directory: evil,
  } as const;
}

describe.each(Object.entries(TEXTS))('%s', (_command, textOf) => {
  it.each(HOSTILE)('does no harm with what %s', (_what, evil) => {
    const text = textOf(evil);
    expectHarmless(text);
    // No line more than with a name that is one. A stack has the message's lines.
    if (textOf !== TEXTS['errors']) expect(text.split('\n')).toHaveLength(textOf('name').split('\n').length);
  });
});

describe('what programs read', () => {
  it.each(HOSTILE)('is the same JSON with what %s', (_what, evil) => {
    expect(JSON.parse(jsonText({ evil, [evil]: [evil] }))).toEqual({ evil, [evil]: [evil] });
  });
});

describe('the last place before a stream', () => {
  it.each(HOSTILE)('lets by nothing of what %s', (_what, evil) => {
    for (const kind of ['coloured', 'plain'] as const) {
      expect(harmless(evil, kind).replaceAll('\n', '')).not.toMatch(ACTIVE);
    }
  });

  it('lets our own colours by where there are any, and lines and tabs anywhere', () => {
    const { bold, dim, red, green, yellow, cyan, blue, magenta } = coloured;
    const text = [bold, dim, red, green, yellow, cyan, blue, magenta]
      .map((paint) => paint(`a\tb ${bold('c')}`))
      .join('\n');
    expect(harmless(text, 'coloured')).toBe(text);
    expect(harmless(red('x'), 'plain')).toBe('\\u001b[31mx\\u001b[39m');
  });

  it('lets by what is cut to a width, with its colours ended', () => {
    const cut = cutToWidth(coloured.red('a long line'), 6);
    expect(harmless(cut, 'coloured')).toBe(cut);
  });

  it('lets no other sequence by, though it is one of colours', () => {
    expect(harmless('\u001b[8mhidden\u001b[38;5;0m', 'coloured')).toBe('\\u001b[8mhidden\\u001b[38;5;0m');
  });

  it('is before the screen that is redrawn too', () => {
    const output = new Recorder('terminal');
    new Screen(output).draw(['\u001b]0;x\u0007']);
    expect(output.text).not.toContain('\u001b]0');
  });
});
