/** The screen of a terminal, drawn over and over; what stood there before comes back when it is closed. */
import { harmless } from './harmless.js';
import type { Output } from './style.js';

/** The other screen, without a cursor; lines that turn out to be wider than they should are cut, not wrapped. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
/** What stands behind the cursor, on the line and below. */
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

export class Screen {
  readonly #output: Output;
  #isOpen = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** @param lines none wider than the terminal, no more than it has rows: it would scroll */
  draw(lines: readonly string[]): void {
    const start = this.#isOpen ? '' : ENTER;
    this.#isOpen = true;
    // Over what is there, and in one go: a screen that is cleared first flickers. Cleared before it is
    // written: behind a line that is as wide as the terminal, its last character would be.
    const last = lines.length - 1;
    const text = lines
      .map((line, index) => `${index === last ? CLEAR_BELOW : CLEAR_LINE}${harmless(line, 'coloured')}`)
      .join('\n');
    this.#output.write(`${start}${HOME}${text}`);
  }

  /** Gives back what stood there before. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#output.write(LEAVE);
  }
}
