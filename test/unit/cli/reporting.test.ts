import { describe, expect, it } from 'vitest';
import { isLive } from '../../../src/cli/output/reporting.js';
import { Recorder } from '../report/fixtures.js';

const terminal = new Recorder('terminal');

describe('something moves', () => {
  it('on a terminal', () => {
    expect(isLive(terminal, { TERM: 'xterm' })).toBe(true);
    expect(isLive(terminal, { CI: 'false' })).toBe(true);
  });

  it('not in a pipe, not in CI, not on a dumb terminal', () => {
    expect(isLive(new Recorder('pipe'), {})).toBe(false);
    expect(isLive(terminal, { CI: 'true' })).toBe(false);
    expect(isLive(terminal, { TERM: 'dumb' })).toBe(false);
  });

  it('not on a terminal of no width, where ora would never end', () => {
    expect(isLive({ write: () => {}, isTTY: true, columns: 0 }, {})).toBe(false);
  });
});
