/** Names of data files that a server could not load, and that are kept beside its own. */

const MARK = '.set-aside-';

/** Returns what is put behind the name of a file that is set aside: `.set-aside-20261127T183000Z`. */
export function asideSuffix(now: Date): string {
  return MARK + now.toISOString().replace(/[-:]|\.\d+/g, '');
}

export function isAside(path: string): boolean {
  return path.includes(MARK);
}
