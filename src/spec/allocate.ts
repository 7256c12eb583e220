/**
 * Decides the addresses of a group: fixed ones as the topology says, `auto` ones kept where the
 * group had them before, and picked anew otherwise. Pure: whether a port or a subnet is really
 * free is only known when the engine takes it, so `up` asks again with what was refused.
 */
import { createHash } from 'node:crypto';
import type { Address } from '../model/address.js';
import type { Topology, TopologyNode } from '../model/topology.js';
import { contains, hostAddresses, overlaps, parseSubnet } from './subnet.js';

export interface Allocation {
  /** By node name. */
  readonly ports: ReadonlyMap<string, number>;
  /** By node name; empty unless in bridge mode. */
  readonly ips: ReadonlyMap<string, string>;
  /** CIDR; undefined unless in bridge mode. */
  readonly subnet: string | undefined;
  /** Every port that the anchor publishes: those of the nodes, and spare ones. Empty unless in loopback mode. */
  readonly published: readonly number[];
}

/** What the group has, or had, already. */
export interface Before {
  /** Addresses that nodes have or had, by node name. */
  readonly addresses: ReadonlyMap<string, Address>;
  /** Subnet of the network that the group has. */
  readonly subnet: string | null;
  /** Ports that the anchor publishes, if there is one. */
  readonly published: readonly number[];
}

export const NOTHING_BEFORE: Before = { addresses: new Map(), subnet: null, published: [] };

/** What the engine has refused so far. */
export interface Refusals {
  readonly ports: ReadonlySet<number>;
  /** CIDR; what overlaps with one of them is refused as well. */
  readonly subnets: ReadonlySet<string>;
}

/** `auto` ports come from here: above the well-known ones, below the ephemeral ports of Linux (32768). */
const AUTO_PORTS = { first: 15000, last: 32000 } as const;

/** Automatic subnets are /24 networks of 10.200.0.0 – 10.239.255.0; Docker's own pools are elsewhere. */
const AUTO_SUBNETS = { first: 200, count: 40 } as const;
/**
 * Ports that an anchor publishes beyond those of its nodes. A container that runs cannot publish
 * another port, so this is how many nodes can join a group without its being restarted. One costs
 * some 10 ms at the start of the anchor, and a few MB on engines with a proxy process for each port.
 */
const SPARE_PORTS = 4;

const AUTO_SUBNET = /^10\.2[0-3]\d\.\d+\.0\/24$/;

/**
 * @param before what the group has already: it is kept where it can be
 * @param random a number in [0, 1), as Math.random
 */
export function allocate(
  topology: Topology,
  before: Before,
  refused: Refusals,
  random: () => number,
): Allocation {
  const nodes = [...topology.redis, ...topology.sentinels];
  const ports = assignPorts(topology, before, refused.ports, random);
  if (topology.network.mode !== 'bridge') {
    return { ports, ips: new Map(), subnet: undefined, published: publish(ports, before, refused, random) };
  }
  const names = nodes.map((node) => node.name);
  const subnet = topology.network.subnet ?? automaticSubnet(topology.name, names, before, refused.subnets);
  return { ports, ips: assignIps(subnet, names, before.addresses), subnet, published: [] };
}

function assignPorts(
  topology: Topology,
  before: Before,
  refused: ReadonlySet<number>,
  random: () => number,
): ReadonlyMap<string, number> {
  const nodes = [...topology.redis, ...topology.sentinels];
  const used = new Set([...refused, ...claimedPorts(nodes, before)]);
  const ports = new Map<string, number>();
  const assign = (name: string, port: number): void => {
    used.add(port);
    ports.set(name, port);
  };
  // Before any is picked anew: that must not take what another node had.
  for (const { name, port, portIsFixed } of nodes) {
    const had = before.addresses.get(name)?.port;
    if (had === undefined || portIsFixed || used.has(had)) continue;
    if (port === 'auto' || isAutomatic(had)) assign(name, had);
  }
  const open = openPorts(nodes, before);
  const isOpen = (name: string, port: number): boolean =>
    (open.length === 0 || open.includes(port)) &&
    [...before.addresses].every(([other, address]) => other === name || address.port !== port);
  const spare = (): number | undefined => open.find((port) => !used.has(port));
  for (const { name, port, portIsFixed } of nodes.filter((node) => !ports.has(node.name))) {
    if (port === 'auto') assign(name, spare() ?? freePort(used, random));
    else assign(name, portIsFixed || isOpen(name, port) ? port : (spare() ?? port));
  }
  return ports;
}

