/** Durations as people type them: `500ms`, `30s`, `2m`, `1m30s`. */

const UNITS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

const PATTERN =
  /^(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m(?!s))?(?:(?<s>\d+(?:\.\d+)?)s)?(?:(?<ms>\d+)ms)?$/;

/** A day: no wait is longer, and it keeps far from what a timer can hold (2^31 ms). */
const LONGEST = 24 * UNITS.h;

/**
 * @returns whole milliseconds
 * @throws RangeError with a sentence for the user
 */
export function parseDuration(text: string): number {
  const groups = PATTERN.exec(text)?.groups;
  if (text === '' || groups === undefined) {
    const unit = /^\d+$/.test(text) ? ` ${text} of what? Say ${text}s or ${text}ms.` : '';
    throw new RangeError(`Not a duration like 500ms, 30s, 2m or 1m30s.${unit}`);
  }
  let sum = 0;
  for (const [unit, factor] of Object.entries(UNITS)) sum += Number(groups[unit] ?? 0) * factor;
  const ms = Math.round(sum);
  if (ms < 1) throw new RangeError('It must be longer than 0.');
  if (ms > LONGEST) throw new RangeError('It must not be longer than 24h.');
  return ms;
}
