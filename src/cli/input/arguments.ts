/** What options take, from their words. */
import { InvalidArgumentError } from 'commander';
import { parseDuration } from './duration.js';
import { parseSentinels } from './given.js';
import { parseSince } from './since.js';

/** What is thrown for the user becomes an error of commander's, which names the option. */
function argument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof RangeError ? error.message : String(error));
    }
  };
}

export const duration = argument((text) => parseDuration(text));
export const lifetime = argument((text) => parseDuration(text, '30d'));
export const sentinels = argument(parseSentinels);
export const since = argument((text) => parseSince(text, Date.now()));
export const lineCount = argument((text) => {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError('Not a number of lines.');
  return Number(text);
});

export const roundCount = argument((text) => {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new RangeError('Not a number of rounds from 1 to 9999.');
  return Number(text);
});
export const lostCount = argument((text) => {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError('Not a number of writes.');
  return Number(text);
});
