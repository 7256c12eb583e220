/**
 * What a configuration file on disk tells: who wrote it, and what Redis or Sentinel has rewritten
 * since. The counterpart of conf.ts; pure.
 */
import type { Address } from '../spec/address.js';

/** First line of every file that rsentinel renders; Redis and Sentinel keep comments when they rewrite. */
export interface Marker {
  readonly group: string;
  readonly node: string;
  /** Digest of the node's spec. */
  readonly spec: string;
}

export interface ConfFacts {
  /** null: somebody else's file. */
  readonly marker: Marker | null;
  readonly announced: Address | null;
  /** Address after `replicaof`; null on a master. */
  readonly replicaOf: Address | null;
  /** null on a Redis node. */
  readonly monitor: MonitorFacts | null;
}

export interface MonitorFacts {
  readonly master: Address;
  /** The replicas and the other sentinels that it knows. */
  readonly known: readonly Address[];
  readonly myid: string | null;
  readonly currentEpoch: number;
  readonly configEpoch: number;
  readonly leaderEpoch: number;
}

export function formatMarker(marker: Marker): string {
  return `# rsentinel: group=${marker.group} node=${marker.node} spec=${marker.spec}`;
}

function readMarker(text: string): Marker | null {
  const match = /^# rsentinel: group=(\S+) node=(\S+) spec=(\S+)$/m.exec(text);
  const [, group, node, spec] = match ?? [];
  return group !== undefined && node !== undefined && spec !== undefined ? { group, node, spec } : null;
}

/** Arguments of a line; Redis quotes strings when it rewrites a file. */
function split(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}

function address(host: string | undefined, port: string | undefined): Address | null {
  return host !== undefined && port !== undefined && /^\d+$/.test(port) ? { host, port: Number(port) } : null;
}

export function readConfFacts(text: string): ConfFacts {
  const directives = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(split);
  // The last one counts, as in Redis.
  const find = (...words: readonly string[]): readonly string[] | undefined =>
    directives
      .findLast((line) => words.every((word, index) => line[index]?.toLowerCase() === word))
      ?.slice(words.length);
  const findAll = (...words: readonly string[]): readonly (readonly string[])[] =>
    directives
      .filter((line) => words.every((word, index) => line[index]?.toLowerCase() === word))
      .map((line) => line.slice(words.length));
  const number = (value: string | undefined): number => Number(value ?? 0) || 0;

  const replicaOf = find('replicaof') ?? find('slaveof');
  const monitor = find('sentinel', 'monitor');
  const master = address(monitor?.[1], monitor?.[2]);
  const announceIp = find('replica-announce-ip') ?? find('sentinel', 'announce-ip');
  const announcePort = find('replica-announce-port') ?? find('sentinel', 'announce-port');
  return {
    marker: readMarker(text),
    announced: address(announceIp?.[0], announcePort?.[0]),
    replicaOf: address(replicaOf?.[0], replicaOf?.[1]),
    monitor:
      master === null
        ? null
        : {
            master,
            known: [
              ...findAll('sentinel', 'known-replica'),
              ...findAll('sentinel', 'known-slave'),
              ...findAll('sentinel', 'known-sentinel'),
            ].flatMap(([, host, port]) => address(host, port) ?? []),
            myid: find('sentinel', 'myid')?.[0] ?? null,
            currentEpoch: number(find('sentinel', 'current-epoch')?.[0]),
            configEpoch: number(find('sentinel', 'config-epoch')?.[1]),
            leaderEpoch: number(find('sentinel', 'leader-epoch')?.[1]),
          },
  };
}

/** The file of a Redis node with its `replicaof` made to be `line`, or without one. */
export function withReplicaof(text: string, line: string | null): string {
  const others = text.split('\n').filter((entry) => !/^\s*(replicaof|slaveof)\s/i.test(entry));
  if (line === null) return others.join('\n');
  const end = others.at(-1) === '' ? -1 : others.length;
  others.splice(end, 0, line);
  return others.join('\n');
}
