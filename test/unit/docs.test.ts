import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TRAP_REMEDIES } from '../../src/doctor/remedies.js';
import { topologyJsonSchema } from '../../src/topology/schema/json-schema.js';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** First cells of the rows of all tables, without backticks. */
function firstCells(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) =>
    cell.split(',').map((word) => word.trim().replaceAll('`', '')),
  );
}

interface SchemaPart {
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly anyOf?: readonly SchemaPart[];
}

/** Paths of all keys: `sentinel.quorum`. Keys of list items are left out. */
function keysOf({ properties = {}, anyOf = [] }: SchemaPart, prefix = ''): readonly string[] {
  const own = Object.entries(properties).flatMap(([key, value]) => {
    const inner = keysOf(value, `${prefix}${key}.`);
    // What may also be a single word is a key itself.
    const isWord = value.anyOf?.some((part) => part.properties === undefined) ?? false;
    return inner.length > 0 && !isWord ? inner : [`${prefix}${key}`, ...inner];
  });
  return [...own, ...anyOf.flatMap((part) => keysOf(part, prefix))];
}

describe('docs/troubleshooting.md', () => {
  const page = read('docs/troubleshooting.md');
  const documented = firstCells(page);
  /** First cells of the tables of one chapter. */
  const documentedIn = (chapter: string): readonly string[] =>
    firstCells(page.split(/^## /m).find((text) => text.startsWith(`${chapter}\n`)) ?? '');

  it('has every error code, and no other', () => {
    const codes = [...read('src/errors.ts').matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(15);
    expect(documented.filter((code) => /^[A-Z_]+$/.test(code)).sort()).toEqual([...codes].sort());
  });

  it('has every fault that has a remedy, and no other', () => {
    const codes = [...read('src/nodes/health/remedies.ts').matchAll(/^ {2}'?([a-z-]+)'?:/gm)].map(
      ([, code]) => code,
    );
    expect(codes.length).toBeGreaterThan(25);
    expect([...documentedIn('Faults')].sort()).toEqual([...codes].sort());
  });

  it('has every trap, and no other', () => {
    expect([...documentedIn('Traps')].sort()).toEqual(Object.keys(TRAP_REMEDIES).sort());
  });
});

describe('README.md', () => {
  it('has every key of the topology file, and no other', () => {
    const section = /## The topology file\n(.*?)\n## /s.exec(read('README.md'))?.[1] ?? '';
    const keys = keysOf(topologyJsonSchema() as SchemaPart).map((key) =>
      key === 'slaves' ? 'replicas' : key,
    );
    expect([...firstCells(section)].sort()).toEqual([...new Set(keys)].sort());
  });

  it('links to files that exist', () => {
    for (const [, path = ''] of read('README.md').matchAll(/\]\(([^)#:]+)\)/g)) {
      expect(read(path), path).not.toBe('');
    }
  });
});
