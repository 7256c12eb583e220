/** A line of text, made to fit. */

/** A colour is switched, or one character is shown. */
const PARTS = /\p{Cc}\[[\d;]*m|./gsu;

const END_OF_COLOURS = '\u001b[0m';

/** Takes a line with or without colours; gives its beginning, with `…` when that is not all. */
export function cutToWidth(line: string, columns: number): string {
  const parts = line.match(PARTS) ?? [];
  if (parts.filter((part) => !isColour(part)).length <= columns) return line;
  let room = columns - 1;
  const kept = parts.slice(
    0,
    parts.findIndex((part) => !isColour(part) && room-- <= 0),
  );
  return `${kept.join('')}${columns < 1 ? '' : '…'}${kept.some(isColour) ? END_OF_COLOURS : ''}`;
}

function isColour(part: string): boolean {
  return part.length > 1 && part.startsWith('\u001b');
}
