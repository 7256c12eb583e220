/** A connection as the plainest of clients has it: a socket, one command at a time, nothing tried again. */
import { connect as connectPlain, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Address } from '../../src/model/address.js';

/** Bulk strings have one character for each byte. */
export type PlainReply = string | number | null | readonly PlainReply[];

/** The server has answered with an error; its text begins with the error's code. */
export class ServerError extends Error {}

export class PlainConnection {
  readonly #socket: Socket;
  #received = '';
  #waiting: {
    readonly resolve: (reply: PlainReply) => void;
    readonly reject: (error: Error) => void;
  } | null = null;

  private constructor(
    socket: Socket,
    /** Whose it is. */
    readonly address: Address,
  ) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', () => {});
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  /** @param trust undefined: without TLS. @param patience ms */
  static async open(
    address: Address,
    trust: ConnectionOptions | undefined,
    patience = 1_000,
  ): Promise<PlainConnection> {
    const socket = trust === undefined ? connectPlain(address) : connectTls({ ...address, ...trust });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once(trust === undefined ? 'connect' : 'secureConnect', resolve);
        socket.once('error', reject);
        socket.setTimeout(patience, () => reject(new Error('nobody answers')));
      });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    socket.setTimeout(0);
    return new PlainConnection(socket, address);
  }

  /**
   * Sends a command and waits for its reply. Whoever has waited in vain has to close the connection.
   * @param patience ms
   * @throws ServerError when the reply is an error
   */
  call(words: readonly string[], patience = 3_000): Promise<PlainReply> {
    if (this.#socket.destroyed) return Promise.reject(new Error('the connection was closed'));
    const text = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
    return new Promise<PlainReply>((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(new Error(`no reply for ${patience} ms`)), patience);
      const settled = (): void => clearTimeout(timer);
      this.#waiting = {
        resolve: (reply) => {
          settled();
          resolve(reply);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      this.#socket.write(`*${words.length}\r\n${text}`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const parsed = this.#parse();
    if (parsed === null) return;
    this.#received = this.#received.slice(parsed.end);
    const waiting = this.#waiting;
    this.#waiting = null;
    if (parsed.reply instanceof ServerError) waiting?.reject(parsed.reply);
    else waiting?.resolve(parsed.reply);
  }

  /** @returns null: its end has not come yet, or somebody else's program answers at this port */
  #parse(): Parsed | null {
    try {
      return parseReply(this.#received, 0);
    } catch (error) {
      this.#socket.destroy();
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return null;
    }
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(error);
  }
}

interface Parsed {
  readonly reply: PlainReply | ServerError;
  /** Where the next reply begins. */
  readonly end: number;
}

/** @returns null: its end has not come yet */
function parseReply(text: string, start: number): Parsed | null {
  const lineEnd = text.indexOf('\r\n', start);
  if (lineEnd < 0) return null;
  const line = text.slice(start + 1, lineEnd);
  const end = lineEnd + 2;
  switch (text[start]) {
    case '+':
      return { reply: line, end };
    case '-':
      return { reply: new ServerError(line), end };
    case ':':
      return { reply: Number(line), end };
    case '$': {
      const length = Number(line);
      if (length < 0) return { reply: null, end };
      return text.length < end + length + 2
        ? null
        : { reply: text.slice(end, end + length), end: end + length + 2 };
    }
    case '*':
      return parseArray(text, end, Number(line));
    default:
      throw new Error(`no reply of RESP 2: ${text.slice(start, start + 40)}`);
  }
}

function parseArray(text: string, start: number, length: number): Parsed | null {
  if (length < 0) return { reply: null, end: start };
  const replies: PlainReply[] = [];
  let end = start;
  for (let index = 0; index < length; index += 1) {
    const parsed = parseReply(text, end);
    if (parsed === null) return null;
    if (!(parsed.reply instanceof ServerError)) replies.push(parsed.reply);
    end = parsed.end;
  }
  return { reply: replies, end };
}
