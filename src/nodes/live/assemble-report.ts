/** Containers and answers → the report of a group. Pure. */

import type { GroupObjects, ObservedMember } from '../../engine/engine.js';
import { sameAddress } from '../../model/address.js';
import type { GroupNode, GroupNodes } from '../../model/group-nodes.js';
import type {
  ContainerReport,
  ContainerState,
  Fault,
  GroupReport,
  RedisNodeReport,
  SentinelNodeReport,
} from '../../model/report/group-report.js';
import type { Looked } from '../health/look.js';
import { timingSeen } from '../health/periods.js';
import { agreedMaster, type RedisAnswer, type SentinelAnswer, type Silent } from '../health/snapshot.js';

/** A group as far as it is known: from a spec, from labels alone, or from its sentinels. */
export interface KnownGroup extends GroupNodes {
  /** The mode is null: its sentinels alone are known. */
  readonly network: { readonly mode: string | null };
  /** null: they are in volumes, or it is not known. */
  readonly directory: string | null;
  readonly file: string | undefined;
}

/**
 * @param objects null: none was asked
 * @param access what clients need to enter it
 */
export function assembleReport(
  group: KnownGroup,
  objects: GroupObjects | null,
  { snapshot, faults, diverged }: Looked,
  access: Pick<GroupReport, 'logins' | 'tls'>,
): GroupReport {
  const container = (node: GroupNode): ContainerReport | null => {
    if (node.container === null || objects === null) return null;
    const member = objects.members.find((other) => other.node === node.name);
    return { name: node.container, state: member?.state ?? 'missing', exitCode: member?.exitCode ?? null };
  };
  const address = agreedMaster(snapshot);
  const node = group.redis.find((other) => address !== null && sameAddress(other.address, address));
  const master = address === null ? null : { node: node?.name ?? null, address };
  const masterAnswer = master?.node == null ? undefined : snapshot.redis.get(master.node);
  const masterOffset = masterAnswer?.kind === 'redis' ? masterAnswer.offset : null;
  return {
    version: 1,
    group: group.name,
    health: faults.length === 0 ? 'healthy' : 'degraded',
    observedAt: Date.now(),
    masterName: group.masterName,
    master,
    networkMode: group.network.mode,
    auth: objects?.members.find(({ address }) => address !== null)?.auth ?? null,
    ...access,
    timing: timingSeen(snapshot),
    directory: group.directory,
    file: group.file ?? null,
    expiresAt: objects?.expiry?.at ?? null,
    redis: group.redis.map((node) =>
      redisReport(node, container(node), snapshot.redis.get(node.name), masterOffset),
    ),
    sentinels: group.sentinels.map((node) =>
      sentinelReport(node, container(node), snapshot.sentinels.get(node.name)),
    ),
    faults,
    diverged,
  };
}

export function absentReport(name: string): GroupReport {
  return {
    version: 1,
    group: name,
    health: 'absent',
    observedAt: Date.now(),
    masterName: null,
    master: null,
    networkMode: null,
    auth: null,
    logins: null,
    tls: null,
    timing: 'normal',
    directory: null,
    file: null,
    expiresAt: null,
    redis: [],
    sentinels: [],
    faults: [],
    diverged: [],
  };
}

/** Containers that do not run as they should. */
export function containerFaults(
  members: readonly ObservedMember[],
  nodes: readonly GroupNode[],
): readonly ContainerFault[] {
  return nodes.flatMap((node): ContainerFault[] => {
    const member = members.find((other) => other.node === node.name);
    const state = member?.state ?? 'missing';
    if (state === 'running') return [];
    if (member?.outOfMemory) return [{ node: node.name, ...outOfMemory(node.name) }];
    return [{ node: node.name, ...containerFault(node.name, state) }];
  });
}

function outOfMemory(node: string): Omit<ContainerFault, 'node'> {
  return {
    code: 'container-out-of-memory',
    message: `the container of ${node} has exited: it has run out of memory`,
  };
}

function containerFault(
  node: string,
  state: Exclude<ContainerState, 'running'>,
): Omit<ContainerFault, 'node'> {
  switch (state) {
    case 'missing':
      return { code: 'container-missing', message: `${node} has no container` };
    case 'paused':
      return { code: 'container-paused', message: `the container of ${node} is paused` };
    case 'created':
      return { code: 'container-stopped', message: `the container of ${node} has never been started` };
    case 'exited':
      return { code: 'container-stopped', message: `the container of ${node} has exited` };
    case 'restarting':
    case 'dead':
      return { code: 'container-stopped', message: `the container of ${node} is ${state}` };
  }
}

export type ContainerFault = Omit<Fault, 'remedy'>;

function redisReport(
  node: GroupNode,
  container: ContainerReport | null,
  answer: RedisAnswer | Silent | undefined,
  masterOffset: number | null,
): RedisNodeReport {
  const base = { kind: 'redis', name: node.name, address: node.address, container } as const;
  if (answer?.kind !== 'redis') {
    return {
      ...base,
      role: 'unknown',
      version: null,
      link: null,
      offset: null,
      lag: null,
      connectedReplicas: null,
    };
  }
  const lag =
    answer.role === 'replica' && masterOffset !== null ? Math.max(0, masterOffset - answer.offset) : null;
  return {
    ...base,
    role: answer.role,
    version: answer.version,
    link: answer.link,
    offset: answer.offset,
    lag,
    connectedReplicas: answer.replicas.length,
  };
}

function sentinelReport(
  node: GroupNode,
  container: ContainerReport | null,
  answer: SentinelAnswer | Silent | undefined,
): SentinelNodeReport {
  const base = { kind: 'sentinel', name: node.name, address: node.address, container } as const;
  if (answer?.kind !== 'sentinel') return { ...base, version: null, id: null, view: null, info: null };
  const { master } = answer;
  return {
    ...base,
    version: answer.version,
    id: answer.myid,
    info: answer.info,
    view:
      master === null
        ? null
        : {
            master: master.address,
            flags: master.flags,
            replicas: master.replicas,
            otherSentinels: master.otherSentinels,
            quorum: master.quorum,
            quorumReply: answer.quorumReply,
            configEpoch: master.configEpoch,
          },
  };
}
