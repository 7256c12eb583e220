/** The table of imports in ARCHITECTURE.md is true: no folder imports what it may not, and folders stay small. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Files of a folder side by side. */
const MOST_FILES = 15;

interface Import {
  /** Paths within `src`. */
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'));

/** Static and dynamic ones, types included. */
const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(ROOT, 'src', from), 'utf8');
  const found = text.matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/g);
  return [...found].map(([, to = '']) => ({ from, to: `${normalize(join(dirname(from), to))}.ts` }));
});

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : path);

/** Folder → the folders that it may import. */
function tableOf(markdown: string): ReadonlyMap<string, ReadonlySet<string>> {
  const section = markdown.split('\n## Imports\n')[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| `([a-z]+)\/` \| (.*) \|$/gm)];
  return new Map(
    rows.map(([, folder = '', others = '']) => [
      folder,
      new Set([...others.matchAll(/`([a-z]+)\/`/g)].map(([, other = '']) => other)),
    ]),
  );
}

const allowed = tableOf(readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8'));
const isRoot = (folder: string): boolean => folder.endsWith('.ts');

describe('the imports of src', () => {
  it('are as the table in ARCHITECTURE.md says', () => {
    const breaches = imports
      .filter(({ from, to }) => {
        const [a, b] = [folderOf(from), folderOf(to)];
        return !isRoot(a) && !isRoot(b) && a !== b && allowed.get(a)?.has(b) !== true;
      })
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(breaches).toEqual([]);
  });

  it('use every row and every word of the table', () => {
    const used = new Set(imports.map(({ from, to }) => `${folderOf(from)} ${folderOf(to)}`));
    const unused = [...allowed].flatMap(([folder, others]) =>
      [...others].filter((other) => !used.has(`${folder} ${other}`)).map((other) => `${folder} ${other}`),
    );
    expect(unused).toEqual([]);
    expect([...allowed.keys()].sort()).toEqual(
      [...new Set(files.map(folderOf))].filter((folder) => !isRoot(folder)).sort(),
    );
  });

  it('have no cycle between folders', () => {
    const left = new Map([...allowed].map(([folder, others]) => [folder, new Set(others)]));
    for (let size = -1; size !== left.size; ) {
      size = left.size;
      for (const [folder, others] of left)
        if ([...others].every((other) => !left.has(other))) left.delete(folder);
    }
    expect([...left.keys()]).toEqual([]);
  });

  it.each([
    ['dockerode', /^engine\/docker\//],
    ['ioredis', /^nodes\/client\/redis-client\.ts$/],
    ['commander', /^cli\//],
    ['chalk', /^report\//],
    ['ora', /^(?:cli|report)\//],
  ])('reach %s in one place only', (name, place) => {
    const users = files.filter((path) => {
      const text = readFileSync(join(ROOT, 'src', path), 'utf8');
      const isImported = new RegExp(
        `^(?:import|export) (?!type )[^;]*from '${name}'|import\\('${name}'\\)`,
        'm',
      );
      return isImported.test(text);
    });
    expect(users.filter((path) => !place.test(path))).toEqual([]);
  });
});

it(`no folder of src has more than ${MOST_FILES} files side by side`, () => {
  const counts = new Map<string, number>();
  for (const path of files) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > MOST_FILES)).toEqual([]);
});
