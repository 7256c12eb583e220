/** Topology files as nobody should write them. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { HOSTILE_TEXTS, hostileText } from './texts.js';

const EXAMPLE = readFileSync(new URL('../../topology.example.yaml', import.meta.url), 'utf8');
const SMALL = 'name: demo\nreplicas: 1\nsentinels: [{port: 26379}]\nredis: {config: {save: [3600 1]}}\n';
const ANCHORS = 'x-a: &a {config: {maxmemory: 1mb}}\nredis: {<<: *a}\nmaster: *a\nsentinels: 1\n';

const SYNTAX = [
  ...':-?[]{}&*!|>\'"%@`#,$ \n\t\\<='.split(''),
  ': ',
  '\n  ',
  '\n- ',
  '&a ',
  '*a',
  '<<: *a',
  '${A}',
  '---\n',
  '...\n',
  '\r\n',
  '!!binary ',
  '!!set ',
  '!!js/function ',
  '? ',
  '|2-\n',
  '%YAML 1.1\n',
  '\ufeff',
];
const piece = fc.oneof(fc.constantFrom(...SYNTAX), hostileText);

/** Any text, and text in which YAML's own characters are frequent. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
);

/** A file that was good, and in which somebody has cut and pasted. */
const mutated = fc
  .tuple(
    fc.constantFrom(EXAMPLE, SMALL, ANCHORS),
    fc.array(fc.record({ at: fc.nat(), length: fc.nat(40), what: fc.oneof(piece, fc.nat(5_000)) }), {
      minLength: 1,
      maxLength: 6,
    }),
  )
  .map(([text, edits]) =>
    edits.reduce((now, { at, length, what }) => {
      const start = at % (now.length + 1);
      const put = typeof what === 'number' ? now.slice(what % (now.length + 1)).slice(0, 60) : what;
      return now.slice(0, start) + put + now.slice(start + length);
    }, text),
  );

/** What multiplies itself, and what is very deep or very long. */
const bomb = fc.oneof(
  fc.tuple(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 2, max: 12 })).map(([depth, width]) => {
    const lines = ['x-0: &a0 [y, y]'];
    for (let at = 1; at < depth; at += 1) {
      lines.push(`x-${at}: &a${at} [${Array.from({ length: width }, () => `*a${at - 1}`).join(', ')}]`);
    }
    return `${lines.join('\n')}\nreplicas: *a${depth - 1}\n`;
  }),
  fc
    .tuple(fc.constantFrom('[', '{a: ', '- ', '? ', '&a [', '{<<: '), fc.integer({ min: 1, max: 3_000 }))
    .map(([open, times]) => `replicas: ${open === '- ' || open === '? ' ? '\n  ' : ''}${open.repeat(times)}`),
  fc
    .integer({ min: 1, max: 5_000 })
    .map((keys) => Array.from({ length: keys }, (_, at) => `k${at}: ${at}\n`).join('')),
  fc.integer({ min: 1, max: 300 }).map((doubled) => 'name: a\n'.repeat(doubled)),
  fc.integer({ min: 1, max: 200 }).map((depth) => `name: ${'${A:-'.repeat(depth)}x${'}'.repeat(depth)}\n`),
  fc.constant('x: &a {<<: *a}\nreplicas: *a\n'),
);

const BASE = {
  name: 'demo',
  image: 'redis:8',
  master: { name: 'mymaster', port: 6379, config: { maxmemory: '1mb' } },
  replicas: [{ name: 'other', port: 6380, config: { save: ['60 1', '300 10'] } }, {}],
  sentinels: 3,
  sentinel: { quorum: 2, 'down-after-milliseconds': 1500, config: { loglevel: 'debug' } },
  timing: 'normal',
  redis: { config: { 'maxmemory-policy': 'noeviction' } },
  network: { mode: 'loopback' },
  storage: 'directory',
  directory: './data',
};
const PLACES: readonly (readonly (string | number)[])[] = [
  ['name'],
  ['image'],
  ['master', 'name'],
  ['master', 'port'],
  ['master', 'config', 'maxmemory'],
  ['master', 'config', 'proc-title-template'],
  ['replicas', 0, 'name'],
  ['replicas', 0, 'port'],
  ['replicas', 0, 'config', 'save'],
  ['replicas', 0, 'config', 'appendfilename'],
  ['replicas', 1, 'config', 'dbfilename'],
  ['replicas'],
  ['sentinels'],
  ['sentinel', 'quorum'],
  ['sentinel', 'config', 'loglevel'],
  ['sentinel', 'config', 'sentinel'],
  ['timing'],
  ['redis', 'config', 'latency-tracking-info-percentiles'],
  ['redis', 'config'],
  ['network', 'mode'],
  ['network', 'address'],
  ['network', 'subnet'],
  ['network', 'insecure'],
  ['storage'],
  ['directory'],
  ['templates', 'redis'],
  ['auth'],
  ['auth', 'mode'],
  ['auth', 'user'],
  ['auth', 'password'],
  ['auth', 'sentinel-password'],
  ['auth', 'password-file'],
  ['auth', 'rules'],
  ['auth', 'rules'],
];

