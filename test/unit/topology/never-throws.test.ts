import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { isValid, linesOf, topologyOf } from './parse-helper.js';

const KEYS = [
  'name',
  'image',
  'master',
  'replicas',
  'slaves',
  'sentinels',
  'sentinel',
  'redis',
  'network',
  'storage',
  'directory',
  'templates',
  'port',
  'config',
  'quorum',
  'down-after-milliseconds',
  'mode',
  'subnet',
  'save',
  'x-y',
  '<<',
  '__proto__',
  'constructor',
  'toString',
] as const;

const scalar = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(
    'auto',
    'bridge',
    '10.0.0.0/24',
    '${A}',
    '${A:-${B}',
    '$$',
    '${A:-6380}',
    "'",
    '"',
    '-',
    '~',
  ),
  fc.integer({ min: 0, max: 5 }),
);

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 6 })), tie('tree'), {
      maxKeys: 6,
    }),
  ),
}));

/** Text in which YAML's and the tool's own characters are frequent. */
const yamlLike = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...KEYS,
        ...':-?[]{}&*!|>\'"%@`#,$ \n\t\\<='.split(''),
        ': ',
        '\n  ',
        '\n- ',
        '&a ',
        '*a',
        '<<: *a',
        '${',
        '}',
        '---\n',
        '\r\n',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

/** Whatever the text is: valid without errors, or invalid with at least one line that has a place. */
function holds(text: string): void {
  const lines = linesOf(text, { A: 'a\nb' });
  if (isValid(text, { A: 'a\nb' })) {
    const { redis, sentinels } = topologyOf(text, { A: 'a\nb' });
    for (const { directives } of [...redis, ...sentinels]) {
      for (const { name, value } of directives)
        expect(`${name} ${value}`).toMatch(/^[a-z0-9-]+ [^\p{Cc}]+$/u);
    }
  } else {
    expect(lines.length).toBeGreaterThan(0);
  }
  for (const line of lines) expect(line).toMatch(/^t\.yaml:[1-9]\d*:[1-9]\d*: [^\p{Cc}]+$/u);
}

describe('whatever is in the file, there is an answer', () => {
  test('for any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), holds), { numRuns: 300 });
  });

  test('for text much like YAML', () => {
    fc.assert(fc.property(yamlLike, holds), { numRuns: 2000 });
  });

  test('for any structure', () => {
    const structure = fc.dictionary(fc.constantFrom(...KEYS), tree, { maxKeys: 8 });
    fc.assert(
      fc.property(structure, (value) => holds(stringify(value))),
      { numRuns: 1000 },
    );
  });

  test('for any value in config', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 10 }), tree), (config) =>
        holds(stringify({ redis: { config }, sentinel: { config } })),
      ),
      { numRuns: 500 },
    );
  });

  test('for any environment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const text =
          'name: $A\nimage: "${A}"\nreplicas: ${B}\nredis: {config: {save: "$A"}}\ndirectory: $B\n';
        for (const line of linesOf(text, { A: a, B: b }))
          expect(line).toMatch(/^t\.yaml:\d+:\d+: [^\p{Cc}]+$/u);
      }),
      { numRuns: 500 },
    );
  });
});
