/** `status`: a group as it is, whatever the file says. */

import type { Context } from '../engine/context.js';
import type { GroupObjects } from '../engine/engine.js';
import { endpointAt } from '../model/address.js';
import type { GroupNode } from '../model/group-nodes.js';
import type { Fault, GroupReport } from '../model/report/group-report.js';
import { naturalOrder } from '../model/text.js';
import { timingOf } from '../model/timing.js';
import type { Topology } from '../model/topology.js';
import { Connections } from '../nodes/client/connection.js';
import { findAclFaults } from '../nodes/health/acl-faults.js';
import { type Asking, askingOnce, type Looked, look } from '../nodes/health/look.js';
import { remedy } from '../nodes/health/remedies.js';
import {
  absentReport,
  assembleReport,
  containerFaults,
  type KnownGroup,
} from '../nodes/live/assemble-report.js';
import { divergedFault, findDivergedCutOff } from '../nodes/live/find-diverged.js';
import { loadCredentials } from '../nodes/live/load-credentials.js';
import { reportedAccess, type Secrets } from '../nodes/live/reported-access.js';
import { containerName } from '../spec/build.js';
import { LOOPBACK } from '../spec/defaults.js';

/**
 * Observes a group.
 * @param topology what should be there, where it is known: nodes without a container are found missing by it
 * @param secrets whether the report has the application's passwords
 * @throws RsentinelError only for what concerns the engine; a broken group is a report with faults
 */
export async function status(
  name: string,
  topology: Topology | null,
  context: Context,
  secrets: Secrets = 'hidden',
): Promise<GroupReport> {
  const objects = await context.engine.observe(name);
  const group = knownGroup(name, objects, topology);
  if (group === null) return absentReport(name);
  const connections = new Connections(await loadCredentials(name, objects, context.engine));
  try {
    const asking = askingOnce(connections);
    const looked = await lookAt(group, topology, objects, asking, context);
    const access = reportedAccess(connections.credentials, group.directory, secrets);
    return assembleReport(group, objects, looked, access);
  } finally {
    connections.close();
  }
}

/**
 * The nodes that have a container, and those that the topology says should have one.
 * @returns null: there is no container at all
 */
export function knownGroup(
  name: string,
  { members }: GroupObjects,
  topology: Topology | null,
): KnownGroup | null {
  // What a killed `up` left of reaching into volumes says nothing about the group.
  const first = members.find(({ role }) => role !== 'other') ?? members[0];
  if (first === undefined) return null;
  // In every mode but bridge all nodes share a host; there it is where the ports are published.
  const host = members.find(({ control }) => control !== null)?.control?.host ?? LOOPBACK;
  const isTls = members.some(({ trust }) => trust !== null);
  const nodes = (role: 'redis' | 'sentinel'): readonly GroupNode[] => {
    const wanted = topology === null ? [] : role === 'redis' ? topology.redis : topology.sentinels;
    const present = members.flatMap((member): GroupNode[] =>
      member.role === role && member.address !== null && member.control !== null
        ? [
            {
              name: member.node,
              kind: role,
              address: member.address,
              control: member.control,
              container: member.container,
            },
          ]
        : [],
    );
    const missing = wanted.flatMap((node): GroupNode[] => {
      if (present.some((other) => other.name === node.name)) return [];
      const container = containerName(name, node.name);
      const address = { host, port: node.port === 'auto' ? 0 : node.port };
      return [{ name: node.name, kind: role, address, control: endpointAt(address, role, isTls), container }];
    });
    return [...present, ...missing].sort((a, b) => naturalOrder(a.name, b.name));
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

/**
 * What the nodes that run say; what the containers, the network and the nodes show to be wrong.
 * @param topology what should be there, where it is known
 */
export async function lookAt(
  group: KnownGroup,
  topology: Topology | null,
  objects: GroupObjects,
  asking: Asking,
  { engine, signal }: Pick<Context, 'engine' | 'signal'>,
): Promise<Looked> {
  const down = containerFaults(objects.members, [...group.redis, ...group.sentinels]);
  const stopped = new Set<string | null>(down.map((fault) => fault.node));
  // Those that cannot answer would be waited for, where their address swallows what is sent to it.
  const running = (nodes: readonly GroupNode[]) => nodes.filter(({ name }) => !stopped.has(name));
  const targets = { ...group, redis: running(group.redis), sentinels: running(group.sentinels) };
  const { snapshot, faults, diverged } = await look(
    group,
    targets,
    // A file that says nothing of it may have been changed after the last `up`.
    topology !== null && timingOf(topology.timing) === 'fast' ? 'fast' : null,
    (fault) => isConsequence(fault, stopped),
    asking,
    signal,
  );
  const isAcl = objects.members.some(({ auth }) => auth === 'acl');
  const users = isAcl ? await findAclFaults(targets, snapshot, asking.connections) : [];
  const cutOff = await findDivergedCutOff(targets, objects, snapshot, asking.connections, engine);
  const ofContainers = down.map((fault) => ({ ...fault, remedy: remedy(fault.code) }));
  return {
    snapshot,
    faults: [
      ...ofContainers,
      ...networkFaults(group, objects),
      ...anchorFaults(group, objects),
      ...faults,
      ...users,
      ...cutOff.map(divergedFault),
    ],
    diverged: [...diverged, ...cutOff],
  };
}

/** What is bound to be seen of a node whose container does not run: that it does not is said already. */
const CONSEQUENCES: ReadonlySet<string> = new Set([
  'node-silent',
  'login-refused',
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

function networkFaults(group: KnownGroup, { network }: GroupObjects): readonly Fault[] {
  if (network !== null || group.network.mode === 'host') return [];
  const message = 'the network of the group is gone';
  return [{ code: 'network-missing', node: null, message, remedy: remedy('network-missing') }];
}

/** In `loopback` mode nobody reaches a node but through the anchor's network namespace. */
function anchorFaults({ name, network: { mode } }: KnownGroup, { members }: GroupObjects): readonly Fault[] {
  const fault = (code: string, node: string | null, message: string): Fault => ({
    code,
    node,
    message,
    remedy: remedy(code),
  });
  const detached = members.filter(({ role, state, attached }) => {
    const isNode = role === 'redis' || role === 'sentinel';
    return isNode && (state === 'running' || state === 'paused') && !attached;
  });
  const anchor = members.find(({ role }) => role === 'anchor');
  const container = containerName(name, 'anchor');
  if (mode === 'loopback' && anchor === undefined)
    return [
      fault('anchor-missing', null, `the container ${container}, whose network the nodes share, is gone`),
    ];
  if (mode === 'loopback' && anchor?.state !== 'running')
    return [
      fault(
        'anchor-stopped',
        null,
        `the container ${container}, whose network the nodes share, does not run`,
      ),
    ];
  return detached.map(({ node }) =>
    fault('node-detached', node, `${node} runs off the group’s network, and nobody reaches it`),
  );
}
