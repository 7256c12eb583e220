/** Text from a file or the environment, made fit to stand in a message. */

const LONGEST = 60;

/** Characters that have no place in a configuration file: they end lines, move cursors, or are halves of others. */
export const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/** Bytes of a password: Redis takes no longer one (CONFIG_AUTHPASS_MAX_LEN, 6.0 – 8.0). */
export const LONGEST_PASSWORD = 512;

/**
 * What cannot stand in a password: Sentinel writes it into its file without quotes (sentinel.c,
 * rewriteConfigSentinelOption, 6.0 – 8.0), and could not read that again.
 */
export const NO_PASSWORD = /[\s"'\\\p{Cc}\p{Cs}\u2028\u2029]/u;

/** Whatever a terminal could act upon, or show in another order than it stands there. */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;
/** What CI systems take for commands: `::error::…` where a line begins; `##[…]`, `##vso[…]`, `##teamcity[…]` anywhere. */
const COMMAND = /^\s*:(?=:[a-z].*::)|(?<=#)#(?=\w{0,20}\[)/gis;

/** Takes any text; gives it with whatever a terminal or a CI system could act upon written as \uXXXX. */
export function printable(text: string): string {
  return text
    .replace(ACTIVE, written)
    .replace(COMMAND, (found) => found.slice(0, -1) + written(found.slice(-1)));
}

/** A character as \uXXXX. */
export function written(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

/** Takes any text; gives its beginning, with `…` when that is not all. */
export function shorten(text: string): string {
  return text.length > LONGEST ? `${beginning(text, LONGEST)}…` : text;
}

/** Takes any text; gives so many units of it at most, without half a character at the end. */
export function beginning(text: string, units: number): string {
  return text.slice(0, units).replace(/[\ud800-\udbff]$/, '');
}

/** Takes any value; gives how a message calls it: `"two"`, `70000`, `a list`. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `"${printable(shorten(value))}"`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a mapping';
  return String(value);
}

/** Takes a list of words; gives `a, b and c`. */
export function enumerate(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** Orders names as people count: redis-2 before redis-10. */
export function naturalOrder(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
