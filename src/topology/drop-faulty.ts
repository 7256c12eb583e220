/** Takes out of what was read the parts that are known to be wrong, so that the rest can be checked too. */
import { type Path, pathKey, valueAt } from './yaml/path.js';

type Mutable = Record<string | number, unknown>;

/** Takes what was read; gives it without keys that have no value: `master:` with all its keys commented out. */
export function withoutNulls(value: unknown, key?: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item));
  // a directive without a value is a mistake to report, not a default
  if (typeof value !== 'object' || value === null || key === 'config') return value;
  const entries = Object.entries(value).filter(([, child]) => child !== null);
  return Object.fromEntries(entries.map(([name, child]) => [name, withoutNulls(child, name)]));
}

/** Takes a value and paths of faulty parts; gives a copy in which they are left out or harmless. */
export function dropFaulty(root: unknown, faulty: readonly Path[]): unknown {
  const copy: unknown = structuredClone(root);
  for (const path of faulty) {
    const parent = valueAt(copy, path.slice(0, -1));
    const last = path.at(-1);
    if (typeof parent !== 'object' || parent === null || last === undefined) continue;
    if (Array.isArray(parent)) parent[last as number] = path.includes('config') ? 0 : {};
    // any other port might seem to collide with one that is right
    else if (last === 'port' && !path.includes('config')) (parent as Mutable)[last] = 'auto';
    else delete (parent as Mutable)[last];
  }
  return copy;
}

/** Takes faulty paths; gives whether a path is clear of them. */
export function soundness(faulty: readonly Path[]): (path: Path) => boolean {
  const keys = new Set(faulty.map(pathKey));
  return (path) => {
    for (let length = 1; length <= path.length; length++)
      if (keys.has(pathKey(path.slice(0, length)))) return false;
    return true;
  };
}
