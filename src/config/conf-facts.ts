/**
 * What a configuration file on disk tells: who wrote it, and what Redis or Sentinel has rewritten
 * since. The counterpart of conf.ts; pure.
 */
import type { Address } from '../model/address.js';
import type { Directive } from '../model/topology.js';
import { type Header, readHeader } from './header.js';

export interface ConfFacts {
  /** null: somebody else's file. */
  readonly header: Header | null;
  /** Every line that is no comment; `sentinel` directives are called `sentinel myid`, `sentinel monitor` … */
  readonly directives: readonly Directive[];
  readonly announced: Address | null;
  /** Address after `replicaof`; null on a master. */
  readonly replicaOf: Address | null;
  /** The group's own master; null on a Redis node. */
  readonly monitor: MonitorFacts | null;
  /**
   * Every line that concerns another master than the group's, as somebody has added it by SENTINEL MONITOR: for each
   * master its `monitor` line first, for Sentinel does not start with a line about a master that it does not know.
   */
  readonly otherMasters: readonly Directive[];
}

/** Directives of a sentinel whose first argument is the name of a master (sentinel.c, 6.0 – 8.0 and Valkey). */
const PER_MASTER: ReadonlySet<string> = new Set(
  [
    'monitor',
    'down-after-milliseconds',
    'failover-timeout',
    'parallel-syncs',
    'notification-script',
    'client-reconfig-script',
    'auth-pass',
    'auth-user',
    'config-epoch',
    'leader-epoch',
    'known-replica',
    'known-slave',
    'known-sentinel',
    'rename-command',
    'master-reboot-down-after-period',
    'primary-reboot-down-after-period',
  ].map((name) => `sentinel ${name}`),
);

/** Name of the master that a line of a sentinel's file concerns; null: it concerns none. */
function masterOfLine({ name, value }: Directive): string | null {
  return PER_MASTER.has(name) ? (splitWords(value)[0] ?? null) : null;
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

/** Arguments of a line; Redis quotes strings when it rewrites a file. */
export function splitWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}

function address(host: string | undefined, port: string | undefined): Address | null {
  return host !== undefined && port !== undefined && /^\d+$/.test(port) ? { host, port: Number(port) } : null;
}

/** The lines of a configuration file that are no comments, as directives. */
export function readDirectiveLines(text: string): readonly Directive[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', value = ''] = /^(sentinel\s+\S+|\S+)\s*(.*)$/i.exec(line) ?? [];
      return { name: name.toLowerCase().replace(/\s+/, ' '), value };
    });
}

/**
 * Reads what a file tells.
 * @param masterName of the group's master, where the file itself does not say it
 */
export function readConfFacts(text: string, masterName: string | null = null): ConfFacts {
  const header = readHeader(text);
  const all = readDirectiveLines(text);
  const own = ownMaster(all, header?.masterName ?? masterName);
  const lines = all.filter((line) => (masterOfLine(line) ?? own) === own);
  const directives = lines.map(({ name, value }) => splitWords(`${name} ${value}`));
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
    header,
    directives: lines,
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
    otherMasters: otherMasters(all, own),
  };
}

/** The master of the group among those that a file has: the one of that name, or the last that it monitors. */
function ownMaster(lines: readonly Directive[], masterName: string | null): string | null {
  const names = lines.filter(({ name }) => name === 'sentinel monitor').map((line) => masterOfLine(line));
  return names.find((name) => name === masterName) ?? names.at(-1) ?? masterName;
}

function otherMasters(lines: readonly Directive[], own: string | null): readonly Directive[] {
  const isMonitor = ({ name }: Directive): boolean => name === 'sentinel monitor';
  const names = lines.filter(isMonitor).map(masterOfLine);
  // Lines about a master that the file does not monitor would keep Sentinel from starting.
  return [...new Set(names)]
    .filter((name) => name !== own)
    .flatMap((name) => {
      const about = lines.filter((line) => masterOfLine(line) === name);
      return [...about.filter(isMonitor), ...about.filter((line) => !isMonitor(line))];
    });
}

/** Names of the other masters that a file has, each once. */
export function otherMasterNames({ otherMasters: lines }: ConfFacts): readonly string[] {
  return [...new Set(lines.flatMap((line) => masterOfLine(line) ?? []))];
}

/** The file of a Redis node with its `replicaof` made to be `line`, or without one. */
export function withReplicaof(text: string, line: string | null): string {
  const others = text.split('\n').filter((entry) => !/^\s*(replicaof|slaveof)\s/i.test(entry));
  if (line === null) return others.join('\n');
  const end = others.at(-1) === '' ? -1 : others.length;
  others.splice(end, 0, line);
  return others.join('\n');
}
