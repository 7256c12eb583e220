/** The engine's multiplexed log stream → lines. Pure; chunks may end anywhere. */
import type { LogLine } from '../../engine.js';

export type LogStream = 'stdout' | 'stderr';

export interface Frame {
  readonly stream: LogStream;
  readonly payload: Buffer;
}

/** Bytes before each frame: one of type, three unused, four of length. */
const HEADER_BYTES = 8;
const TYPE_STDERR = 2;
/** Far more than an engine puts into one. */
const LONGEST_FRAME = 16_777_216;

/**
 * Cuts a stream into its frames. Of a container with a terminal, which somebody else has made, the engine sends what it
 * wrote as it is: that is one frame after the other, and never the beginning of one of gigabytes.
 */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);
  #isFramed = true;

  /** @returns the frames that are whole by now */
  push(chunk: Buffer): readonly Frame[] {
    if (!this.#isFramed) return [{ stream: 'stdout', payload: chunk }];
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    let at = 0;
    while (at + HEADER_BYTES <= bytes.length) {
      const length = bytes.readUInt32BE(at + 4);
      if (bytes.readUInt32BE(at) & ~0x03_00_00_00 || length > LONGEST_FRAME) {
        this.#isFramed = false;
        this.#rest = Buffer.alloc(0);
        return [...frames, { stream: 'stdout', payload: bytes.subarray(at) }];
      }
      const end = at + HEADER_BYTES + length;
      if (end > bytes.length) break;
      frames.push({
        stream: bytes[at] === TYPE_STDERR ? 'stderr' : 'stdout',
        payload: bytes.subarray(at + HEADER_BYTES, end),
      });
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return frames;
  }
}

interface Begun {
  readonly time: bigint;
  readonly parts: Buffer[];
  size: number;
}

/** A line that grows beyond this is given in pieces. Bytes. */
const LONGEST_LINE = 1_048_576;
const NEWLINE = 0x0a;

/**
 * Puts lines together. The engine cuts long ones into entries of 16 KB, and begins each entry with
 * its time; stdout and stderr may take turns within a line.
 */
export class LineReader {
  readonly #begun = new Map<LogStream, Begun>();
  #lastTime = 0n;

  /** @returns the lines that are whole by now */
  push({ stream, payload }: Frame): readonly LogLine[] {
    const lines: LogLine[] = [];
    for (let at = 0; at < payload.length; ) {
      const newline = payload.indexOf(NEWLINE, at);
      const end = newline === -1 ? payload.length : newline;
      const line = this.#add(stream, payload.subarray(at, end));
      if (newline !== -1 || line.size > LONGEST_LINE) {
        lines.push(finished(line));
        this.#begun.delete(stream);
      }
      at = end + 1;
    }
    return lines;
  }

  /** @returns what is left when the stream has ended within a line */
  end(): readonly LogLine[] {
    const lines = [...this.#begun.values()].map(finished);
    this.#begun.clear();
    return lines;
  }

  #add(stream: LogStream, piece: Buffer): Begun {
    const { time, text } = split(piece);
    if (time !== null) this.#lastTime = time;
    const line = this.#begun.get(stream) ?? { time: this.#lastTime, parts: [], size: 0 };
    line.parts.push(text);
    line.size += text.length;
    this.#begun.set(stream, line);
    return line;
  }
}

/** Decoded as a whole: the engine cuts within characters too. */
function finished({ time, parts }: Begun): LogLine {
  return { time, text: Buffer.concat(parts).toString('utf8').replace(/\r$/, '') };
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /;
/** The longest that matches: nine digits of a second, and a zone. */
const TIMESTAMP_BYTES = 36;

function split(piece: Buffer): { readonly time: bigint | null; readonly text: Buffer } {
  const match = TIMESTAMP.exec(piece.toString('latin1', 0, TIMESTAMP_BYTES));
  if (match === null) return { time: null, text: piece };
  const [whole, second, fraction = '', zone] = match;
  const at = Date.parse(`${second}${zone}`);
  // It looks like a time, and is none.
  if (Number.isNaN(at)) return { time: null, text: piece };
  const time = BigInt(at) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
  return { time, text: piece.subarray(whole.length) };
}
