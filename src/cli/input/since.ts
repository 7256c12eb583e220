/** Moments as people type them: a duration before now, or a date with a time. */
import { parseDuration } from './duration.js';

const DATE_AND_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?$/i;

/**
 * @param now ms since 1970
 * @returns ms since 1970; without a zone the time is this machine's
 * @throws RangeError with a sentence for the user
 */
export function parseSince(text: string, now: number): number {
  if (DATE_AND_TIME.test(text)) {
    const moment = Date.parse(text.toUpperCase().replace(' ', 'T'));
    if (!Number.isNaN(moment)) return moment;
  }
  // A number or a unit at the beginning, and no date: then it is about a duration.
  if (/^\d+(?:\.\d+)?[a-z]*/i.test(text) && !/^\d{4}-/.test(text)) return now - parseDuration(text, '30d');
  throw new RangeError('Neither a duration like 10m nor a time like 2025-03-01T12:00:00Z.');
}
