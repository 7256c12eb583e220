import { describe, expect, it } from 'vitest';
import type { RsentinelEvent } from '../../../src/model/events.js';
import { LogReporter } from '../../../src/report/reporters/log-reporter.js';
import { resetText } from '../../../src/report/text/reset-text.js';
import { groupReport, plain, Recorder } from './fixtures.js';

const SAME = { before: 'redis-1', after: 'redis-1' };

describe('what reset came to', () => {
  it('is that all data is gone, and who the master is', () => {
    expect(resetText({ report: groupReport(), mended: false, master: SAME, ms: 210 }, plain)).toBe(
      '✔ demo: reset; all data is gone, proved ready (210 ms)\nThe master is redis-1\n',
    );
  });

  it('says what had to be done before, and who the master was', () => {
    const master = { before: 'redis-2', after: 'redis-1' };
    expect(resetText({ report: groupReport(), mended: true, master, ms: 2100 }, plain)).toBe(
      '✔ demo: brought up, then reset; all data is gone, proved ready (2.10 s)\nThe master is redis-1, it was redis-2\n',
    );
  });

  it('is told step by step', () => {
    const events: readonly RsentinelEvent[] = [
      { type: 'flushed', node: 'redis-2', ms: 9 },
      { type: 'switched-back', from: 'redis-2', to: 'redis-1', ms: 54 },
    ];
    const output = new Recorder();
    const reporter = new LogReporter(output, plain, 'normal', () => 0);
    for (const event of events) reporter.listen(event);
    expect(output.lines).toEqual([
      'emptied redis-2 and its replicas (9 ms)',
      'made redis-1 the master again, in the place of redis-2 (54 ms)',
    ]);
  });
});
