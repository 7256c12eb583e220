/**
 * What somebody else has changed in a file since it was rendered: by hand, or by CONFIG SET and
 * CONFIG REWRITE. Rendering the file anew keeps what was added, and says what it replaces. Pure.
 */
import type { Directive } from '../model/topology.js';
import type { ConfFacts } from './conf-facts.js';

export interface Edits {
  /** Directives that were not rendered. */
  readonly added: readonly Directive[];
  /** Directives of the topology that have another value by now. */
  readonly changed: readonly { readonly name: string; readonly rendered: string; readonly now: string }[];
}

/** What Redis and Sentinel write by themselves (seen in 6.0 – 8.0 and Valkey 8.1). */
const THEIR_OWN: ReadonlySet<string> = new Set([
  'replicaof',
  'slaveof',
  'user',
  'latency-tracking-info-percentiles',
  'sentinel myid',
  'sentinel monitor',
  'sentinel known-replica',
  'sentinel known-slave',
  'sentinel known-sentinel',
  'sentinel current-epoch',
  'sentinel config-epoch',
  'sentinel leader-epoch',
  'sentinel down-after-milliseconds',
  'sentinel failover-timeout',
  'sentinel parallel-syncs',
]);

/** Defaults that servers write into a file that has none: Redis its rules for saving, Sentinel 6.0 the other one. */
const THEIR_DEFAULTS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['save', new Set(['3600 1', '300 100', '60 10000', '900 1', '300 10'])],
  ['sentinel deny-scripts-reconfig', new Set(['yes'])],
]);

export function editsOf({ header, directives }: ConfFacts): Edits {
  if (header === null) return { added: [], changed: [] };
  const added = directives.filter(
    ({ name, value }) =>
      !header.rendered.has(name) && !THEIR_OWN.has(name) && THEIR_DEFAULTS.get(name)?.has(value) !== true,
  );
  const names = [...new Set(header.directives.map(({ name }) => name))];
  const changed = names.flatMap((name) => {
    const rendered = joined(header.directives, name);
    const now = joined(directives, name);
    return now === '' || comparable(rendered) === comparable(now) ? [] : [{ name, rendered, now }];
  });
  return { added, changed };
}

/** All values of a directive; Redis writes `save 60 1 300 10` as two lines, or the other way round. */
function joined(directives: readonly Directive[], name: string): string {
  return directives
    .filter((directive) => directive.name === name)
    .map(({ value }) => value)
    .join(' ');
}

const UNITS: Readonly<Record<string, number>> = {
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3,
  b: 1,
};

/** A value without the ways in which Redis writes the same: quotes, case, units of memory, classes. */
function comparable(value: string): string {
  return value
    .toLowerCase()
    .replaceAll(/["']/g, '')
    .split(/\s+/)
    .map((word) => {
      const [, number, unit = ''] = /^(\d+)(kb?|mb?|gb?|b)$/.exec(word) ?? [];
      return number === undefined
        ? word.replace(/^slave$/, 'replica')
        : String(Number(number) * (UNITS[unit] ?? 1));
    })
    .join(' ');
}
