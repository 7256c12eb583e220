/**
 * Directives that may not stand under `config`, because rsentinel writes them itself or because
 * they would break the group in a way that shows much later. Data: the first entry that fits counts.
 */

export interface OwnedDirective {
  /** A directive, `sentinel <word>`, or the beginning of several (`cluster-*`). */
  readonly directive: string;
  /** Why it may not be set. */
  readonly reason: string;
  /** What to do instead. */
  readonly instead: string;
}

const AUTHENTICATION = {
  reason: 'rsentinel and the sentinels have to log in themselves',
  instead: 'use the key auth at the top of the file',
} as const;

const TLS = {
  reason: 'everybody in the group has to speak TLS in the same way',
  instead: 'use the key tls at the top of the file',
} as const;

const ADDRESS = {
  reason: 'rsentinel announces the address at which nodes and clients alike reach the node',
  instead: 'choose the addresses by network.mode',
} as const;

const LISTENING = {
  reason: 'the node must listen where its port is published',
  instead: 'choose the addresses by network.mode',
} as const;

const PROCESS = {
  reason: 'the container is what supervises the process',
  instead: 'remove it',
} as const;

const SOCKET = {
  reason: 'nothing outside of the container could reach the socket',
  instead: 'remove it',
} as const;

const STATE = {
  reason: 'it is state, which Sentinel keeps up to date itself',
  instead: 'remove it',
} as const;

const CLUSTER = { reason: 'Sentinel does not work with Redis Cluster', instead: 'remove it' } as const;

/** Owned in every configuration file. */
const COMMON: readonly OwnedDirective[] = [
  { directive: 'bind', ...LISTENING },
  { directive: 'bind-source-addr', ...LISTENING },
  {
    directive: 'protected-mode',
    reason: 'it is on wherever it can be',
    instead: 'use the key auth at the top of the file: with a password it is on',
  },
  {
    directive: 'dir',
    reason: 'rsentinel mounts the directory of the node',
    instead: 'set directory at the top of the file',
  },
  { directive: 'daemonize', ...PROCESS },
  { directive: 'supervised', ...PROCESS },
  { directive: 'pidfile', ...PROCESS },
  {
    directive: 'logfile',
    reason: 'the log must go to standard output, where the engine keeps it',
    instead: 'remove it',
  },
  { directive: 'unixsocket*', ...SOCKET },
  {
    directive: 'include',
    reason: 'what an included file says cannot be checked',
    instead: 'write its directives here',
  },
  { directive: 'requirepass', ...AUTHENTICATION },
  { directive: 'masterauth', ...AUTHENTICATION },
  { directive: 'masteruser', ...AUTHENTICATION },
  { directive: 'primaryauth', ...AUTHENTICATION },
  { directive: 'primaryuser', ...AUTHENTICATION },
  { directive: 'user', ...AUTHENTICATION },
  { directive: 'aclfile', ...AUTHENTICATION },
  {
    directive: 'rename-command',
    reason: 'Sentinel and rsentinel call commands by their own names',
    instead: 'remove it',
  },
  { directive: 'tls-*', ...TLS },
  { directive: 'cluster-*', ...CLUSTER },
  { directive: 'replica-announce-ip', ...ADDRESS },
  { directive: 'replica-announce-port', ...ADDRESS },
  { directive: 'slave-announce-ip', ...ADDRESS },
  { directive: 'slave-announce-port', ...ADDRESS },
];

const REDIS: readonly OwnedDirective[] = [
  {
    directive: 'port',
    reason: 'the port is published and announced too',
    instead: "use the node's own port key",
  },
  { directive: 'replicaof', reason: 'who follows whom is for Sentinel to change', instead: 'use replicas' },
  { directive: 'slaveof', reason: 'who follows whom is for Sentinel to change', instead: 'use replicas' },
  {
    directive: 'replica-announced',
    reason: 'a replica that hides from Sentinel can never be proved ready',
    instead: 'write replica-priority: 0 for one that is never promoted',
  },
  {
    directive: 'sentinel*',
    reason: 'it is a directive of sentinel.conf',
    instead: 'use the keys of sentinel, such as sentinel.quorum',
  },
  ...COMMON,
];

const SENTINEL: readonly OwnedDirective[] = [
  {
    directive: 'port',
    reason: 'the port is published and announced too',
    instead: 'use sentinels: [{port: 26379}]',
  },
  {
    directive: 'sentinel monitor',
    reason: 'rsentinel writes it',
    instead: 'use master.name, master.port and sentinel.quorum',
  },
  ...(['quorum', 'down-after-milliseconds', 'parallel-syncs', 'failover-timeout'] as const).flatMap((key) =>
    [key, `sentinel ${key}`].map((directive) => ({
      directive,
      reason: 'it has a key of its own',
      instead: `use sentinel.${key}`,
    })),
  ),
  { directive: 'sentinel announce-ip', ...ADDRESS },
  { directive: 'sentinel announce-port', ...ADDRESS },
  {
    directive: 'sentinel announce-hostnames',
    reason: 'names instead of IP addresses are not supported yet',
    instead: 'remove it',
  },
  {
    directive: 'sentinel resolve-hostnames',
    reason: 'names instead of IP addresses are not supported yet',
    instead: 'remove it',
  },
  { directive: 'sentinel auth-*', ...AUTHENTICATION },
  { directive: 'sentinel sentinel-*', ...AUTHENTICATION },
  { directive: 'sentinel myid', ...STATE },
  { directive: 'sentinel known-*', ...STATE },
  { directive: 'sentinel current-epoch', ...STATE },
  { directive: 'sentinel config-epoch', ...STATE },
  { directive: 'sentinel leader-epoch', ...STATE },
  {
    directive: 'sentinel*',
    reason: 'rsentinel writes the sentinel directives',
    instead: 'use the keys of sentinel, such as sentinel.quorum',
  },
  { directive: 'replicaof', reason: 'a sentinel replicates nothing', instead: 'use replicas' },
  { directive: 'slaveof', reason: 'a sentinel replicates nothing', instead: 'use replicas' },
  ...COMMON,
];

/** Takes the kind of node, a directive's name and its first value; gives the entry that owns it, if any. */
export function ownerOf(kind: 'redis' | 'sentinel', name: string, value: string): OwnedDirective | undefined {
  // `sentinel: monitor mymaster …` and `sentinel monitor: mymaster …` are the same directive
  const words = `${name} ${value}`.trim().toLowerCase().split(/\s+/, 2);
  const whole = words.join(' ');
  const entries = kind === 'redis' ? REDIS : SENTINEL;
  return entries.find(({ directive }) => {
    if (directive.endsWith('*')) return whole.startsWith(directive.slice(0, -1));
    return directive === words[0] || directive === whole;
  });
}
