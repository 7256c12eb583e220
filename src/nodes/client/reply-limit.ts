/**
 * Stands between a connection and the client's parser. Whoever listens at a node's address may send anything: the parser
 * makes room for whatever is announced, and ends the process on some replies that it does not
 * expect (ioredis 6.0: a null that nobody has asked for; lists of other things where events are listened to).
 */
import type { Redis } from 'ioredis';
import { type ReplyJudge, ReplyScanner, type ScannedReply } from './reply-scanner.js';

/** Of one reply. Bytes: ten times what the largest has that is asked for, a list of a thousand replicas. */
const LONGEST_REPLY = 4_194_304;
/** Of one event. */
const LONGEST_EVENT = 65_536;
/** Bytes of events that may come at once, and in every second. A failover of a hundred nodes has some 100 KB. */
const EVENTS = { atOnce: 4_194_304, perSecond: 1_048_576 } as const;

/** Ends a connection that is asked, as soon as what comes is no answer. */
export function limitReplies(connection: Redis): void {
  guard(connection, LONGEST_REPLY, (): Judging => {
    let expected = 0;
    return {
      arrives: () => {
        expected = connection.commandQueue.length;
        return null;
      },
      begins: () => (expected > 0 ? null : 'it answers what it was not asked'),
      ends: () => {
        expected -= 1;
        return null;
      },
    };
  });
}

/** Ends a connection that listens to events, as soon as what comes is none, or more than can be. */
export function limitEvents(connection: Redis): void {
  // Over all attempts to connect: who says too much is not heard at once again.
  let room: number = EVENTS.atOnce;
  let since = performance.now();
  guard(connection, LONGEST_EVENT, () => ({
    arrives: (bytes) => {
      const now = performance.now();
      room = Math.min(EVENTS.atOnce, room + ((now - since) / 1000) * EVENTS.perSecond) - bytes;
      since = now;
      return room < 0 ? 'it says more than a sentinel has to say' : null;
    },
    begins: () => null,
    ends: (reply) => (isExpected(reply) ? null : 'what it says is no event'),
  }));
}

/** An error, what a handshake is answered with, a subscription, a ping's answer, an event. */
function isExpected({ type, elements, word }: ScannedReply): boolean {
  if (type === '-') return true;
  if (type === '+') return word === 'OK' || word === 'PONG';
  const shape = `${word} ${elements.join('')}`;
  return type === '*' && ['psubscribe $$:', 'pong $$', 'pmessage $$$$'].includes(shape);
}

interface Judging extends ReplyJudge {
  readonly arrives: (bytes: number) => string | null;
}

/** @param judging one for each attempt to connect */
function guard(connection: Redis, mostBytes: number, judging: () => Judging): void {
  connection.on('connect', () => {
    const { stream } = connection;
    const judge = judging();
    const scanner = new ReplyScanner(mostBytes, judge);
    let held: Buffer[] = [];
    const push = stream.push.bind(stream);
    // Where all that arrives comes by: a listener could not keep it from the parser's.
    stream.push = (chunk: Buffer | null, ...more: readonly BufferEncoding[]): boolean => {
      if (stream.destroyed && chunk !== null) return false;
      if (chunk === null) return push(null);
      const complaint = judge.arrives(chunk.length) ?? scanner.read(chunk);
      if (complaint !== null) {
        stream.destroy(new Error(complaint));
        return false;
      }
      // The parser hands on a reply before its last byte has come: it gets none but whole ones.
      const { whole } = scanner;
      held.push(whole === 0 ? chunk : chunk.subarray(0, whole));
      if (whole === 0) return true;
      const ready = Buffer.concat(held);
      held = whole === chunk.length ? [] : [chunk.subarray(whole)];
      return push(ready, ...more);
    };
  });
}
