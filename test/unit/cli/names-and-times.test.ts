import { describe, expect, it } from 'vitest';
import { parseSince } from '../../../src/cli/input/since.js';
import { definiteSelectionOf } from '../../../src/cli/input/source.js';
import { generateName, isGeneratedName } from '../../../src/topology/generated-name.js';

describe('a name that is made up', () => {
  it('begins with the file’s, and is another every time', () => {
    const names = new Set(Array.from({ length: 100 }, () => generateName('demo')));
    expect(names.size).toBe(100);
    for (const name of names) {
      expect(name).toMatch(/^demo-[a-z2-7]{6}$/);
      expect(isGeneratedName(name, 'demo')).toBe(true);
    }
  });

  it('is not too long for a name', () => {
    const name = generateName('a'.repeat(41));
    expect(name).toHaveLength(41);
    expect(isGeneratedName(name, 'a'.repeat(41))).toBe(true);
  });

  it.each(['demo', 'demo-', 'demo-2', 'demo-staging', 'demo-abc189', 'other-abcdef', 'demo-abcdef-x'])(
    'is not taken for one: %s',
    (name) => {
      expect(isGeneratedName(name, 'demo')).toBe(false);
    },
  );

  it('is for up only; others are told how to say which is meant', () => {
    expect(() => definiteSelectionOf({ name: 'auto' }, {})).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('-f FILE') }),
    );
    expect(() => definiteSelectionOf({}, { RSENTINEL_NAME: 'auto' })).toThrow();
    expect(definiteSelectionOf({ file: 'a.yaml' }, { RSENTINEL_NAME: 'auto' })).toEqual({
      name: undefined,
      file: 'a.yaml',
    });
  });
});

describe('a moment', () => {
  const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

  it.each([
    ['10m', NOW - 600_000],
    ['2d', NOW - 172_800_000],
    ['2026-01-02T03:04:05Z', NOW],
    ['2026-01-02t03:04:05z', NOW],
    ['2026-01-02 04:04:05+01:00', NOW],
    ['2026-01-02T03:04:05.5Z', NOW + 500],
  ])('is %s', (text, moment) => {
    expect(parseSince(text, NOW)).toBe(moment);
  });

  it('without a zone is this machine’s', () => {
    expect(parseSince('2026-01-02T03:04', NOW)).toBe(new Date(2026, 0, 2, 3, 4).getTime());
  });

  it.each(['yesterday', '', '2026-01-02', '2026-13-02T03:04:05Z', '-5m'])('is not "%s"', (text) => {
    expect(() => parseSince(text, NOW)).toThrow('Neither a duration like 10m nor a time like');
  });

  it('says what is wrong with a duration', () => {
    expect(() => parseSince('10', NOW)).toThrow('10 of what? Say 10s or 10ms.');
    expect(() => parseSince('31d', NOW)).toThrow('It must not be longer than 30d.');
  });
});
