import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSplitter, LineReader } from '../../../src/engine/docker/output/frames.js';

/** A frame as the engine sends it. */
function frame(stream: 'stdout' | 'stderr', payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload as string);
  const header = Buffer.alloc(8);
  header[0] = stream === 'stdout' ? 1 : 2;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

/** What is read from these chunks. */
function read(chunks: readonly Buffer[]) {
  const frames = new FrameSplitter();
  const lines = new LineReader();
  return [...chunks.flatMap((chunk) => frames.push(chunk)).flatMap((one) => lines.push(one)), ...lines.end()];
}

const T1 = '2026-01-02T03:04:05.000000001Z';
const T2 = '2026-01-02T03:04:05.000000002Z';
const time = (nanoseconds: number): bigint =>
  BigInt(Date.UTC(2026, 0, 2, 3, 4, 5)) * 1_000_000n + BigInt(nanoseconds);

describe('a log stream of the engine', () => {
  it('is lines with their times, to the nanosecond', () => {
    expect(read([frame('stdout', `${T1} one\n`), frame('stderr', `${T2} two\n`)])).toEqual([
      { time: time(1), text: 'one' },
      { time: time(2), text: 'two' },
    ]);
  });

  it('reads the same wherever its chunks are cut', () => {
    const bytes = Buffer.concat([
      frame('stdout', `${T1} grüße\n`),
      frame('stderr', `${T2} \n`),
      frame('stdout', `${T2} last, without an end`),
    ]);
    const whole = read([bytes]);
    expect(whole.map(({ text }) => text)).toEqual(['grüße', '', 'last, without an end']);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(read(chunks)).toEqual(whole);
      }),
    );
  });

  it('puts a long line together, which the engine cuts into entries, within characters too', () => {
    const umlaut = Buffer.from('ü');
    expect(
      read([
        frame('stdout', Buffer.concat([Buffer.from(`${T1} a`), umlaut.subarray(0, 1)])),
        frame('stderr', `${T1} between\n`),
        frame('stdout', Buffer.concat([Buffer.from(`${T2} `), umlaut.subarray(1), Buffer.from('b\n')])),
      ]),
    ).toEqual([
      { time: time(1), text: 'between' },
      { time: time(1), text: 'aüb' },
    ]);
  });

  it('gives a line that has no end in pieces', () => {
    const piece = frame('stdout', `${T1} ${'x'.repeat(16_384)}`);
    const lines = read(Array.from({ length: 200 }, () => piece));
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.reduce((sum, { text }) => sum + text.length, 0)).toBe(200 * 16_384);
  });

  it('knows times of other zones and with fewer digits', () => {
    expect(read([frame('stdout', '2026-01-02T04:04:05.5+01:00 x\n')])).toEqual([
      { time: time(500_000_000), text: 'x' },
    ]);
  });
});
