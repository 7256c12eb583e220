/** How much memory the container of a node may use. Pure. */
import type { Directive } from '../model/topology.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** Bytes for a sentinel: with 27 others 5 MB are used, and by TLS another 40 kB for each connection. */
export const SENTINEL_MEMORY = 256 * MIB;
/** Bytes for a Redis node of which nobody says how much it may hold. */
const USUAL_MEMORY = 2 * GIB;
/** Bytes under which a server does not even start well. */
export const LEAST_REDIS_MEMORY = 64 * MIB;
/** Bytes of a Redis node that are not the data set: buffers of clients and replicas. */
const BUFFERS = 512 * MIB;

/** Redis's own units: `1k` is 1000 bytes, `1kb` 1024. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: MIB,
  g: 1000 ** 3,
  gb: GIB,
};

/** Takes an amount as Redis's configuration has it; gives bytes, or null where it is none. */
export function bytesOf(text: string | number): number | null {
  const [, amount = '', unit = ''] = /^(\d{1,15})([a-z]{0,2})$/i.exec(String(text)) ?? [];
  const factor = amount === '' ? undefined : UNITS[unit.toLowerCase()];
  return factor === undefined ? null : Number(amount) * factor;
}

/** What a node's `maxmemory` says, in bytes; null: it has none, or not one that can be read. */
function maxMemoryOf(directives: readonly Directive[]): number | null {
  const said = directives.findLast(({ name }) => name.toLowerCase() === 'maxmemory')?.value ?? '';
  return bytesOf(said.replace(/^"(.*)"$/, '$1')) || null;
}

/**
 * Bytes for a Redis node. While it saves or feeds a new replica a copy of it has all pages that are
 * written meanwhile: in the worst case the data set twice. In steps of powers of two, so that a `maxmemory`
 * that is set at run time seldom needs another container.
 */
export function memoryFor(directives: readonly Directive[]): number {
  const needed = 2 * (maxMemoryOf(directives) ?? 0) + BUFFERS;
  let memory = USUAL_MEMORY;
  while (memory < needed) memory *= 2;
  return memory;
}
