import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeByTime, ReorderBuffer } from '../../../src/api/logs/merge.js';

interface Line {
  readonly time: bigint;
  readonly from: number;
}

async function* batches(lines: readonly Line[], size: number): AsyncGenerator<readonly Line[]> {
  for (let at = 0; at < lines.length; at += size) yield lines.slice(at, at + size);
}

async function all(merged: AsyncIterable<readonly Line[]>): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for await (const batch of merged) lines.push(...batch);
  return lines;
}

describe('logs that end', () => {
  it('become one, in the order of time, whatever their batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(fc.bigInt(0n, 50n)), fc.integer({ min: 1, max: 4 })), { maxLength: 5 }),
        async (logs) => {
          const lines = logs.map(([times], from) =>
            times.sort((a, b) => Number(a - b)).map((time): Line => ({ time, from })),
          );
          const merged = await all(
            mergeByTime(lines.map((its, index) => batches(its, logs[index]?.[1] ?? 1))),
          );
          expect(merged).toHaveLength(lines.flat().length);
          expect(merged.map(({ time }) => time)).toEqual(
            lines
              .flat()
              .map(({ time }) => time)
              .sort((a, b) => Number(a - b)),
          );
          for (const [from, its] of lines.entries()) {
            expect(merged.filter((line) => line.from === from)).toEqual(its);
          }
        },
      ),
    );
  });

  it('are read no further than the reader wants, and closed then', async () => {
    let read = 0;
    let closed = false;
    async function* endless(): AsyncGenerator<readonly Line[]> {
      try {
        for (;;) {
          read += 1;
          yield [{ time: BigInt(read), from: 0 }];
        }
      } finally {
        closed = true;
      }
    }
    for await (const batch of mergeByTime([endless()])) if (batch[0]?.time === 5n) break;
    expect(read).toBe(5);
    expect(closed).toBe(true);
  });

  it('fail when one of them fails', async () => {
    async function* broken(): AsyncGenerator<readonly Line[]> {
      yield [{ time: 1n, from: 0 }];
      throw new Error('the engine has gone');
    }
    await expect(all(mergeByTime([broken()]))).rejects.toThrow('the engine has gone');
  });
});

describe('logs that are followed', () => {
  const line = (time: bigint): Line => ({ time, from: 0 });

  it('are held for a turn, so that what is a little late can go first', () => {
    const buffer = new ReorderBuffer<Line>();
    buffer.add([line(5n)]);
    expect(buffer.turn()).toEqual([]);
    buffer.add([line(4n), line(6n)]);
    expect(buffer.turn()).toEqual([line(4n), line(5n)]);
    expect(buffer.size).toBe(1);
    expect(buffer.turn()).toEqual([line(6n)]);
    expect(buffer.turn()).toEqual([]);
  });
});
