import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/cli/input/duration.js';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1m30s', 90_000],
    ['1h', 3_600_000],
    ['1.5s', 1500],
    ['1s500ms', 1500],
    ['24h', 86_400_000],
    ['1d', 86_400_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', 's', '30 s', '-1s', '30S', '1s1m', '1m1m', 'abc', '1,5s', '30s ', '1e3s', '0x10s'])(
    '"%s" is none',
    (text) => {
      expect(() => parseDuration(text)).toThrow('Not a duration like 500ms, 30s, 2m or 1m30s.');
    },
  );

  it('needs a unit', () => {
    expect(() => parseDuration('30')).toThrow('30 of what? Say 30s or 30ms.');
  });

  it('may be days where nothing waits for it', () => {
    expect(parseDuration('2d12h', '30d')).toBe(216_000_000);
    expect(() => parseDuration('31d', '30d')).toThrow('It must not be longer than 30d.');
  });

  it('is longer than nothing and not longer than a day', () => {
    expect(() => parseDuration('0s')).toThrow('It must be longer than 0.');
    expect(() => parseDuration('0.4ms')).toThrow();
    expect(() => parseDuration('25h')).toThrow('It must not be longer than 24h.');
    expect(() => parseDuration(`${'9'.repeat(400)}s`)).toThrow('It must not be longer than 24h.');
  });
});
