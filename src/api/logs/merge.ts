/** Lines of several nodes, each in its own order of time → one order of time. */

export interface Timed {
  /** ns since 1970 */
  readonly time: bigint;
}

interface Cursor<Line> {
  readonly source: AsyncIterator<readonly Line[]>;
  batch: readonly Line[];
  at: number;
}

/**
 * Merges sources that end. Of each no more than one batch is held.
 * @returns batches, none of them empty
 */
export async function* mergeByTime<Line extends Timed>(
  sources: readonly AsyncIterable<readonly Line[]>[],
): AsyncGenerator<readonly Line[]> {
  const all = sources.map((source): Cursor<Line> => {
    return { source: source[Symbol.asyncIterator](), batch: [], at: 0 };
  });
  try {
    for (;;) {
      await Promise.all(all.map(refill));
      const open = all.filter(({ batch, at }) => at < batch.length);
      if (open.length === 0) return;
      const merged = takeUntilOneIsEmpty(open);
      yield merged;
    }
  } finally {
    await Promise.allSettled(all.map(({ source }) => source.return?.()));
  }
}

async function refill<Line>(cursor: Cursor<Line>): Promise<void> {
  while (cursor.at >= cursor.batch.length) {
    const { done, value } = await cursor.source.next();
    if (done) return;
    cursor.batch = value;
    cursor.at = 0;
  }
}

function takeUntilOneIsEmpty<Line extends Timed>(open: readonly Cursor<Line>[]): readonly Line[] {
  const merged: Line[] = [];
  for (;;) {
    let first: Cursor<Line> | undefined;
    let line: Line | undefined;
    for (const cursor of open) {
      const candidate = cursor.batch[cursor.at];
      if (candidate === undefined) return merged;
      if (line === undefined || candidate.time < line.time) {
        first = cursor;
        line = candidate;
      }
    }
    if (first === undefined || line === undefined) return merged;
    merged.push(line);
    first.at += 1;
  }
}

/**
 * Puts lines that come while they are logged in order: each is held for a turn, so that an older one
 * which is a little late can still go before it.
 */
export class ReorderBuffer<Line extends Timed> {
  #held: Line[] = [];
  #fresh: Line[] = [];

  get size(): number {
    return this.#held.length + this.#fresh.length;
  }

  add(lines: readonly Line[]): void {
    for (const line of lines) this.#fresh.push(line);
  }

  /** Ends a turn. @returns the lines that have been held for one, and the older ones among the new, in order */
  turn(): readonly Line[] {
    const horizon = this.#held.reduce<bigint>((latest, { time }) => (time > latest ? time : latest), -1n);
    const sorted = [...this.#held, ...this.#fresh].sort((a, b) =>
      a.time < b.time ? -1 : a.time > b.time ? 1 : 0,
    );
    const end = sorted.findIndex(({ time }) => time > horizon);
    this.#held = end === -1 ? [] : sorted.slice(end);
    this.#fresh = [];
    return end === -1 ? sorted : sorted.slice(0, end);
  }
}
