/** Counting the writes in what a master has sent, or would have sent, its replicas. */
import { describe, expect, it } from 'vitest';
import { countWrites } from '../../../src/nodes/client/replication-stream.js';

/** Commands as Redis writes them. */
function stream(...commands: readonly string[]): Buffer {
  return Buffer.concat(
    commands.map((command) => {
      const words = command.split(' ');
      const bulks = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      return Buffer.from(`*${words.length}\r\n${bulks.join('')}`);
    }),
  );
}

describe('counting the writes in a replication stream', () => {
  it('counts what changes data', () => {
    expect(countWrites(stream('SELECT 0', 'SET k v', 'RPUSH l 1 2', 'DEL k'))).toBe(3);
  });

  it('does not count what a master and its sentinels send by themselves', () => {
    const own = ['PING', 'REPLCONF GETACK *', 'PUBLISH __sentinel__:hello x', 'SELECT 0'];
    expect(countWrites(stream(...own))).toBe(0);
  });

  it('counts the commands within a transaction, in whatever case', () => {
    expect(countWrites(stream('multi', 'incr a', 'incr b', 'exec'))).toBe(2);
  });

  it('takes values for no commands, whatever is in them', () => {
    expect(countWrites(stream('SET k *3\r\n$3\r\nSET', 'SET ü é'))).toBe(2);
  });

  it('skips the empty lines that keep a connection alive', () => {
    expect(countWrites(Buffer.concat([Buffer.from('\n'), stream('SET k v'), Buffer.from('\n\n')]))).toBe(1);
  });

  it('counts whole commands of a stream that is cut anywhere', () => {
    const whole = stream('SET k v', 'SET k w');
    for (let length = 0; length < whole.length; length += 1)
      expect(countWrites(whole.subarray(0, length))).toBe(length < whole.length / 2 ? 0 : 1);
  });

  it.each(['+OK\r\n', '*x\r\n', '*1\r\n:3\r\n', '*1\r\n$-1\r\n'])('knows that %j is none', (text) => {
    expect(countWrites(Buffer.from(text))).toBeNull();
  });
});