/** Ports that the file names, and those of nodes that are in it no more: they may still be there. */
function claimedPorts(nodes: readonly TopologyNode[], { addresses }: Before): readonly number[] {
  const strangers = [...addresses].filter(([name]) => nodes.every((node) => node.name !== name));
  return [
    ...nodes.flatMap(({ port }) => (port === 'auto' ? [] : [port])),
    ...strangers.map(([, { port }]) => port),
  ];
}

/** The ports that nodes can be given without the anchor being made anew; none: it is made anew anyway. */
function openPorts(nodes: readonly TopologyNode[], { published }: Before): readonly number[] {
  const isEnough = nodes.every(
    ({ port, portIsFixed }) => port === 'auto' || !portIsFixed || published.includes(port),
  );
  return isEnough ? published : [];
}

function isAutomatic(port: number): boolean {
  return port >= AUTO_PORTS.first && port < AUTO_PORTS.last;
}

/** The ports that the anchor publishes: as before, as long as they are enough and nobody else has one of them by now. */
function publish(
  ports: ReadonlyMap<string, number>,
  before: Before,
  refused: Refusals,
  random: () => number,
): readonly number[] {
  const wanted = [...ports.values()];
  const isEnough = wanted.every((port) => before.published.includes(port));
  const isFree = before.published.every((port) => !refused.ports.has(port));
  if (before.published.length > 0 && isEnough && isFree) return before.published;
  const used = new Set([...refused.ports, ...wanted]);
  const spare = before.published.filter((port) => isAutomatic(port) && !used.has(port)).slice(0, SPARE_PORTS);
  for (const port of spare) used.add(port);
  while (spare.length < SPARE_PORTS) {
    const port = freePort(used, random);
    used.add(port);
    spare.push(port);
  }
  return [...wanted, ...spare].sort((a, b) => a - b);
}

function freePort(used: ReadonlySet<number>, random: () => number): number {
  const span = AUTO_PORTS.last - AUTO_PORTS.first;
  const start = Math.floor(random() * span);
  for (let step = 0; step < span; step += 1) {
    const port = AUTO_PORTS.first + ((start + step) % span);
    if (!used.has(port)) return port;
  }
  throw new Error('every port is taken');
}

function automaticSubnet(
  group: string,
  names: readonly string[],
  before: Before,
  refused: ReadonlySet<string>,
): string {
  const taken = [...refused].map(parseSubnet);
  const isFree = (subnet: string): boolean => !taken.some((other) => overlaps(parseSubnet(subnet), other));
  const prefix = names
    .map((name) => /^(10\.2\d\d\.\d+)\.\d+$/.exec(before.addresses.get(name)?.host ?? '')?.[1])
    .find((found) => found !== undefined);
  for (const subnet of [prefix === undefined ? null : `${prefix}.0/24`, before.subnet]) {
    if (subnet !== null && AUTO_SUBNET.test(subnet) && isFree(subnet)) return subnet;
  }

  const hash = createHash('sha256').update(group).digest().readUInt16BE();
  for (let step = 0; step < AUTO_SUBNETS.count * 256; step += 1) {
    const index = (hash + step) % (AUTO_SUBNETS.count * 256);
    const subnet = `10.${AUTO_SUBNETS.first + Math.floor(index / 256)}.${index % 256}.0/24`;
    if (isFree(subnet)) return subnet;
  }
  throw new Error('every subnet is taken');
}

function assignIps(
  cidr: string,
  names: readonly string[],
  known: ReadonlyMap<string, Address>,
): ReadonlyMap<string, string> {
  const subnet = parseSubnet(cidr);
  const ips = new Map<string, string>();
  for (const name of names) {
    const before = known.get(name)?.host;
    if (before !== undefined && /^\d+(\.\d+){3}$/.test(before) && contains(subnet, before))
      ips.set(name, before);
  }
  // Also those of nodes that are in the topology no more: they may still be there.
  const taken = new Set([...known.values()].map(({ host }) => host));
  const free = hostAddresses(subnet);
  for (const name of names) {
    if (ips.has(name)) continue;
    let next = free.next();
    while (!next.done && taken.has(next.value)) next = free.next();
    if (next.done) throw new Error(`the subnet ${cidr} has no room for ${names.length} nodes`);
    ips.set(name, next.value);
    taken.add(next.value);
  }
  return ips;
}
