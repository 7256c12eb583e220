import { describe, expect, test } from 'vitest';
import { isValid, linesOf, nodesOf, topologyOf } from './parse-helper.js';

const START = 'begin with a key, such as name: my-group, or start from topology.example.yaml';

describe('a file that is no mapping', () => {
  test.each([
    ['', `the file is empty; ${START}`],
    ['# only a comment\n', `the file is empty; ${START}`],
    ['null', `the file is empty; ${START}`],
    ['- a\n- b\n', `the file is a list, not a mapping of keys; ${START}`],
    ['hello', `the file is a single value, not a mapping of keys; ${START}`],
  ])('%j', (text, line) => {
    expect(linesOf(text)).toEqual([`t.yaml:1:1: ${line}`]);
  });
});

describe('broken YAML', () => {
  test.each([
    ['\tname: x', ['1:1: a tab is used to indent; indent with spaces']],
    [
      'name: a: b',
      [
        '1:7: a second "key: value" on one line; put it on a line of its own, or put a value that contains ": " in quotes',
      ],
    ],
    ['name: x\n---\nname: y', ['2:1: a second document begins here (---); keep one group in a file']],
    ['image: "redis\nreplicas: 5\n', ['1:8: a quote is opened and never closed; close it']],
    [
      'sentinels: [{port: 1}\nname: x\n',
      [
        '2:1: the indentation does not fit, or a bracket is not closed; indent the keys of one mapping alike, and close every [ and {',
      ],
    ],
    [
      'name: !secret x',
      [
        '1:7: YAML tags (words that begin with !) have no meaning here; remove the tag, or put the value in quotes',
      ],
    ],
    [
      'image: "\\q"',
      [
        '1:9: a backslash in double quotes begins something unknown; use single quotes, or write \\\\ for a backslash',
      ],
    ],
    ['master: { port: ${P} }', ['1:18: ${…} without quotes inside { } or [ ]; put it in quotes: "${NAME}"']],
    ['? [a]\n: b', ['1:3: a key is not a plain word; write one word before the colon']],
    [
      'name: *nowhere',
      ['1:7: name: there is no &nowhere above this line; write &nowhere where the value is defined'],
    ],
    [
      'replicas: &r [*r]',
      ['1:15: replicas[0]: *r stands inside the value it repeats; write the value itself'],
    ],
    ['<<: 5', ['1:1: << does not name a mapping; write <<: *NAME, with &NAME at a mapping above']],
    [
      'name: a\u0007b',
      ['1:8: a control character (U+0007) stands here; remove it; a topology file is plain text in UTF-8'],
    ],
    [
      'name: x\n\u0000\u0000',
      ['2:1: a control character (U+0000) stands here; remove it; a topology file is plain text in UTF-8'],
    ],
  ])('%j', (text, lines) => {
    expect(linesOf(text)).toEqual(lines.map((line) => `t.yaml:${line}`));
  });

  test('does not hide the mistakes above it', () => {
    expect(linesOf('nmae: x\nimage: "redis\nreplicas: -5')).toEqual([
      't.yaml:1:1: nmae: unknown key "nmae"; did you mean name?',
      't.yaml:2:8: a quote is opened and never closed; close it',
    ]);
  });

  test('that leaves the rest readable does not hide the mistakes below it', () => {
    expect(linesOf('name: !x y\nreplicas: -5')).toHaveLength(2);
  });

  test.each([
    '"\\e[2J": 1\nname: "\\e]0;x\\a\\u202e"\nredis: {config: {"\\e[1m": x, a: "\\e[1m"}}',
    'name: *a\u009b',
    'name: "${A:?\\e[2J}"',
    'name: "${A:?${B}}"',
  ])('%j shows no character that a terminal would act upon', (text) => {
    const lines = linesOf(text, { B: '\u001b[2J' });
    expect(lines).not.toEqual([]);
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('anchors', () => {
  test('repeat a value', () => {
    expect(nodesOf('replicas: [&r {port: auto}, *r]\n').slice(0, 3)).toEqual([
      'redis-1:6379',
      'redis-2:auto',
      'redis-3:auto',
    ]);
  });

  test('may stand under keys that begin with x-, as in compose, and be merged', () => {
    const text = `x-config: &fast {maxmemory: 1mb, hz: 50}
x-more: &more {hz: 100, save: ""}
redis:
  config:
    <<: [*fast, *more]
    maxmemory: 2mb
`;
    expect(topologyOf(text).redis[0].directives).toEqual([
      { name: 'maxmemory', value: '2mb' },
      { name: 'hz', value: '50' },
      { name: 'save', value: '""' },
    ]);
  });

  test('that multiply are refused', () => {
    const list = (name: string): string => `[${Array(10).fill(`*${name}`).join(', ')}]`;
    const bomb = `x-a: &a [1]\nx-b: &b ${list('a')}\nx-c: &c ${list('b')}\nx-d: &d ${list('c')}\nx-e: &e ${list('d')}\nreplicas: ${list('e')}\n`;
    expect(linesOf(bomb).join()).toMatch(
      /^t\.yaml:\d+:\d+: replicas\[0\]\[\d\]: the file has too many values, or its aliases repeat each other; write it more simply$/,
    );
  });
});

describe('values without end', () => {
  test.each([
    ['flow lists', '['.repeat(200_000)],
    ['flow mappings', '{a: '.repeat(60_000)],
    ['block lists', '- '.repeat(100_000)],
    ['block mappings', Array.from({ length: 600 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['closed lists', `redis: ${'['.repeat(100)}${']'.repeat(100)}`],
    ['quotes', '"'.repeat(250_000)],
    ['anchors', '&a '.repeat(80_000)],
    ['keys', Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')],
    ['a huge file', 'a'.repeat(300_000)],
  ])('%s are refused, before anybody gives up', { timeout: 60_000 }, (_what, text) => {
    expect(isValid(text)).toBe(false);
  });

  test('are called too long', () => {
    expect(linesOf('a'.repeat(300_000))).toEqual([
      't.yaml:1:1: the file is longer than 256 KiB; give the file that describes the group',
    ]);
  });

  test('are called too deep', () => {
    expect(linesOf('['.repeat(200_000))).toEqual([
      expect.stringMatching(/^t\.yaml:1:\d+: values are nested too deeply; write it more simply$/),
    ]);
    expect(linesOf(`redis: ${'['.repeat(100)}${']'.repeat(100)}`)).toEqual([
      't.yaml:1:40: redis[0][0]: values are nested more than 32 deep; write it more simply',
    ]);
  });
});

test('a file of Windows is read like any other', () => {
  expect(linesOf('\ufeffname: demo\r\nreplicas: 1\r\n')).toEqual([]);
  expect(linesOf('\ufeffname: demo\r\nreplicsa: 1\r\n')).toEqual([
    't.yaml:2:1: replicsa: unknown key "replicsa"; did you mean replicas?',
  ]);
});
