/**
 * Columns of text. Twenty lines of our own rather than a library: everything in our tables is
 * ASCII by rule (names, addresses, numbers; what others have made of it is escaped), so width is length, and colour comes after layout.
 */

import { printable } from '../../model/text.js';

export interface Cell {
  readonly text: string;
  /** Applied after the width is worked out. */
  readonly paint?: ((text: string) => string) | undefined;
}

export type Row = readonly (string | Cell)[];

/** The rows as lines, columns two spaces apart, nothing after the last. */
export function table(rows: readonly Row[]): readonly string[] {
  const cells = rows.map((row) =>
    row.map((cell): Cell => {
      const { text, paint } = typeof cell === 'string' ? { text: cell } : cell;
      return { text: printable(text), paint };
    }),
  );
  const widths: number[] = [];
  for (const row of cells) {
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, cell.text.length);
  }
  return cells.map((row) =>
    row
      .map(({ text, paint }, column) => {
        const padding = column === row.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - text.length);
        return (paint === undefined ? text : paint(text)) + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** A header row. */
export function header(titles: readonly string[], paint: (text: string) => string): Row {
  return titles.map((text) => ({ text, paint }));
}
