import { describe, expect, it } from 'vitest';
import { RsentinelError } from '../../../src/errors.js';
import { formatMs } from '../../../src/model/format.js';
import { isColoured } from '../../../src/report/terminal/style.js';
import { table } from '../../../src/report/terminal/table.js';
import { errorText, toRsentinelError } from '../../../src/report/text/error-text.js';
import { plain, Recorder } from './fixtures.js';

describe('an error', () => {
  const error = new RsentinelError('PORT_TAKEN', 'port 6379 is taken', {
    details: ['by container web', 'two\nlines'],
    hint: 'Choose another, or port: auto.',
    cause: new Error('bind: address already in use'),
  });

  it('is the message, its details, then the hint', () => {
    expect(errorText(error, plain, false)).toBe(`rsentinel: port 6379 is taken
  by container web
  two
  lines
hint: Choose another, or port: auto.
`);
  });

  it('has a stack trace with its causes only when asked', () => {
    const text = errorText(error, plain, true);
    expect(text).toContain('RsentinelError: port 6379 is taken\n    at ');
    expect(text).toContain('caused by Error: bind: address already in use\n    at ');
  });

  it('that nobody foresaw asks to be reported', () => {
    const unforeseen = toRsentinelError(new TypeError('x is not a function'));
    expect(unforeseen.code).toBe('INTERNAL');
    expect(
      errorText(unforeseen, plain, false),
    ).toBe(`rsentinel: this should not have happened: x is not a function
hint: This is a bug of rsentinel. Please report it, with what -v prints and the topology file.
`);
  });

  it('cannot move the cursor of a terminal', () => {
    const evil = new RsentinelError('NODE_EXITED', 'a\u001b[2Jb', { details: ['\u0007'], hint: '\u001b[A' });
    expect(errorText(evil, plain, false).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

describe('colour', () => {
  const terminal = new Recorder('terminal');
  const pipe = new Recorder('pipe');

  it('is for terminals', () => {
    expect(isColoured(terminal, {})).toBe(true);
    expect(isColoured(pipe, {})).toBe(false);
    expect(isColoured(terminal, { TERM: 'dumb' })).toBe(false);
  });

  it('follows NO_COLOR and FORCE_COLOR, the latter first', () => {
    expect(isColoured(terminal, { NO_COLOR: '1' })).toBe(false);
    expect(isColoured(terminal, { NO_COLOR: '' })).toBe(true);
    expect(isColoured(pipe, { FORCE_COLOR: '1' })).toBe(true);
    expect(isColoured(pipe, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(true);
    expect(isColoured(terminal, { FORCE_COLOR: '0' })).toBe(false);
  });
});

describe('a time', () => {
  it.each([
    [0.4, '0 ms'],
    [12.3, '12 ms'],
    [999.6, '1.00 s'],
    [1312, '1.31 s'],
    [59_999, '1 min 0 s'],
    [125_000, '2 min 5 s'],
  ])('of %d ms is %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });
});

describe('a table', () => {
  it('aligns columns by what is seen, not by what colours it', () => {
    const paint = (text: string) => `<${text}>`;
    expect(table([['a', 'bb', 'c'], [{ text: 'aaa', paint }, 'b', 'c'], ['a']])).toEqual([
      'a    bb  c',
      '<aaa>  b   c',
      'a',
    ]);
  });
});
