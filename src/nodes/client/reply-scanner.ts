/**
 * What a node sends, looked through before the client's parser sees it: only replies as Redis gives them (RESP 2), none
 * that is too long, too deep, or announces more than that. Pure.
 */

/** What a reply was, as far as somebody may want to refuse it. */
export interface ScannedReply {
  /** `+`, `-`, `:`, `$`, `*`; `0`: a null of either kind. */
  readonly type: string;
  /** Types of the elements of a list, the first few. */
  readonly elements: readonly string[];
  /** The text of a short reply, or of the first element of a list. */
  readonly word: string;
}

/** Who looks at the replies. Each gives what is wrong, or null. */
export interface ReplyJudge {
  readonly begins: () => string | null;
  readonly ends: (reply: ScannedReply) => string | null;
}

/** Sentinel's lists of nodes are two deep. */
const DEEPEST = 8;
/** Of `+`, `-` and numbers. Bytes. */
const LONGEST_LINE = 65_536;
/** Each element of a list is this long at least: `+\r\n`, `*0\r\n`. Bytes. */
const SHORTEST_ELEMENT = 3;
const MOST_KEPT = 8;
const LONGEST_WORD = 32;

const CR = 0x0d;
const LF = 0x0a;

export class ReplyScanner {
  readonly #mostBytes: number;
  readonly #judge: ReplyJudge;
  /** How many elements each list that is open still lacks, the outermost first. */
  #open: number[] = [];
  /** What there is of a line. */
  #line = '';
  /** Bytes that a text still lacks, with its end; null: a line is read. */
  #lacking: number | null = null;
  /** Of the reply so far. */
  #bytes = 0;
  #announced = 0;
  #type = '';
  #elements: string[] = [];
  #word = '';
  #isInReply = false;
  #whole = 0;

  /** @param mostBytes of one reply */
  constructor(mostBytes: number, judge: ReplyJudge) {
    this.#mostBytes = mostBytes;
    this.#judge = judge;
  }

  /** How much of the chunk that was read last belongs to replies that are whole. Bytes. */
  get whole(): number {
    return this.#whole;
  }

  /** @returns what is wrong; null: nothing so far. After a complaint it is of no more use. */
  read(chunk: Uint8Array): string | null {
    this.#whole = 0;
    for (let at = 0; at < chunk.length; ) {
      if (!this.#isInReply) {
        const complaint = this.#judge.begins();
        if (complaint !== null) return complaint;
        this.#isInReply = true;
      }
      const end = this.#lacking === null ? this.#endOfLine(chunk, at) : this.#endOfText(chunk, at);
      this.#bytes += end - at;
      if (this.#bytes > this.#mostBytes) return `it answers with more than ${this.#mostBytes / 1024} KiB`;
      const complaint =
        this.#lacking === null ? this.#readLine(chunk, at, end) : this.#readText(chunk, at, end);
      if (complaint !== null) return complaint;
      at = end;
      if (!this.#isInReply) this.#whole = at;
    }
    return null;
  }

  #endOfLine(chunk: Uint8Array, at: number): number {
    const newline = chunk.indexOf(LF, at);
    return newline === -1 ? chunk.length : newline + 1;
  }

  #endOfText(chunk: Uint8Array, at: number): number {
    return Math.min(chunk.length, at + (this.#lacking ?? 0));
  }

  #readLine(chunk: Uint8Array, at: number, end: number): string | null {
    this.#line += Buffer.from(chunk.buffer, chunk.byteOffset + at, end - at).toString('latin1');
    if (!'+-:$*'.includes(this.#line.charAt(0))) return NOT_REDIS;
    if (this.#line.length > LONGEST_LINE) return 'it answers with a line that has no end';
    if (!this.#line.endsWith('\n')) return null;
    const [, type = '', text] = /^([+\-:$*])([^\r\n]*)\r\n$/.exec(this.#line) ?? [];
    this.#line = '';
    if (text === undefined) return NOT_REDIS;
    if (type === '+' || type === '-') return this.#value(type, text);
    if (type === ':') return /^[+-]?\d{1,19}$/.test(text) ? this.#value(type, text) : NOT_REDIS;
    // Without the ways of writing a number in which the parser would find another one.
    return /^(?:-1|\d{1,15})$/.test(text) ? this.#readLength(type, Number(text)) : NOT_REDIS;
  }

  #readLength(type: string, length: number): string | null {
    if (length === -1) return this.#value('0', '');
    this.#announced += type === '$' ? length : length * SHORTEST_ELEMENT;
    if (this.#announced > this.#mostBytes) return `it announces more than ${this.#mostBytes / 1024} KiB`;
    if (type === '$') {
      this.#lacking = length + 2;
      return null;
    }
    this.#note('*', '');
    if (length === 0) return this.#closed();
    if (this.#open.length === DEEPEST) return `it answers with lists that are more than ${DEEPEST} deep`;
    this.#open.push(length);
    return null;
  }

  #readText(chunk: Uint8Array, at: number, end: number): string | null {
    const before = this.#lacking ?? 0;
    const lacking = before - (end - at);
    for (let index = at; index < end; index += 1) {
      const left = before - (index - at);
      if (left > 2) {
        // Nothing to look at; only what is short is kept.
        const stop = Math.min(end, index + left - 2);
        this.#keep(chunk, index, stop);
        index = stop - 1;
      } else if (chunk[index] !== (left === 2 ? CR : LF)) {
        return NOT_REDIS;
      }
    }
    this.#lacking = lacking;
    if (lacking > 0) return null;
    this.#lacking = null;
    const text = this.#line;
    this.#line = '';
    return this.#value('$', text);
  }

  #keep(chunk: Uint8Array, at: number, end: number): void {
    if (this.#line.length > LONGEST_WORD) return;
    const length = Math.min(end - at, LONGEST_WORD + 1);
    this.#line += Buffer.from(chunk.buffer, chunk.byteOffset + at, length).toString('latin1');
  }

  #value(type: string, text: string): string | null {
    this.#note(type, text);
    return this.#closed();
  }

  #note(type: string, text: string): void {
    if (this.#type === '') {
      this.#type = type;
      this.#word = text.slice(0, LONGEST_WORD);
    } else if (this.#open.length === 1) {
      if (this.#elements.length === 0) this.#word = text.slice(0, LONGEST_WORD);
      if (this.#elements.length < MOST_KEPT) this.#elements.push(type);
    }
  }

  /** A value has ended, and with it perhaps the lists that it is in. */
  #closed(): string | null {
    while (this.#open.length > 0) {
      const lacking = (this.#open.pop() ?? 1) - 1;
      if (lacking > 0) {
        this.#open.push(lacking);
        return null;
      }
    }
    const complaint = this.#judge.ends({ type: this.#type, elements: this.#elements, word: this.#word });
    this.#isInReply = false;
    this.#bytes = 0;
    this.#announced = 0;
    this.#type = '';
    this.#elements = [];
    this.#word = '';
    return complaint;
  }
}

const NOT_REDIS = 'what it answers is not what Redis answers';
