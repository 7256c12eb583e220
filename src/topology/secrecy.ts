/** What of a topology file is never told: whatever stands under `auth` may be a password in the wrong place. */

import { KEYS } from './schema/schema.js';
import type { Path } from './yaml/path.js';

const SECTION = 'auth';

export function holdsSecrets([section]: Path): boolean {
  return section === SECTION;
}

/** So much of a path as has no key in it that may be a password. */
export function toldPath(path: Path): Path {
  if (!holdsSecrets(path)) return path;
  const known = KEYS.get(SECTION) ?? [];
  const end = path.findIndex((part, index) => index > 0 && typeof part === 'string' && !known.includes(part));
  return end === -1 ? path : path.slice(0, end);
}
