/** A key that does not exist: what was probably meant, and where it belongs. */

import { didYouMean } from '../../model/suggest.js';
import { enumerate, printable, shorten, show } from '../../model/text.js';
import type { Finding } from '../diagnostic.js';
import { holdsSecrets } from '../secrecy.js';
import { formatPath, type Path } from '../yaml/path.js';
import { KEYS } from './schema.js';

/** Keys that people look for in another place than where they are. */
const HOMES: ReadonlyMap<string, string> = new Map([
  ...(KEYS.get('sentinel') ?? []).map((key) => [key, `sentinel.${key}`] as const),
  ['port', 'master.port'],
  ['config', 'redis.config'],
  ['mode', 'network.mode'],
  ['subnet', 'network.subnet'],
]);

/** Directives of one word that people look for first. */
const COMMON_DIRECTIVES: ReadonlySet<string> = new Set([
  'maxmemory',
  'appendonly',
  'save',
  'databases',
  'hz',
  'loglevel',
]);

/** Takes the path of a mapping, a key that it cannot have, and its keys; gives what to tell the user. */
export function explainUnknownKey(parent: Path, key: string, siblings: readonly string[]): Finding {
  const section = typeof parent[0] === 'string' ? parent[0] : '';
  const candidates = KEYS.get(section) ?? [];
  return {
    severity: 'error',
    path: [...parent, key],
    atKey: true,
    message: holdsSecrets(parent) ? 'there is no such key' : `unknown key ${show(key)}`,
    suggestion: suggestionFor(section, parent, key, candidates, siblings),
  };
}

function suggestionFor(
  section: string,
  parent: Path,
  key: string,
  candidates: readonly string[],
  siblings: readonly string[],
): string {
  if (section === '' && key === 'services') return 'this looks like a compose file; give the topology file';
  if (section === '' && key === 'version') return 'remove it: a topology file has no version';
  const home = HOMES.get(key);
  if (home !== undefined && !home.startsWith(`${section}.`) && !candidates.includes(key))
    return `it belongs in ${home}`;
  const meant = didYouMean(key, candidates);
  if (meant !== undefined) {
    return siblings.includes(meant) ? `did you mean ${meant}? it is there already` : `did you mean ${meant}?`;
  }
  const known =
    candidates.length === 1
      ? `the only key here is ${candidates[0]}`
      : `the keys here are ${enumerate(candidates)}`;
  if (section === '' && (key.includes('-') || COMMON_DIRECTIVES.has(key)))
    return `if it is a directive, write it under redis.config; ${known}`;
  if (candidates.includes('config') && /^[a-z][a-z0-9-]*$/.test(key)) {
    return `if it is a directive, write it under ${formatPath([...parent, 'config'])}: {${shorten(printable(key))}: …}; ${known}`;
  }
  return known;
}
