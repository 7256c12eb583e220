/** Spec and history → redis.conf and sentinel.conf. Pure. */
import type { GroupSpec, NodeSpec, RedisNodeSpec, SentinelNodeSpec } from '../spec/group-spec.js';
import { LOOPBACK } from '../spec/settle.js';
import { formatMarker } from './conf-facts.js';
import { type GroupHistory, initialSentinel } from './history.js';
import { fillTemplate, type Placeholder } from './template.js';

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

/** @throws RsentinelError TEMPLATE_INVALID */
export function renderConf(spec: GroupSpec, node: NodeSpec, history: GroupHistory): string {
  const placeholders = new Map<string, Placeholder>([
    ['group', optional(spec.name)],
    ['node', optional(node.name)],
    ['port', required(node.address.port)],
    ['announce-ip', required(node.address.host)],
    ['announce-port', required(node.address.port)],
    ['bind', bindLine(spec, node)],
    ['directives', lines(node.directives.map(({ name, value }) => `${name} ${value}`))],
    ...(node.kind === 'redis'
      ? redisPlaceholders(spec, node, history)
      : sentinelPlaceholders(spec, node, history)),
  ]);
  const marker = formatMarker({ group: spec.name, node: node.name, spec: node.digest });
  return `${marker}\n${fillTemplate(CONF_FILE[node.kind], spec.templates[node.kind], placeholders)}`;
}

/**
 * On the host's own network a node listens on what it announces, and for those who are on that host.
 * In the other modes it is the engine that decides who comes in, and a template may leave it out.
 */
function bindLine({ network }: GroupSpec, { address }: NodeSpec): Placeholder {
  if (network.mode !== 'host') return { kind: 'lines', lines: [], required: false };
  return lines([`bind ${[...new Set([address.host, LOOPBACK])].join(' ')}`]);
}

function masterOf(spec: GroupSpec, history: GroupHistory): RedisNodeSpec {
  return spec.redis.find((node) => node.name === history.master) ?? spec.redis[0];
}

function redisPlaceholders(
  spec: GroupSpec,
  node: RedisNodeSpec,
  history: GroupHistory,
): [string, Placeholder][] {
  const master = masterOf(spec, history);
  return [['replicaof', lines(master.name === node.name ? [] : [replicaofLine(master)])]];
}

/** The line that makes a node a replica of `master`. */
export function replicaofLine(master: RedisNodeSpec): string {
  return `replicaof ${master.address.host} ${master.address.port}`;
}

function sentinelPlaceholders(
  spec: GroupSpec,
  node: SentinelNodeSpec,
  history: GroupHistory,
): [string, Placeholder][] {
  const master = masterOf(spec, history);
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
    ['current-epoch', required(own.currentEpoch)],
    ['config-epoch', required(own.configEpoch)],
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
