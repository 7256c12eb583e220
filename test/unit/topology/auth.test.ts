/** `auth`: who has to log in, where the passwords come from, and mistakes that do not tell them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PasswordSource, TopologyAuth } from '../../../src/model/topology.js';
import { linesOf, topologyOf } from './parse-helper.js';

const PLANTED = 'planted-Secret1';

function authOf(text: string, env: Record<string, string> = {}): TopologyAuth | null {
  return topologyOf(`auth: ${text}\n`, env).auth;
}

/** A password as it would be given to Redis; what else there is for it, in words. */
function told(source: PasswordSource | 'same' | undefined): string | undefined {
  if (source === undefined || source === 'same') return source;
  if (source.kind === 'given') return source.password.reveal();
  return source.kind === 'file' ? `file ${source.path}` : 'generate';
}

function passwordOf(text: string, env: Record<string, string> = {}): string | undefined {
  return told(authOf(text, env)?.password);
}

describe('who has to log in', () => {
  test('is nobody, unless the file says so', () => {
    expect(topologyOf('name: demo\n').auth).toBeNull();
  });

  test.each([
    ['generate', { mode: 'password', user: 'app', rules: null }],
    ['acl', { mode: 'acl', user: 'app', rules: null }],
    ['{}', { mode: 'password', user: 'app', rules: null }],
    ['{mode: acl}', { mode: 'acl', user: 'app', rules: null }],
    ['{mode: acl, user: web}', { mode: 'acl', user: 'web', rules: null }],
    ['{mode: acl, rules: ["~a:*", "+@read"]}', { mode: 'acl', rules: ['~a:*', '+@read'] }],
  ])('is everybody with auth: %s, by a password that is made up', (text, expected) => {
    const auth = authOf(text);
    expect(auth).toMatchObject({ ...expected, sentinelPassword: 'same' });
    expect(told(auth?.password)).toBe('generate');
  });
});

describe('a password', () => {
  test.each([
    ['{password: "${X}"}', 'in quotes'],
    ['{password: $X}', 'without braces'],
    ['{password: "${Y:-${X}}"}', 'as a default'],
  ])('comes from a variable (%s: %s)', (text) => {
    expect(passwordOf(text, { X: PLANTED })).toBe(PLANTED);
  });

  test.each([
    'null',
    '~',
    '12345',
    '0x10',
    '1.0',
    '1e3',
    'true',
    'True',
    'no',
    'a$b',
    '$$',
    '${X}',
    '*a',
    '#a',
  ])('is taken as it is when its variable holds %j', (value) => {
    expect(passwordOf('{password: $X}', { X: value })).toBe(value);
    expect(passwordOf('{password: "${X}"}', { X: value })).toBe(value);
  });

  test('that is a number in the file is taken as it is written', () => {
    expect(passwordOf('{password: 0012345}')).toBe('0012345');
    expect(passwordOf('{password: True}')).toBe('True');
    expect(passwordOf('{password: 1.0}')).toBe('1.0');
  });

  test('has $ as $$ in the file', () => {
    expect(passwordOf('{password: a$$b}')).toBe('a$b');
  });

  test('comes from a file, whose path starts from the topology', () => {
    expect(passwordOf('{password-file: ./redis.password}')).toBe('file /srv/My_App/redis.password');
    expect(passwordOf('{password-file: /run/secrets/redis}')).toBe('file /run/secrets/redis');
  });

  test('of the sentinels may be another one', () => {
    const source = (text: string) => told(authOf(text, { X: PLANTED })?.sentinelPassword);
    expect(source('{sentinel-password: $X}')).toBe(PLANTED);
    expect(source('{sentinel-password: generate}')).toBe('generate');
    expect(source('{sentinel-password-file: s}')).toBe('file /srv/My_App/s');
    expect(source('{password: $X}')).toBe('same');
  });

  test('that stands in the file is warned of, one from a variable is not', () => {
    expect(linesOf(`auth: {password: ${PLANTED}}`)).toEqual([
      't.yaml:1:18: warning: auth.password: the password stands in the file, for everybody who reads it; write password: ${NAME_OF_A_VARIABLE}, password-file, or password: generate',
    ]);
    expect(linesOf('auth: {password: $X, sentinel-password: "${Y}"}', { X: PLANTED, Y: PLANTED })).toEqual(
      [],
    );
  });

  test('is whatever the schema takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (value) => {
        const env = { X: value };
        if (linesOf('auth: {password: $X}', env).length > 0) return;
        expect(passwordOf('{password: $X}', env)).toBe(value);
      }),
    );
  });
});

