/**
 * A file that comes with the package, by its path from the package's root. This module has to stay in a
 * folder just below that root, compiled (`dist/`) as well as bundled (`bundle/`).
 */
export function packageFile(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}
