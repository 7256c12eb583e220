/** `status`: a group as it is, whatever the file says. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ObservedEngine, ObservedMember } from '../driver/driver.js';
import type { Fault, GroupReport } from '../report/group-report.js';
import { Connections } from '../sentinel/connection.js';
import { LinkEvidence } from '../sentinel/evidence.js';
import { takeSnapshot } from '../sentinel/observe.js';
import { hasOtherPeriods } from '../sentinel/periods.js';
import { findFaults } from '../sentinel/readiness.js';
import { remedy } from '../sentinel/remedies.js';
import type { Snapshot } from '../sentinel/snapshot.js';
import { containerName } from '../spec/build.js';
import { LOOPBACK } from '../spec/settle.js';
import type { Topology } from '../topology/topology.js';
import {
  absentReport,
  assembleReport,
  containerFaults,
  type KnownGroup,
  type KnownNode,
} from './assemble-report.js';
import type { Context } from './context.js';

/** ms for which pings that are under way at the first look may be answered. */
const PING_PATIENCE = 1_500;
const PING_POLL = 20;

/**
 * Observes a group.
 * @param topology what should be there, where it is known: nodes without a container are found missing by it
 * @throws RsentinelError only for what concerns the engine; a broken group is a report with faults
 */
export async function status(
  name: string,
  topology: Topology | null,
  context: Context,
): Promise<GroupReport> {
  const engine = await context.driver.observe(name);
  // What a killed `up` left of reaching into volumes says nothing about the group.
  const first = engine.members.find(({ role }) => role !== 'other') ?? engine.members[0];
  if (first === undefined) return absentReport(name);

  const group = knownGroup(name, first, engine, topology);
  const connections = new Connections();
  try {
    const { snapshot, faults } = await look(group, engine, connections, context);
    return assembleReport(group, engine, snapshot, faults);
  } finally {
    connections.close();
  }
}

/** The nodes that have a container, and those that the topology says should have one. */
function knownGroup(
  name: string,
  first: ObservedMember,
  { members }: ObservedEngine,
  topology: Topology | null,
): KnownGroup {
  // In every mode but bridge all nodes share a host; there it is where the ports are published.
  const host = members.find(({ control }) => control !== null)?.control?.host ?? LOOPBACK;
  const nodes = (role: 'redis' | 'sentinel'): readonly KnownNode[] => {
    const wanted = topology === null ? [] : role === 'redis' ? topology.redis : topology.sentinels;
    const present = members.flatMap((member): KnownNode[] =>
      member.role === role && member.address !== null && member.control !== null
        ? [
            {
              name: member.node,
              address: member.address,
              control: member.control,
              container: member.container,
            },
          ]
        : [],
    );
    const missing = wanted.flatMap((node): KnownNode[] => {
      if (present.some((other) => other.name === node.name)) return [];
      const container = containerName(name, node.name);
      const control = { host, port: node.port === 'auto' ? 0 : node.port };
      return [{ name: node.name, address: control, control, container }];
    });
    return [...present, ...missing].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  };
  return {
    name,
    masterName: first.masterName,
    network: { mode: first.networkMode },
    directory: first.storage === 'volume' ? null : first.directory,
    file: first.file ?? undefined,
    redis: nodes('redis'),
    sentinels: nodes('sentinel'),
  };
}

async function look(
  group: KnownGroup,
  engine: ObservedEngine,
  connections: Connections,
  { signal }: Context,
): Promise<{ readonly snapshot: Snapshot; readonly faults: readonly Fault[] }> {
  const down = containerFaults(engine.members, [...group.redis, ...group.sentinels]);
  const stopped = new Set(down.map((fault) => fault.node));
  const evidence = new LinkEvidence();
  const patience = AbortSignal.timeout(PING_PATIENCE);
  for (;;) {
    signal.throwIfAborted();
    const snapshot = await takeSnapshot(group, connections);
    evidence.add(snapshot);
    const found = findFaults(group, snapshot, evidence).filter((fault) => !isConsequence(fault, stopped));
    // A ping that happens to be under way is no fault.
    if (patience.aborted || !found.some((fault) => fault.code === 'link-unproved')) {
      const faults = [
        ...down.map((fault) => ({ ...fault, remedy: remedy(fault.code) })),
        ...networkFaults(group, engine),
        ...found,
      ];
      return { snapshot, faults: [...faults, ...periodFaults(snapshot)] };
    }
    await delay(PING_POLL);
  }
}

/** What is bound to be seen of a node whose container does not run: that it does not is said already. */
const CONSEQUENCES: ReadonlySet<string> = new Set([
  'node-silent',
  'link-unproved',
  'runid-unknown',
  'role-reported',
  'replica-flags',
  'replica-link',
  'replica-not-online',
  'sentinel-flags',
]);

function isConsequence(fault: Fault, stopped: ReadonlySet<string | null>): boolean {
  return CONSEQUENCES.has(fault.code) && stopped.has(fault.node);
}

function networkFaults(group: KnownGroup, { network }: ObservedEngine): readonly Fault[] {
  if (network !== null || group.network.mode === 'host') return [];
  const message = 'the network of the group is gone';
  return [{ code: 'network-missing', node: null, message, remedy: remedy('network-missing') }];
}

function periodFaults(snapshot: Snapshot): readonly Fault[] {
  return [...snapshot.sentinels].flatMap(([node, answer]): Fault[] => {
    if (answer.kind !== 'sentinel' || !hasOtherPeriods(answer)) return [];
    const message = `${node} runs with other timer periods than Sentinel’s own`;
    return [{ code: 'periods-lowered', node, message, remedy: remedy('periods-lowered') }];
  });
}
