import { describe, expect, it } from 'vitest';
import type { ListedGroup } from '../../../src/api/list.js';
import { RsentinelError } from '../../../src/errors.js';
import { formatSpan } from '../../../src/model/format.js';
import { listText, namesText } from '../../../src/report/text/list-text.js';
import { LogFormat } from '../../../src/report/text/log-text.js';
import { condemnedLines, removalDocument, removalText } from '../../../src/report/text/removal-text.js';
import { statusText } from '../../../src/report/text/status-text.js';
import { upText } from '../../../src/report/text/up-text.js';
import { coloured, groupReport, plain } from './fixtures.js';

const NOW = 1_764_000_000_000;
const MINUTE = 60_000;
const ESC = '\u001b';

const demo: ListedGroup = {
  group: 'demo',
  health: 'healthy',
  master: { node: 'redis-1', address: { host: '127.0.0.1', port: 6379 } },
  redis: 3,
  sentinels: 3,
  createdAt: NOW - 72 * 60 * MINUTE,
  expiresAt: NOW + 12 * MINUTE,
  file: '/home/me/topology.yaml',
  directory: '/home/me/.rsentinel/demo',
};

describe('the list of groups', () => {
  it('has a line for each', () => {
    const others: readonly ListedGroup[] = [
      { ...demo, group: 'ci-1', health: 'stopped', master: null, expiresAt: NOW - 1, file: null },
      {
        ...demo,
        group: 'rest',
        health: 'partial',
        createdAt: null,
        expiresAt: null,
        file: null,
        directory: null,
      },
    ];
    expect(listText([demo, ...others], NOW, plain)).toBe(
      `NAME  MASTER          NODES  HEALTH   AGE  EXPIRES    FILE
demo  127.0.0.1:6379  3+3    healthy  3 d  in 12 min  /home/me/topology.yaml
ci-1  -               3+3    stopped  3 d  expired    /home/me/.rsentinel/demo
rest  127.0.0.1:6379  3+3    partial  -    -          -
`,
    );
  });

  it('prints labels of strangers with control characters escaped', () => {
    const hostile = { ...demo, group: `x${ESC}[2J\n`, file: `/tmp/${ESC}]0;title` };
    expect(listText([hostile], NOW, plain)).not.toContain(ESC);
    expect(namesText([hostile])).toBe('x\\u001b[2J\\u000a\n');
  });

  it.each([
    [999, '1 s'],
    [59_400, '59 s'],
    [90_000, '2 min'],
    [99 * MINUTE, '99 min'],
    [100 * MINUTE, '2 h'],
    [47 * 60 * MINUTE, '47 h'],
    [48 * 60 * MINUTE, '2 d'],
    [-5, '0 s'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatSpan(ms)).toBe(text);
  });
});

describe('the end of a group’s time', () => {
  const soon = groupReport({ expiresAt: NOW + 30 * MINUTE, observedAt: NOW });
  const over = groupReport({ expiresAt: NOW - 5 * MINUTE, observedAt: NOW });

  it('is said by up and by status', () => {
    expect(upText({ report: soon, changed: true, ms: 1 }, plain)).toContain(
      '\nExpires in 30 min; rsentinel prune removes it then\nRemove  ',
    );
    expect(statusText(soon, plain)).toMatch(/demo is healthy\n\s*It expires in 30 min\n$/);
  });

  it('is a warning when it is over', () => {
    expect(upText({ report: over, changed: false, ms: 1 }, plain)).toContain(
      '\nExpired 5 min ago: rsentinel prune removes it; up --ttl gives it more time\n',
    );
    expect(statusText(over, plain)).toContain('It expired 5 min ago: rsentinel prune removes it\n');
  });
});

describe('groups that are to be removed', () => {
  const groups = [
    { name: 'ci-1', reason: { kind: 'expired', at: NOW - 5 * MINUTE } },
    { name: 'demo', reason: { kind: 'file-gone', path: `/tmp/${ESC}x.yaml` } },
    { name: 'rest', reason: { kind: 'fragments' } },
  ] as const;

  it('are named with the reason', () => {
    expect(condemnedLines(groups, NOW)).toEqual([
      'ci-1  expired 5 min ago',
      'demo  its topology file is gone: /tmp/\\u001bx.yaml',
      'rest  no node is left of it',
    ]);
  });

  it('are told of when they are gone, with what is kept', () => {
    const result = { removed: ['network ci-1'], kept: '/srv/.rsentinel/ci-1', keptVolumes: [], ms: 312 };
    const removals = [
      { group: 'ci-1', kind: 'removed', result },
      { group: 'demo', kind: 'failed', error: new RsentinelError('ENGINE_FAILED', 'no') },
    ] as const;
    expect(removalText(removals, 'rsentinel prune', plain)).toBe(`ci-1 is gone (312 ms)
Configuration and data are kept in
  /srv/.rsentinel/ci-1
rsentinel prune --volumes would have removed them too
`);
    expect(removalDocument(groups, removals)).toEqual({
      version: 1,
      dryRun: false,
      groups: [
        { group: 'ci-1', reason: 'expired', ...result, error: null },
        {
          group: 'demo',
          reason: 'file-gone',
          removed: [],
          kept: null,
          keptVolumes: [],
          ms: 0,
          error: { code: 'ENGINE_FAILED', message: 'no' },
        },
      ],
    });
  });
});

describe('a line of a log', () => {
  const line = { node: 'redis-1', time: 1_764_000_000_123_456_789n, text: 'Ready to accept connections' };

  it('stands behind the name of its node, all names as wide as the widest', () => {
    const format = new LogFormat(['redis-1', 'sentinel-1'], 'hidden', plain);
    expect(format.line(line)).toBe('redis-1    | Ready to accept connections\n');
    expect(format.line({ ...line, node: 'sentinel-1' })).toBe('sentinel-1 | Ready to accept connections\n');
  });

  it('shows its time to the nanosecond when asked to', () => {
    const format = new LogFormat(['redis-1'], 'shown', plain);
    expect(format.line(line)).toBe('redis-1 | 2025-11-24T16:00:00.123456789Z Ready to accept connections\n');
  });

  it('acts upon no terminal, and keeps its tabs', () => {
    const format = new LogFormat(['redis-1'], 'hidden', plain);
    expect(format.line({ ...line, text: `a\tb${ESC}[2J\rc` })).toBe('redis-1 | a\tb\\u001b[2J\\u000dc\n');
  });

  it('has a colour for each node', () => {
    const format = new LogFormat(['redis-1', 'redis-2'], 'hidden', coloured);
    expect(format.line(line)).toBe(`${ESC}[36mredis-1 |${ESC}[39m Ready to accept connections\n`);
    expect(format.line({ ...line, node: 'redis-2' })).toContain(`${ESC}[33mredis-2 |`);
    expect(format.line(line)).toContain(`${ESC}[36mredis-1 |`);
  });
});
