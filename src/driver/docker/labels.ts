/** Labels are the registry of what exists: written here, and read back here. */
import type { ContainerInfo } from 'dockerode';
import type { ContainerState } from '../../report/group-report.js';
import { formatAddress, parseAddress } from '../../spec/address.js';
import type { GroupSpec, NodeSpec } from '../../spec/group-spec.js';
import { VERSION } from '../../version.js';
import type { MemberRole, ObservedMember } from '../driver.js';

const PREFIX = 'io.rsentinel';
export const GROUP_LABEL = `${PREFIX}.group`;

export const LABEL = {
  node: `${PREFIX}.node`,
  role: `${PREFIX}.role`,
  spec: `${PREFIX}.spec`,
  version: `${PREFIX}.version`,
  address: `${PREFIX}.address`,
  control: `${PREFIX}.control`,
  masterName: `${PREFIX}.master-name`,
  networkMode: `${PREFIX}.network-mode`,
  storage: `${PREFIX}.storage`,
  directory: `${PREFIX}.directory`,
  file: `${PREFIX}.file`,
  /** Where it was made: labels of a network or container. */
  machine: `${PREFIX}.machine`,
  /** Of an expiry mark: until when the group is wanted, and when that was said. */
  expires: `${PREFIX}.expires`,
  marked: `${PREFIX}.marked`,
} as const;

/** Labels that every object of a group carries. */
export function groupLabels(spec: GroupSpec): Record<string, string> {
  return {
    [GROUP_LABEL]: spec.name,
    [LABEL.version]: VERSION,
    [LABEL.masterName]: spec.masterName,
    [LABEL.networkMode]: spec.network.mode,
    [LABEL.directory]: spec.directory,
    ...(spec.file === undefined ? {} : { [LABEL.file]: spec.file }),
  };
}

export function anchorLabels(spec: GroupSpec, digest: string): Record<string, string> {
  return { ...groupLabels(spec), [LABEL.node]: 'anchor', [LABEL.role]: 'anchor', [LABEL.spec]: digest };
}

export function nodeLabels(spec: GroupSpec, node: NodeSpec): Record<string, string> {
  return {
    ...groupLabels(spec),
    [LABEL.node]: node.name,
    [LABEL.role]: node.kind,
    [LABEL.spec]: node.digest,
    [LABEL.address]: formatAddress(node.address),
    [LABEL.control]: formatAddress(node.control),
  };
}

const ROLES: readonly MemberRole[] = ['redis', 'sentinel', 'anchor'];
const STATES: readonly ContainerState[] = ['running', 'created', 'exited', 'paused', 'restarting', 'dead'];

export function containerState(state: string): ContainerState {
  return STATES.find((known) => known === state) ?? 'dead';
}

/** Ids of what the containers of a group are attached to, as far as it exists. */
export interface Attachments {
  readonly networkId: string | null;
  readonly anchorId: string | null;
}

/** Docker replaces names by ids when it makes a container: `container:<id>`, and the id of the network. */
function isAttached(info: ContainerInfo, { networkId, anchorId }: Attachments): boolean {
  const mode = info.HostConfig.NetworkMode;
  if (mode.startsWith('container:')) return anchorId !== null && mode === `container:${anchorId}`;
  // Empty until the container has been started for the first time.
  const id = info.NetworkSettings.Networks[mode]?.NetworkID ?? '';
  return networkId !== null && (id === '' || id === networkId);
}

/** A member from a container's entry in the engine's list. */
export function observedMember(info: ContainerInfo, attachments: Attachments): ObservedMember {
  const role = ROLES.find((known) => known === info.Labels[LABEL.role]) ?? 'other';
  const exit = /^Exited \((\d+)\)/.exec(info.Status);
  return {
    role,
    node: info.Labels[LABEL.node] ?? containerNameOf(info),
    container: containerNameOf(info),
    state: containerState(info.State),
    exitCode: exit === null ? null : Number(exit[1]),
    attached: isAttached(info, attachments),
    digest: info.Labels[LABEL.spec] ?? '',
    address: parseAddress(info.Labels[LABEL.address] ?? ''),
    control: parseAddress(info.Labels[LABEL.control] ?? ''),
    masterName: info.Labels[LABEL.masterName] ?? '',
    networkMode: info.Labels[LABEL.networkMode] ?? '',
    directory: info.Labels[LABEL.directory] ?? '',
    file: info.Labels[LABEL.file] ?? null,
  };
}

export function containerNameOf(info: ContainerInfo): string {
  return (info.Names[0] ?? info.Id).replace(/^\//, '');
}
