/** Whether an append-only file ends behind a whole command. Pure. */

/**
 * Follows the commands of an append-only file: `*2`, `$3`, … as clients send them, and lines that begin with `#`
 * (`aof-timestamp-enabled`). Bytes of arguments are passed over unread.
 */
export class AofScanner {
  /** Bytes of an argument, with its line end, that are still to come. */
  #skip = 0;
  /** Arguments of the command that are still to come. */
  #arguments = 0;
  /** The line that has begun. */
  #line = '';
  #fault: string | null = null;

  /** @returns false: what follows need not be read, the file is spoilt */
  read(chunk: Buffer): boolean {
    let at = 0;
    while (at < chunk.length && this.#fault === null) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at);
        this.#skip -= step;
        at += step;
        continue;
      }
      const end = chunk.indexOf(0x0a, at);
      const piece = chunk.subarray(at, end === -1 ? chunk.length : end).toString('latin1');
      this.#line += piece.slice(0, LONGEST_LINE);
      if (this.#line.length > LONGEST_LINE) this.#fault = 'has a line that is no command';
      if (end === -1) break;
      at = end + 1;
      this.#take(this.#line.replace(/\r$/, ''));
      this.#line = '';
    }
    return this.#fault === null;
  }

  #take(line: string): void {
    const [, sign, digits] = /^([*$])(\d{1,10})$/.exec(line) ?? [];
    if (line.startsWith('#') && this.#arguments === 0) return;
    if (sign === '*' && this.#arguments === 0) this.#arguments = Number(digits);
    else if (sign === '$' && this.#arguments > 0) {
      this.#arguments -= 1;
      this.#skip = Number(digits) + 2;
    } else this.#fault = 'has a line that is no command';
  }

  /** Why the file is not whole, in words that go on behind its name; null: it is. */
  get fault(): string | null {
    if (this.#fault !== null) return this.#fault;
    const isWhole = this.#skip === 0 && this.#arguments === 0 && this.#line === '';
    return isWhole ? null : 'ends in the middle of a command: it was cut';
  }
}

const LONGEST_LINE = 1_024;