/** A good file with passwords, users and rules that may be good. */
const goodAuth = fc
  .record({
    mode: fc.constantFrom('acl', 'password'),
    user: fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/),
      fc.constantFrom('app', 'default', '__proto__'),
    ),
    password: fc.oneof(
      fc.string({ minLength: 1, maxLength: 20 }),
      fc.constantFrom('generate', '{{port}}', '#', '>x', '${A}'),
    ),
    rules: fc.array(
      fc
        .tuple(
          fc.constantFrom('~', '&', '+', '-', '+@', '%R~', '>', '#', 'on '),
          fc.oneof(
            fc.string({ unit: 'binary', maxLength: 8 }),
            fc.constantFrom('*', 'all', 'read', 'get|x', 'a\\', '\u001b', 'a"b'),
          ),
        )
        .map((parts) => parts.join('')),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ rules, user, ...auth }) =>
    stringify({ ...BASE, auth: auth.mode === 'acl' ? { ...auth, user, rules } : auth }),
  );

/** What a value of a directive may well be, with quotes, escapes and comments anywhere. */
const directiveValue = fc
  .array(fc.constantFrom('a', '1', ' ', '"', "'", '\\', '#', '$', '{', '}', '\t', 'ü', '🦀', ':', '\\n'), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    hostileText,
    directiveValue,
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      1,
      2,
      6379,
      65_536,
      1e308,
      'auto',
      'bridge',
      'host',
      'published',
      '10.0.0.0/24',
    ),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(hostileText, fc.constantFrom('name', 'port', 'config', 'save')), tie('tree'), {
      maxKeys: 4,
    }),
  ),
}));

function put(
  into: Record<string, unknown>,
  [key, ...rest]: readonly (string | number)[],
  value: unknown,
): void {
  if (key === undefined) return;
  if (rest.length === 0) into[key] = value;
  else {
    const inner = into[key];
    if (typeof inner !== 'object' || inner === null) into[key] = {};
    put(into[key] as Record<string, unknown>, rest, value);
  }
}

/** A good file, and something hostile at some of its keys. */
const hostileAtKeys = fc
  .array(
    fc.tuple(
      fc.constantFrom(...PLACES),
      fc.oneof(tree, directiveValue, fc.array(directiveValue, { maxLength: 3 })),
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((changes) => {
    const topology: Record<string, unknown> = structuredClone(BASE);
    for (const [path, value] of changes) put(topology, path, value);
    return stringify(topology);
  });

/** A good file with directives that are good too, in whatever way they are written. */
const goodDirectives = fc
  .dictionary(
    fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
    fc.oneof(directiveValue, fc.array(directiveValue, { maxLength: 3 })),
    {
      maxKeys: 5,
    },
  )
  .map((config) => stringify({ ...BASE, redis: { config } }));

export const topologyText = fc.oneof(
  { weight: 3, arbitrary: anyText },
  { weight: 4, arbitrary: mutated },
  { weight: 4, arbitrary: hostileAtKeys },
  { weight: 4, arbitrary: goodDirectives },
  { weight: 2, arbitrary: goodAuth },
  { weight: 1, arbitrary: bomb },
);

export const environment = fc.dictionary(
  fc.oneof(fc.constantFrom('A', 'B', 'RSENTINEL_IMAGE', '__proto__', 'constructor'), hostileText),
  fc.oneof(hostileText, fc.constantFrom(...HOSTILE_TEXTS)),
  { maxKeys: 4 },
);
