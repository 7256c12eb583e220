/** Spec and history → redis.conf and sentinel.conf. Pure. */
import type { Address } from '../model/address.js';
import type { GroupSpec, NodeKind, NodeSpec, RedisNodeSpec, SentinelNodeSpec } from '../model/group-spec.js';
import { type GroupHistory, initialSentinel } from '../model/history.js';
import { isLoopback, LOOPBACK } from '../spec/defaults.js';
import { redisAccessLines, sentinelAccessLines } from './access-lines.js';
import { type ConfFacts, readDirectiveLines } from './conf-facts.js';
import { editsOf } from './edits.js';
import { type Header, withHeader } from './header.js';
import { fillTemplate, type Placeholder } from './template.js';
import { tlsLines } from './tls-lines.js';

export const CONF_FILE = { redis: 'redis.conf', sentinel: 'sentinel.conf' } as const;

const required = (text: string | number): Placeholder => ({
  kind: 'value',
  text: String(text),
  required: true,
});
const optional = (text: string | number): Placeholder => ({
  kind: 'value',
  text: String(text),
  required: false,
});
const lines = (entries: readonly string[]): Placeholder => ({
  kind: 'lines',
  lines: entries,
  required: true,
});

/**
 * @param before what the node's file says already: what others have added to it is kept
 * @throws RsentinelError TEMPLATE_INVALID
 */
export function renderConf(
  spec: GroupSpec,
  node: NodeSpec,
  history: GroupHistory,
  before: ConfFacts | null,
): string {
  const placeholders = new Map<string, Placeholder>([
    ['group', optional(spec.name)],
    ['node', optional(node.name)],
    // With TLS the plain one is closed.
    ['port', required(spec.tls === null ? node.address.port : 0)],
    ['tls', tlsPlaceholder(spec, node)],
    ['announce-ip', required(node.address.host)],
    ['announce-port', required(node.address.port)],
    ['bind', bindLine(spec, node)],
    ['protected-mode', optional(isProtected(spec, node) ? 'yes' : 'no')],
    ['auth', authLines(spec, node)],
    ['directives', lines(node.directives.map(({ name, value }) => `${name} ${value}`))],
    ...(node.kind === 'redis' ? redisPlaceholders(node, history) : sentinelPlaceholders(spec, node, history)),
  ]);
  const text = fillTemplate(CONF_FILE[node.kind], spec.templates[node.kind], placeholders);
  const rendered = new Set(readDirectiveLines(text).map(({ name }) => name));
  const kept = before === null ? [] : editsOf(before).added.filter(({ name }) => !rendered.has(name));
  const keptLines = kept.map(({ name, value }) => `${name} ${value}`.trimEnd());
  const others = before === null ? [] : before.otherMasters.map(({ name, value }) => `${name} ${value}`);
  const body = [
    text.trimEnd(),
    ...(keptLines.length === 0 ? [] : ['', KEPT, ...keptLines]),
    ...(others.length === 0 ? [] : ['', OTHER_MASTERS, ...others]),
    '',
  ].join('\n');
  return withHeader(body, headerOf(spec, node, rendered));
}

const KEPT = '# Added by somebody else than rsentinel, and kept.';
const OTHER_MASTERS = '# Other masters that somebody has told this sentinel to watch.';

/** @param rendered names of the directives in the file */
export function headerOf(spec: GroupSpec, node: NodeSpec, rendered: ReadonlySet<string>): Header {
  return {
    group: spec.name,
    node: node.name,
    masterName: spec.masterName,
    digests: node.conf,
    rendered,
    directives: node.directives,
  };
}

/**
 * Protected mode turns away whoever comes from elsewhere as long as there is no password. Without one it
 * can stay where nobody but this host reaches the node; through a published port all come from elsewhere.
 */
function isProtected({ access, network }: GroupSpec, { address }: NodeSpec): boolean {
  return access.kind !== 'none' || (network.mode === 'host' && isLoopback(address.host));
}

/** A template that leaves them out would make a node that everybody may enter, or that nobody can. */
function authLines(spec: GroupSpec, node: NodeSpec): Placeholder {
  const entries = accessLines(spec, node.kind);
  return { kind: 'lines', lines: entries, required: entries.length > 0 };
}

/** A template that leaves them out would make a node that listens to nobody. */
function tlsPlaceholder({ tls }: GroupSpec, node: NodeSpec): Placeholder {
  return {
    kind: 'lines',
    lines: tls === null ? [] : tlsLines(tls.authClients, node),
    required: tls !== null,
  };
}

/** Who may log in to a node, and how it logs in to others. */
export function accessLines({ access, masterName }: GroupSpec, kind: NodeKind): readonly string[] {
  return kind === 'redis' ? redisAccessLines(access) : sentinelAccessLines(access, masterName);
}

/**
 * On the host's own network a node listens on what it announces, and for those who are on that host.
 * In the other modes it is the engine that decides who comes in, and a template may leave it out.
 */
function bindLine({ network }: GroupSpec, { address }: NodeSpec): Placeholder {
  if (network.mode !== 'host') return { kind: 'lines', lines: [], required: false };
  return lines([`bind ${[...new Set([address.host, LOOPBACK])].join(' ')}`]);
}

function redisPlaceholders(node: RedisNodeSpec, { master }: GroupHistory): [string, Placeholder][] {
  return [['replicaof', lines(master.name === node.name ? [] : [replicaofLine(master.address)])]];
}

/** The line that makes a node a replica of the master at an address. */
export function replicaofLine({ host, port }: Address): string {
  return `replicaof ${host} ${port}`;
}

function sentinelPlaceholders(
  spec: GroupSpec,
  node: SentinelNodeSpec,
  history: GroupHistory,
): [string, Placeholder][] {
  const { master } = history;
  const own = history.sentinels.get(node.name) ?? initialSentinel(spec.name, node.name);
  const replicas = spec.redis.filter((other) => other.name !== master.name);
  const others = spec.sentinels.filter((other) => other.name !== node.name);
  const knownSentinels = others.map((other) => {
    const { myid } = history.sentinels.get(other.name) ?? initialSentinel(spec.name, other.name);
    return `sentinel known-sentinel ${spec.masterName} ${other.address.host} ${other.address.port} ${myid}`;
  });
  return [
    ['myid', required(own.myid)],
    ['master-name', required(spec.masterName)],
    ['master-host', required(master.address.host)],
    ['master-port', required(master.address.port)],
    ['quorum', required(spec.sentinel.quorum)],
    ['down-after-milliseconds', required(spec.sentinel['down-after-milliseconds'])],
    ['parallel-syncs', required(spec.sentinel['parallel-syncs'])],
    ['failover-timeout', required(spec.sentinel['failover-timeout'])],
    ['current-epoch', required(Math.max(own.currentEpoch, master.configEpoch))],
    ['config-epoch', required(master.configEpoch)],
    ['leader-epoch', required(own.leaderEpoch)],
    [
      'known-replicas',
      lines(
        replicas.map(
          ({ address }) => `sentinel known-replica ${spec.masterName} ${address.host} ${address.port}`,
        ),
      ),
    ],
    ['known-sentinels', lines(knownSentinels)],
  ];
}

/** The most bytes of a configuration file. A group of a hundred nodes needs a tenth of it. */
export const MOST_CONF_BYTES = 1_048_576;