const NOT_A_PASSWORD =
  'the value is not a password (1 to 512 bytes, without spaces, quotes and backslashes); write for example password: ${REDIS_PASSWORD}';
const NOT_AUTH =
  'the value is not generate, acl, or a mapping of mode, password and so on; write for example auth: generate';
const KEYS =
  'the keys here are mode, user, password, password-file, sentinel-password, sentinel-password-file and rules';
const RULE =
  'the value is not an ACL rule for commands, keys or channels; write for example "+@read", "-flushall", "~app:*" or "&news:*"';

describe('a mistake is told at its place, without what stands there', () => {
  test.each([
    [`auth: ${PLANTED}`, `1:7: auth: ${NOT_AUTH}`],
    [`auth: [${PLANTED}]`, `1:7: auth: ${NOT_AUTH}`],
    [`auth:\n  password:${PLANTED}`, `2:3: auth: ${NOT_AUTH}`],
    [`auth: {${PLANTED}: 1}`, `1:8: auth: there is no such key; ${KEYS}`],
    [`auth: {passwrd: ${PLANTED}}`, '1:8: auth: there is no such key; did you mean password?'],
    [`auth: {__proto__: ${PLANTED}}`, '1:8: auth: "__proto__" is not a key; remove it'],
    [`auth: {password: {${PLANTED}: 1}}`, `1:18: auth.password: ${NOT_A_PASSWORD}`],
    [`auth: {password: [${PLANTED}]}`, `1:18: auth.password: ${NOT_A_PASSWORD}`],
    [`auth: {password: "${PLANTED} x"}`, `1:18: auth.password: ${NOT_A_PASSWORD}`],
    [`auth: {password: '${PLANTED}"x'}`, `1:18: auth.password: ${NOT_A_PASSWORD}`],
    [`auth: {password: ${PLANTED.repeat(40)}}`, `1:18: auth.password: ${NOT_A_PASSWORD}`],
    ['auth: {password: ""}', `1:18: auth.password: ${NOT_A_PASSWORD}`],
    ['auth: {sentinel-password: "a b"}', `1:27: auth.sentinel-password: ${NOT_A_PASSWORD}`],
    [
      `auth: {password: *${PLANTED}}`,
      '1:18: auth.password: there is no &NAME above this line; write &NAME where the value is defined',
    ],
    [
      `auth: {password-file: "${PLANTED}\\n"}`,
      '1:23: auth.password-file: the value is not the path of a file; write for example password-file: ./redis.password',
    ],
    [
      `auth: {mode: ${PLANTED}}`,
      '1:14: auth.mode: the value is not password or acl; write for example mode: acl',
    ],
    [
      `auth: {mode: acl, user: "${PLANTED} x"}`,
      '1:25: auth.user: the value is not the name of a user (letters, digits, ".", "-" and "_"); write for example user: app',
    ],
    [`auth: {mode: acl, rules: [">${PLANTED}"]}`, `1:27: auth.rules[0]: ${RULE}`],
    [`auth: {mode: acl, rules: [+get, "#${'0'.repeat(64)}"]}`, `1:33: auth.rules[1]: ${RULE}`],
    ['auth: {mode: acl, rules: [nopass]}', `1:27: auth.rules[0]: ${RULE}`],
    ['auth: {mode: acl, rules: [allcommands]}', `1:27: auth.rules[0]: ${RULE}`],
    ['auth: {mode: acl, rules: ["~* +@all"]}', `1:27: auth.rules[0]: ${RULE}`],
    [
      `auth: {mode: acl, rules: {${PLANTED}: 1}}`,
      '1:26: auth.rules: the value is not a list of ACL rules; write for example rules: ["~app:*", "+@read"]',
    ],
  ])('%s', (text, line) => {
    expect(linesOf(text)).toEqual([`t.yaml:${line}`]);
    expect(line).not.toContain(PLANTED);
  });

  test.each([
    [
      '{user: web}',
      '1:8: auth.user: user has a meaning with mode: acl only: otherwise there is one password and no user; write mode: acl, or remove it',
    ],
    [
      '{rules: [+get]}',
      '1:8: auth.rules: rules has a meaning with mode: acl only: otherwise there is one password and no user; write mode: acl, or remove it',
    ],
    [
      '{mode: acl, user: default}',
      '1:25: auth.user: default is the name of a user that rsentinel makes; choose another, such as app',
    ],
    [
      '{mode: acl, user: replica}',
      '1:25: auth.user: replica is the name of a user that rsentinel makes; choose another, such as app',
    ],
    [
      '{password: $X, password-file: p}',
      '1:22: auth.password-file: the password comes from password already; keep one of password and password-file',
    ],
    [
      '{sentinel-password: generate, sentinel-password-file: p}',
      '1:37: auth.sentinel-password-file: the password comes from sentinel-password already; keep one of sentinel-password and sentinel-password-file',
    ],
  ])('across keys: %s', (text, line) => {
    expect(linesOf(`auth: ${text}`, { X: PLANTED })).toEqual([`t.yaml:${line}`]);
  });

  test.each([
    [
      'is not set',
      {},
      '1:18: warning: auth.password: the variable X is not set, so nothing stands in its place; set X in the environment, or give it a default: ${X:-default}',
    ],
    ['is empty', { X: '' }, null],
  ])('of a variable that %s', (_, env, warning) => {
    expect(linesOf('auth: {password: $X}', env)).toEqual([
      ...(warning === null ? [] : [`t.yaml:${warning}`]),
      `t.yaml:1:18: auth.password: ${NOT_A_PASSWORD}`,
    ]);
  });

  test.each([' ', '\t', '\n', '"', "'", '\\', '\u0000', '\u007f', '\u2028', '\ud800'])(
    'of a variable with the character %j in it',
    (character) => {
      const env = { X: `${PLANTED}${character}x` };
      expect(linesOf('auth: {password: $X}', env)).toEqual([`t.yaml:1:18: auth.password: ${NOT_A_PASSWORD}`]);
    },
  );

  test('of YAML itself', () => {
    const texts = [
      `auth: {password: |${PLANTED}}`,
      `auth:\n  password: |${PLANTED}\n`,
      `auth:\n  password: >${PLANTED}\n`,
      `auth:\n  password: %${PLANTED}\n`,
      `auth:\n  password: @${PLANTED}\n`,
      `auth:\n  password: !${PLANTED} x\n`,
      `auth:\n  password: "${PLANTED}\n`,
      `auth:\n  password: '${PLANTED}\nname: x\n`,
      `auth:\n  password: ${PLANTED}: x\n`,
      `auth:\n password: ${PLANTED}\n  mode: acl\n`,
      `auth:\n\tpassword: ${PLANTED}\n`,
      `auth: {password: ${PLANTED}\n`,
      `auth: {password: ${PLANTED}}}\n`,
      `auth: {password: "${PLANTED}\\q"}\n`,
      `auth: {? [${PLANTED}] : x}\n`,
    ];
    for (const text of texts) {
      const lines = linesOf(text);
      expect(lines, text).not.toEqual([]);
      expect(lines.join('\n'), text).not.toContain(PLANTED);
    }
  });

  test('of any kind, whatever is around the password', () => {
    const noise = fc
      .array(fc.constantFrom(...' :-?[]{}&*!|>\'"%@`#,$\t\\<=~', '\n    ', '${', ': ', ' x', '- '), {
        maxLength: 4,
      })
      .map((parts) => parts.join(''));
    const value = fc.tuple(noise, noise).map(([before, after]) => `${before}${PLANTED}${after}`);
    const key = fc.constantFrom(
      'password',
      'sentinel-password',
      'password-file',
      'mode',
      'user',
      'rules',
      'other',
    );
    const text = fc
      .tuple(key, value, fc.constantFrom('\n', '\n  mode: acl\n', '\nname: demo\n', '}'))
      .map(([name, written, rest]) => `auth:\n  ${name}: ${written}${rest}`);
    fc.assert(
      fc.property(text, (written) => {
        expect(linesOf(written).join('\n')).not.toContain(PLANTED);
      }),
      { numRuns: 1000 },
    );
  });
});
