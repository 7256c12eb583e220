import { describe, expect, it } from 'vitest';
import { fillTemplate, type Placeholder } from '../../../src/config/template.js';
import { RsentinelError } from '../../../src/errors.js';

const value = (text: string, required = true): Placeholder => ({ kind: 'value', text, required });
const lines = (...entries: string[]): Placeholder => ({ kind: 'lines', lines: entries, required: true });

/** Filled in, with `{{port}}` required and `{{lines}}` there for whole lines. */
function filled(template: string, given: Readonly<Record<string, Placeholder>>): string {
  return fillTemplate('redis.conf', template, new Map(Object.entries(given)));
}

function mistakes(template: string, given: Readonly<Record<string, Placeholder>>): readonly string[] {
  try {
    filled(template, given);
  } catch (error) {
    if (error instanceof RsentinelError && error.code === 'TEMPLATE_INVALID') return error.details;
    throw error;
  }
  return [];
}

describe('a template', () => {
  it('has its placeholders replaced, in comments too, with spaces or without', () => {
    expect(filled('# on {{port}}\nport {{ port }}\n', { port: value('6379') })).toBe(
      '# on 6379\nport 6379\n',
    );
  });

  it('gets as many lines as there are where lines are wanted, and no empty one for none', () => {
    const template = 'a\n{{lines}}\nb\n';
    expect(filled(template, { lines: lines('save 1 2', 'save 3 4') })).toBe('a\nsave 1 2\nsave 3 4\nb\n');
    expect(filled(template, { lines: lines() })).toBe('a\nb\n');
  });

  it('takes values as they are, whatever they look like', () => {
    const odd = '$& $1 {{port}} "q" \\';
    expect(filled('x {{odd}}\nport {{port}}\n', { odd: value(odd), port: value('1') })).toBe(
      `x ${odd}\nport 1\n`,
    );
  });
});

describe('a template is refused', () => {
  it('with a placeholder that does not exist, at its place, also in a comment', () => {
    expect(mistakes('port {{port}}\n# see {{prot}}\n', { port: value('1') })).toEqual([
      'redis.conf:2:7: unknown placeholder {{prot}}; there are port',
    ]);
  });

  it('without a placeholder that it must have; a comment is no use of it', () => {
    expect(mistakes('# {{port}}\n', { port: value('1') })).toEqual(['redis.conf: {{port}} is missing']);
    expect(mistakes('\n', { port: value('1', false) })).toEqual([]);
  });

  it.each([
    ['\n', 'line feed'],
    ['\r', 'carriage return'],
    ['\u0000', 'null'],
    ['\u001b', 'escape'],
    ['\u007f', 'delete'],
    ['\u0085', 'next line'],
    ['\u2028', 'line separator'],
  ])('when a value would bring in a control character: %j (%s)', (character) => {
    const injected = `6379${character}replicaof evil 6379`;
    expect(mistakes('port {{port}}\n', { port: value(injected) })).toEqual([
      'redis.conf:1:6: the value of {{port}} has a line break or control character',
    ]);
    expect(mistakes('{{lines}}\n', { lines: lines('a', injected) })).toEqual([
      'redis.conf:1:1: the value of {{lines}} has a line break or control character',
    ]);
  });

  it('when whole lines are put inside a line', () => {
    expect(mistakes('x {{lines}}\n', { lines: lines('a') })).toEqual([
      'redis.conf:1:3: {{lines}} stands for whole lines and must be alone on its line',
    ]);
  });

  it('with all its mistakes at once', () => {
    expect(mistakes('{{a}} {{b}}\n{{c}}\n', { port: value('1') })).toHaveLength(4);
  });
});

describe('a template that was not written by hand', () => {
  it.each(['\u001b[2J', 'a\u0000b', 'x\ry', '\u2028'])(
    'is refused for the control character in %j',
    (text) => {
      expect(mistakes(`port {{port}}\n# ${text}\n`, { port: value('1') })).toEqual([
        expect.stringMatching(/^redis\.conf:2:\d+: a control character stands here$/),
      ]);
    },
  );

  it('may have tabs, and lines that end as on Windows', () => {
    expect(filled('port\t{{port}}\r\n', { port: value('1') })).toBe('port\t1\r\n');
  });
});
