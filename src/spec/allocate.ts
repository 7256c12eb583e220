/**
 * Decides the addresses of a group: fixed ones as the topology says, `auto` ones kept where the
 * group had them before, and picked anew otherwise. Pure: whether a port or a subnet is really
 * free is only known when the engine takes it, so `up` asks again with what was refused.
 */
import { createHash } from 'node:crypto';
import type { Topology } from '../topology/topology.js';
import type { Address } from './address.js';
import { contains, hostAddresses, overlaps, parseSubnet } from './subnet.js';

export interface Allocation {
  /** By node name. */
  readonly ports: ReadonlyMap<string, number>;
  /** By node name; empty unless in bridge mode. */
  readonly ips: ReadonlyMap<string, string>;
  /** CIDR; undefined unless in bridge mode. */
  readonly subnet: string | undefined;
}

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
const AUTO_SUBNET = /^10\.2[0-3]\d\.\d+\.0\/24$/;

/**
 * @param known addresses that nodes of this group have or had, by node name
 * @param network subnet of the network that the group has already, if any
 * @param random a number in [0, 1), as Math.random
 */
export function allocate(
  topology: Topology,
  known: ReadonlyMap<string, Address>,
  network: string | null,
  refused: Refusals,
  random: () => number,
): Allocation {
  const nodes = [...topology.redis, ...topology.sentinels];
  const used = new Set<number>(refused.ports);
  for (const node of nodes) if (node.port !== 'auto') used.add(node.port);

  const ports = new Map<string, number>();
  const assign = (name: string, port: number): void => {
    used.add(port);
    ports.set(name, port);
  };
  // Before any is picked anew: that must not take what another node had.
  for (const { name, port } of nodes) {
    const before = known.get(name)?.port;
    if (port === 'auto' && before !== undefined && !used.has(before)) assign(name, before);
  }
  for (const { name, port } of nodes) {
    if (port !== 'auto') ports.set(name, port);
    else if (!ports.has(name)) assign(name, freePort(used, random));
  }
  if (topology.network.mode !== 'bridge') return { ports, ips: new Map(), subnet: undefined };

  const names = nodes.map((node) => node.name);
  const subnet =
    topology.network.subnet ?? automaticSubnet(topology.name, names, known, network, refused.subnets);
  return { ports, ips: assignIps(subnet, names, known), subnet };
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
  known: ReadonlyMap<string, Address>,
  network: string | null,
  refused: ReadonlySet<string>,
): string {
  const taken = [...refused].map(parseSubnet);
  const isFree = (subnet: string): boolean => !taken.some((other) => overlaps(parseSubnet(subnet), other));
  const before = names
    .map((name) => /^(10\.2\d\d\.\d+)\.\d+$/.exec(known.get(name)?.host ?? '')?.[1])
    .find((prefix) => prefix !== undefined);
  for (const subnet of [before === undefined ? null : `${before}.0/24`, network]) {
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
  const taken = new Set(ips.values());
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
