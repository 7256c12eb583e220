import { printable, shorten } from '../../model/text.js';

/** Where a value stands in the topology: keys and, in lists, indexes from 0. */
export type Path = readonly (string | number)[];

/** Takes a path; gives it as people write it: `replicas[1].port`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w-]+$/.test(part)) text += text === '' ? shorten(part) : `.${shorten(part)}`;
    else text += `["${shorten(printable(part))}"]`;
  }
  return text;
}

/** Takes a path; gives a string that no other path has: a key for maps and sets. */
export function pathKey(path: Path): string {
  return JSON.stringify(path);
}

/** Takes a value and a path; gives what stands there, undefined when there is nothing. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value;
}
