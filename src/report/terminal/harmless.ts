/** Text on its way out of the process, whoever wrote it: what is left in it is lines, tabs and our own colours. */
import { written } from '../../model/text.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ACTIVE = /\u001b\[(?:[012]|22|3[1-69])m|[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** @param colours whether there are any: chalk's, as `style.ts` uses them */
export function harmless(text: string, colours: 'coloured' | 'plain'): string {
  return text.replace(ACTIVE, (found) => {
    if (found === '\n' || found === '\t') return found;
    if (found.length <= 2) return written(found);
    return colours === 'coloured' ? found : written('\u001b') + found.slice(1);
  });
}

/** The same JSON, in which no character is one that a terminal or a CI system could act upon. */
export function harmlessJson(json: string): string {
  return json.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]|(?<=#)#(?=\w{0,20}\[)/gu, (found) =>
    found
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
