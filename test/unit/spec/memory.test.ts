/** How much memory a node's container may use. */
import { describe, expect, it } from 'vitest';
import { bytesOf, memoryFor } from '../../../src/spec/memory.js';

const GIB = 1024 ** 3;

describe('an amount of memory', () => {
  it.each([
    ['100', 100],
    [100, 100],
    ['2b', 2],
    ['1k', 1000],
    ['1kb', 1024],
    ['3M', 3_000_000],
    ['3mB', 3 * 1024 ** 2],
    ['2g', 2_000_000_000],
    ['2GB', 2 * GIB],
  ])('%s is as Redis reads it', (text, bytes) => {
    expect(bytesOf(text)).toBe(bytes);
  });

  it.each(['', 'gb', '1.5gb', '2 gb', '2tb', '-1', '1kk', '0x10', '9'.repeat(16)])('%j is none', (text) => {
    expect(bytesOf(text)).toBeNull();
  });
});

describe('what a node gets of which the file does not say it', () => {
  const memory = (value: string): number => memoryFor([{ name: 'maxmemory', value }]) / GIB;

  it('is 2 GiB where nobody limits the data', () => {
    expect(memoryFor([]) / GIB).toBe(2);
    expect(memory('0')).toBe(2);
    expect(memory('nonsense')).toBe(2);
  });

  it('has room for the data twice', () => {
    expect(memory('64mb')).toBe(2);
    expect(memory('768mb')).toBe(2);
    expect(memory('769mb')).toBe(4);
    expect(memory('"10gb"')).toBe(32);
  });

  it('goes by the directive that counts', () => {
    const [first, second] = ['8gb', '1mb'].map((value) => ({ name: 'MaxMemory', value }));
    expect(memoryFor([first, second].flatMap((directive) => directive ?? [])) / GIB).toBe(2);
  });
});
