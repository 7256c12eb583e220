/**
 * Who is in the group: the names and ports of all nodes.
 *
 * Names: redis-1 is the master, its replicas are redis-2 … in their order, sentinels sentinel-1 …
 *
 * Ports: the master has 6379 unless the file says otherwise, the first sentinel 26379. Every other
 * node without a port of its own is next to the node before it: one higher for replicas, one lower
 * for sentinels (6379, 6380, 6381 and 26379, 26378, 26377), passing over ports that the file gives
 * to someone. So replicas follow a master with `port: 6380` to 6381, 6382; next to `auto` is `auto`.
 */

import type { Port } from '../model/topology.js';
import type { Finding } from './diagnostic.js';
import {
  type ConfigInput,
  DEFAULT_SENTINEL_PORT,
  type NodeInput,
  type TopologyInput,
} from './schema/schema.js';
import { formatPath, type Path } from './yaml/path.js';

/** A node as the file describes it, its directives apart. */
export interface NodeSlot {
  readonly name: string;
  readonly port: Port;
  readonly config: ConfigInput | undefined;
  /** Where the file speaks of it: `master`, `replicas[0]`, or `replicas` when that is a count. */
  readonly path: Path;
  readonly hasOwnName: boolean;
  readonly hasOwnPort: boolean;
}

export interface Layout {
  /** The master first. */
  readonly redis: readonly [NodeSlot, ...NodeSlot[]];
  readonly sentinels: readonly [NodeSlot, ...NodeSlot[]];
}

/** Names that the group's other containers have. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ['anchor', 'the container that holds the network'],
  ['lock', 'the container that is the group’s lock'],
]);

/**
 * Takes a valid file, its replicas (under either word) and the master's port if that is in the file;
 * gives all nodes. Doubled names and ports are added to `findings`.
 */
export function layOut(
  input: TopologyInput,
  replicas: { readonly nodes: number | readonly NodeInput[]; readonly key: string },
  hasMasterPort: boolean,
  lineOf: (path: Path) => number,
  findings: Finding[],
): Layout {
  const master: NodeSlot = {
    name: 'redis-1',
    port: input.master.port,
    config: input.master.config,
    path: ['master'],
    hasOwnName: false,
    hasOwnPort: hasMasterPort,
  };
  const others = listOf(replicas.nodes);
  const sentinels = listOf(input.sentinels);
  const firstSentinel = sentinels[0]?.port ?? DEFAULT_SENTINEL_PORT;
  const taken = new Set<number>();
  for (const port of [master.port, firstSentinel, ...[...others, ...sentinels].map((node) => node.port)]) {
    if (typeof port === 'number') taken.add(port);
  }

  const redisPorts = follow([master.port, ...others.map((node) => node.port)], 1, taken);
  const sentinelPorts = follow([firstSentinel, ...sentinels.slice(1).map((node) => node.port)], -1, taken);
  const slot =
    (key: string, kind: string, number: number, isList: boolean) => (node: NodeInput, index: number) => {
      const path: Path = isList ? [key, index] : [key];
      const port =
        (kind === 'redis' ? redisPorts[index + 1] : sentinelPorts[index]) ?? outOfPorts(path, findings);
      return {
        name: node.name ?? `${kind}-${index + number}`,
        port,
        config: node.config,
        path,
        hasOwnName: node.name !== undefined,
        hasOwnPort: node.port !== undefined,
      };
    };
  const layout = {
    redis: [master, ...others.map(slot(replicas.key, 'redis', 2, Array.isArray(replicas.nodes)))] as const,
    // the schema wants one sentinel at least
    sentinels: sentinels.map(slot('sentinels', 'sentinel', 1, Array.isArray(input.sentinels))) as [
      NodeSlot,
      ...NodeSlot[],
    ],
  };
  const all = [...layout.redis, ...layout.sentinels];
  findings.push(...doubledNames(all, lineOf), ...doubledPorts(all, lineOf));
  return { redis: [...layout.redis], sentinels: layout.sentinels };
}

function listOf(nodes: number | readonly NodeInput[]): readonly NodeInput[] {
  return typeof nodes === 'number' ? Array.from({ length: nodes }, () => ({})) : nodes;
}

/** Takes ports of which all but the first may be missing; gives them filled in, undefined where none is left. */
function follow(
  ports: readonly (Port | undefined)[],
  step: 1 | -1,
  taken: Set<number>,
): (Port | undefined)[] {
  let before: Port = ports[0] ?? 'auto';
  return ports.map((port) => {
    if (port !== undefined) {
      before = port;
    } else if (before !== 'auto') {
      do before += step;
      while (taken.has(before));
      if (before < 1 || before > 65_535) {
        before = 'auto';
        return undefined;
      }
      taken.add(before);
    }
    return before;
  });
}

function outOfPorts(path: Path, findings: Finding[]): Port {
  findings.push({
    severity: 'error',
    path,
    message: 'no port is left for this node next to the one before it',
    suggestion: 'give it a port, or write port: auto',
  });
  return 'auto';
}

function doubledNames(nodes: readonly NodeSlot[], lineOf: (path: Path) => number): Finding[] {
  const findings: Finding[] = [];
  const byName = new Map<string, NodeSlot>();
  for (const node of nodes) {
    const reserved = RESERVED.get(node.name);
    if (reserved !== undefined) {
      findings.push({
        severity: 'error',
        path: [...node.path, 'name'],
        message: `${node.name} is the name of ${reserved}`,
        suggestion: 'take another name',
      });
    }
    const other = byName.get(node.name);
    byName.set(node.name, other ?? node);
    if (other === undefined) continue;
    const [here, there] = node.hasOwnName ? [node, other] : [other, node];
    const where = describe(there, 'name', there.hasOwnName, lineOf);
    const whose = there.hasOwnName ? where : `${formatPath(there.path)} (${where})`;
    findings.push({
      severity: 'error',
      path: [...here.path, 'name'],
      message: `${here.name} is also the name of ${whose}`,
      suggestion: 'every node needs a name of its own',
    });
  }
  return findings;
}

function doubledPorts(nodes: readonly NodeSlot[], lineOf: (path: Path) => number): Finding[] {
  const findings: Finding[] = [];
  const byPort = new Map<number, NodeSlot>();
  for (const node of nodes) {
    if (node.port === 'auto') continue;
    const other = byPort.get(node.port);
    byPort.set(node.port, other ?? node);
    if (other === undefined) continue;
    const [here, there] = node.hasOwnPort ? [node, other] : [other, node];
    const where = describe(there, 'port', there.hasOwnPort, lineOf);
    findings.push({
      severity: 'error',
      path: [...here.path, 'port'],
      message: `${here.port} is also the port of ${there.name} (${where})`,
      suggestion: 'every node needs a port of its own, redis and sentinel nodes alike',
    });
  }
  return findings;
}

/** `replicas[0].port, line 5`, or that nobody wrote it. */
function describe(node: NodeSlot, key: string, isOwn: boolean, lineOf: (path: Path) => number): string {
  if (!isOwn) return 'its default';
  const path = [...node.path, key];
  return `${formatPath(path)}, line ${lineOf(path)}`;
}
