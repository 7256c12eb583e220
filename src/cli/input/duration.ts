/** Durations as people type them: `500ms`, `30s`, `2m`, `1m30s`, `2d`. */

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

const PATTERN =
  /^(?:(?<d>\d+(?:\.\d+)?)d)?(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m(?!s))?(?:(?<s>\d+(?:\.\d+)?)s)?(?:(?<ms>\d+)ms)?$/;

/**
 * The longest that makes sense. `24h`: no wait is longer, and it keeps far from what a timer can
 * hold (2^31 ms). `30d`: for what no timer waits for.
 */
const LONGEST = { '24h': 24 * UNITS.h, '30d': 30 * UNITS.d } as const;

/**
 * @returns whole milliseconds
 * @throws RangeError with a sentence for the user
 */
export function parseDuration(text: string, longest: keyof typeof LONGEST = '24h'): number {
  const groups = PATTERN.exec(text)?.groups;
  if (text === '' || groups === undefined) {
    const unit = /^\d+$/.test(text) ? ` ${text} of what? Say ${text}s or ${text}ms.` : '';
    throw new RangeError(`Not a duration like 500ms, 30s, 2m or 1m30s.${unit}`);
  }
  let sum = 0;
  for (const [unit, factor] of Object.entries(UNITS)) sum += Number(groups[unit] ?? 0) * factor;
  const ms = Math.round(sum);
  if (ms < 1) throw new RangeError('It must be longer than 0.');
  if (ms > LONGEST[longest]) throw new RangeError(`It must not be longer than ${longest}.`);
  return ms;
}
