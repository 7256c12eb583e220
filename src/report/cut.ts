/** A line of text, made to fit. */

/** A colour is switched, or one character is shown. */
const PARTS = /\p{Cc}\[[\d;]*m|./gsu;

const END_OF_COLOURS = '\u001b[0m';

/** Takes a line with or without colours; gives its beginning, with `…` when that is not all. */
export function cutToWidth(line: string, columns: number): string {
  const kept: string[] = [];
  let width = 0;
  for (const part of line.match(PARTS) ?? []) {
    kept.push(part);
    if (!isColour(part)) width += 1;
    if (width > columns) {
      while (width >= columns && kept.length > 0) if (!isColour(kept.pop() ?? '')) width -= 1;
      return `${kept.join('')}${columns < 1 ? '' : '…'}${kept.some(isColour) ? END_OF_COLOURS : ''}`;
    }
  }
  return line;
}

function isColour(part: string): boolean {
  return part.length > 1 && part.startsWith('\u001b');
}
