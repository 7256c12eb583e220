/** Topology and addresses → group spec. Pure. */
import { createHash } from 'node:crypto';
import type { Address } from '../model/address.js';
import { accessDigest, type GroupAccess } from '../model/credentials/group-access.js';
import { type GroupTls, tlsDigest, trustText } from '../model/credentials/group-tls.js';
import type {
  GroupSpec,
  NodeKind,
  NodeSpec,
  RedisNodeSpec,
  SentinelNodeSpec,
  Templates,
} from '../model/group-spec.js';
import { timingOf } from '../model/timing.js';
import type { TopologyNode } from '../model/topology.js';
import type { Allocation } from './allocate.js';
import { LOOPBACK, type ResolvedTopology } from './defaults.js';
import { memoryFor, SENTINEL_MEMORY } from './memory.js';

/** Changes whenever the same spec would be made into a container in another way. */
const LAYOUT = 3;
/** The same of the network, which cannot be made anew while a container is on it. */
const NETWORK_LAYOUT = 1;

/** Container (and network) names: the group's name is the prefix of everything that is made. */
export function containerName(group: string, node: string): string {
  return `${group}-${node}`;
}

/** The host that a node announces: what clients connect to, and what its certificate names. */
export function announcedHost(
  { network }: ResolvedTopology,
  allocation: Pick<Allocation, 'ips'>,
  node: string,
): string {
  const host = network.mode === 'bridge' ? allocation.ips.get(node) : network.address;
  if (host === undefined) throw new Error(`no IP was allocated for ${node}`);
  return host;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

/**
 * @param topology what was asked for
 * @param allocation a port for every node, and in bridge mode the subnet and an IP for every node
 * @param templates the texts that the configuration files are rendered from
 * @param access whom the nodes let in
 * @param tls certificates of every node; null: nobody speaks TLS
 */
export function buildGroupSpec(
  topology: ResolvedTopology,
  allocation: Allocation,
  templates: Templates,
  access: GroupAccess,
  tls: GroupTls | null,
): GroupSpec {
  const shared = {
    layout: LAYOUT,
    group: topology.name,
    mode: topology.network.mode,
    storage: topology.storage,
  };
  const { mode, address: published } = topology.network;
  const isShared = mode !== 'loopback';
  const ports = allocation.ports;

  const node = <K extends NodeKind>(kind: K, given: TopologyNode, settings: object) => {
    const port = ports.get(given.name);
    if (port === undefined) throw new Error(`no port was allocated for ${given.name}`);
    const address: Address = { host: announcedHost(topology, allocation, given.name), port };
    const frame = {
      kind,
      address,
      template: templates[kind],
      masterName: kind === 'sentinel' ? topology.masterName : null,
      // What it listens on is in the file in this mode only.
      isBound: mode === 'host',
      auth: access.kind,
    };
    const memory = kind === 'sentinel' ? SENTINEL_MEMORY : (topology.memory ?? memoryFor(given.directives));
    return {
      kind,
      name: given.name,
      address,
      // In bridge mode the ports are published on loopback as well: that way works where the
      // container's IP cannot be reached from the host (macOS, Windows).
      control: {
        kind,
        host: mode === 'bridge' ? LOOPBACK : published,
        port,
        announced: address.host,
        tls: tls !== null,
      },
      container: containerName(topology.name, given.name),
      directives: given.directives,
      memory,
      containerDigest: digestOf({
        ...shared,
        kind,
        address,
        image: topology.image,
        auth: access.kind,
        memory,
        trust: trustText(tls),
      }),
      conf: {
        whole: digestOf({ ...frame, directives: given.directives, ...settings }),
        frame: digestOf(frame),
        access: accessDigest(access),
        tls: tlsDigest(tls, given.name),
      },
    };
  };
  const redisNode = (given: TopologyNode): RedisNodeSpec => node('redis', given, {});
  const sentinelNode = (given: TopologyNode): SentinelNodeSpec =>
    node('sentinel', given, { sentinel: topology.sentinel });

  const [firstRedis, ...otherRedis] = topology.redis;
  const [firstSentinel, ...otherSentinels] = topology.sentinels;
  const redis = [redisNode(firstRedis), ...otherRedis.map(redisNode)] as const;
  const sentinels = [sentinelNode(firstSentinel), ...otherSentinels.map(sentinelNode)] as const;

  return {
    name: topology.name,
    image: topology.image,
    masterName: topology.masterName,
    sentinel: topology.sentinel,
    timing: timingOf(topology.timing),
    network: {
      mode,
      name: topology.name,
      subnet: allocation.subnet,
      isShared,
      digest: digestOf({ layout: NETWORK_LAYOUT, isShared }),
    },
    access,
    tls,
    storage: topology.storage,
    anchor:
      mode === 'loopback'
        ? {
            container: containerName(topology.name, 'anchor'),
            ports: allocation.published,
            digest: digestOf({ ...shared, auth: access.kind }),
          }
        : null,
    redis,
    sentinels,
    directory: topology.directory,
    templates,
    file: topology.file,
  };
}

/** Every node of a group, Redis first. */
export function nodesOf(spec: GroupSpec): readonly NodeSpec[] {
  return [...spec.redis, ...spec.sentinels];
}
