/** Where the streams of a former master and of the present one part, by what INFO replication says of each. */
import { describe, expect, it } from 'vitest';
import { divergenceOf } from '../../../src/nodes/live/divergence.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);

function fields(values: Readonly<Record<string, string | number>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

const former = (offset: number, more: Readonly<Record<string, string | number>> = {}) =>
  fields({
    role: 'master',
    master_replid: A,
    master_repl_offset: offset,
    repl_backlog_active: 1,
    repl_backlog_first_byte_offset: 1,
    ...more,
  });
const present = fields({ role: 'master', master_replid: B, master_replid2: A, second_repl_offset: 101 });

describe('the divergence of two masters', () => {
  it('is what the former one has sent since the present one went on by itself', () => {
    expect(divergenceOf(former(150), present)).toEqual({
      kind: 'known',
      bytes: 50,
      part: { id: A, from: 101, length: 50 },
    });
  });

  it('cannot be read where the backlog begins later', () => {
    const late = { repl_backlog_first_byte_offset: 120 };
    expect(divergenceOf(former(150, late), present)).toEqual({ kind: 'known', bytes: 50, part: null });
  });

  it.each([100, 99, 0])('is none where the former one has no more than the present one (%i)', (offset) => {
    expect(divergenceOf(former(offset), present)).toEqual({ kind: 'none' });
  });

  it('is unknown where the present one has followed yet another since', () => {
    const other = fields({ role: 'master', master_replid: C, master_replid2: B, second_repl_offset: 101 });
    expect(divergenceOf(former(150), other)).toEqual({ kind: 'unknown' });
  });

  it('is none where the former one is a replica by now', () => {
    expect(divergenceOf(former(150, { role: 'slave' }), present)).toEqual({ kind: 'none' });
  });
});
