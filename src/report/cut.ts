/** A line of text, made to fit. */

/** A colour is switched, or one character is shown. */
const PARTS = /\p{Cc}\[[\d;]*m|./gsu;

/** Takes a line with or without colours; gives its beginning, with `…` when that is not all. */
export function cutToWidth(line: string, columns: number): string {
  const parts = line.match(PARTS) ?? [];
  const isColour = (part: string): boolean => part.startsWith('\u001b');
  if (parts.filter((part) => !isColour(part)).length <= columns) return line;
  let left = columns - 1;
  // The colours behind the cut still count: they end those before it.
  const kept = parts.filter((part) => isColour(part) || left-- > 0);
  return columns < 1 ? '' : `${kept.join('')}…`;
}
