/** Labels are the registry of what exists: written here, and read back here. */
import type { ContainerInfo } from 'dockerode';
import { type Endpoint, formatAddress, parseAddress } from '../../model/address.js';
import type { AuthKind } from '../../model/credentials/group-access.js';
import { formatTrust, parseTrust } from '../../model/credentials/trust.js';
import type { AnchorSpec, GroupSpec, NodeSpec } from '../../model/group-spec.js';
import type { ContainerState } from '../../model/report/group-report.js';
import { containerName } from '../../spec/build.js';
import { VERSION } from '../../version.js';
import type { MemberRole, ObservedMember, VolumeSpec } from '../engine.js';

const PREFIX = 'io.rsentinel';
export const GROUP_LABEL = `${PREFIX}.group`;

export const LABEL = {
  node: `${PREFIX}.node`,
  role: `${PREFIX}.role`,
  spec: `${PREFIX}.spec`,
  version: `${PREFIX}.version`,
  address: `${PREFIX}.address`,
  control: `${PREFIX}.control`,
  /** Of a node that speaks TLS, and nothing else: whom it trusts. */
  tls: `${PREFIX}.tls`,
  masterName: `${PREFIX}.master-name`,
  networkMode: `${PREFIX}.network-mode`,
  auth: `${PREFIX}.auth`,
  holds: `${PREFIX}.holds`,
  storage: `${PREFIX}.storage`,
  directory: `${PREFIX}.directory`,
  file: `${PREFIX}.file`,
  ports: `${PREFIX}.ports`,
  holder: `${PREFIX}.lock-holder`,
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
    [LABEL.storage]: spec.storage,
    [LABEL.directory]: spec.directory,
    ...(spec.file === undefined ? {} : { [LABEL.file]: spec.file }),
  };
}

export function volumeLabels({ group, node, holds, file, directory }: VolumeSpec): Record<string, string> {
  return {
    [GROUP_LABEL]: group,
    [LABEL.version]: VERSION,
    [LABEL.node]: node,
    [LABEL.holds]: holds,
    [LABEL.directory]: directory,
    ...(file === undefined ? {} : { [LABEL.file]: file }),
  };
}

export function anchorLabels(spec: GroupSpec, { digest, ports }: AnchorSpec): Record<string, string> {
  return {
    ...groupLabels(spec),
    [LABEL.node]: 'anchor',
    [LABEL.role]: 'anchor',
    [LABEL.spec]: digest,
    [LABEL.ports]: ports.join(','),
  };
}

export function nodeLabels(spec: GroupSpec, node: NodeSpec): Record<string, string> {
  return {
    ...groupLabels(spec),
    [LABEL.node]: node.name,
    [LABEL.role]: node.kind,
    [LABEL.spec]: node.containerDigest,
    [LABEL.address]: formatAddress(node.address),
    [LABEL.control]: formatAddress(node.control),
    [LABEL.auth]: spec.access.kind,
    ...(spec.tls === null ? {} : { [LABEL.tls]: formatTrust(spec.tls.trust) }),
  };
}

/** As topologies have them. Labels may come from an image that somebody has run: directories are called by these names. */
const NODE_NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;
const MASTER_NAME = /^[A-Za-z0-9._-]{1,100}$/;
const ROLES: readonly MemberRole[] = ['redis', 'sentinel', 'anchor'];
const AUTH_KINDS: readonly AuthKind[] = ['none', 'password', 'acl'];
const STATES: readonly ContainerState[] = ['running', 'created', 'exited', 'paused', 'restarting', 'dead'];
/** Podman's words beyond Docker's. */
const PODMAN_STATES: Readonly<Record<string, ContainerState>> = {
  configured: 'created',
  initialized: 'created',
  stopping: 'running',
  stopped: 'exited',
};

export function containerState(state: string): ContainerState {
  return STATES.find((known) => known === state) ?? PODMAN_STATES[state] ?? 'dead';
}

type Networks = ContainerInfo['NetworkSettings']['Networks'];

/** What the containers of a group are attached to, as far as it exists. */
export interface Attachments {
  readonly network: { readonly id: string; readonly name: string } | null;
  /** `startedAt`: ms since 1970; null: it does not run. */
  readonly anchor: { readonly id: string; readonly startedAt: number | null } | null;
}

/**
 * Whether a container is on the network that it was made for.
 * Docker replaces names by ids when it makes a container: `container:<id>`, and the id of the
 * network. Podman does the first, and calls networks by name.
 */
function isAttached(
  info: ContainerInfo,
  { network, anchor }: Attachments,
  startedAt: number | null,
): boolean {
  const mode = info.HostConfig.NetworkMode;
  if (mode.startsWith('container:')) {
    if (anchor === null || mode !== `container:${anchor.id}`) return false;
    // An anchor that was started anew has another namespace than the one that the node has joined.
    return startedAt === null || anchor.startedAt === null || startedAt >= anchor.startedAt;
  }
  if (mode === 'host') return true;
  // Empty until the container has been started for the first time.
  // Podman has null for none.
  const networks: Networks | null = info.NetworkSettings.Networks;
  // Somebody has disconnected it.
  if (networks !== null && Object.keys(networks).length === 0 && info.State === 'running') return false;
  const id = (networks?.[mode] ?? Object.values(networks ?? {})[0])?.NetworkID ?? '';
  return network !== null && ['', network.id, network.name].includes(id);
}

/** Where this machine reaches a node; null: it is none. */
function controlOf({ Labels }: ContainerInfo, role: MemberRole): Endpoint | null {
  const control = parseAddress(Labels[LABEL.control] ?? '');
  const address = parseAddress(Labels[LABEL.address] ?? '');
  if (control === null || address === null || (role !== 'redis' && role !== 'sentinel')) return null;
  return { ...control, kind: role, announced: address.host, tls: Labels[LABEL.tls] !== undefined };
}

/** Exit code of a container's entry in the engine's list; null: it has not ended. */
export function exitCodeOf({ Status }: ContainerInfo): number | null {
  const exit = /^Exited \((\d+)\)/.exec(Status);
  return exit === null ? null : Number(exit[1]);
}

/** A member from a container's entry in the engine's list. @param startedAt ms since 1970; null: it does not run, or nothing depends on it */
export function observedMember(
  info: ContainerInfo,
  attachments: Attachments,
  startedAt: number | null,
  outOfMemory: boolean,
): ObservedMember {
  const container = containerNameOf(info);
  const aside = container.endsWith(ASIDE);
  const node = info.Labels[LABEL.node] ?? '';
  // A name is something that no image can bring along: whoever goes by the labels alone is not asked, nor told a password.
  const isMember =
    !aside && NODE_NAME.test(node) && container === containerName(info.Labels[GROUP_LABEL] ?? '', node);
  const role = ROLES.find((known) => isMember && known === info.Labels[LABEL.role]) ?? 'other';
  return {
    role,
    node: isMember ? node : container,
    container,
    id: info.Id,
    state: containerState(info.State),
    exitCode: exitCodeOf(info),
    outOfMemory,
    attached: isAttached(info, attachments, startedAt),
    digest: info.Labels[LABEL.spec] ?? '',
    image: info.Image,
    ports: (info.Labels[LABEL.ports] ?? '').split(',').flatMap((port) => Number(port) || []),
    address: parseAddress(info.Labels[LABEL.address] ?? ''),
    control: controlOf(info, role),
    masterName: MASTER_NAME.exec(info.Labels[LABEL.masterName] ?? '')?.[0] ?? '',
    networkMode: info.Labels[LABEL.networkMode] ?? '',
    auth: AUTH_KINDS.find((known) => known === info.Labels[LABEL.auth]) ?? 'none',
    trust: parseTrust(info.Labels[LABEL.tls] ?? ''),
    storage: info.Labels[LABEL.storage] === 'volume' ? 'volume' : 'directory',
    directory: info.Labels[LABEL.directory] ?? '',
    file: info.Labels[LABEL.file] ?? null,
  };
}

/** Behind the name of a container that was set aside: no name of a node has a dot. */
const ASIDE = '.aside';

/** The name of a container while it is set aside. */
export function asideName(name: string): string {
  return `${name.replace(/^\//, '')}${ASIDE}`;
}

/** The name that a container had before it was set aside, and has again. */
export function formerName(name: string): string {
  return name.replace(/^\//, '').replace(/\.aside$/, '');
}

export function containerNameOf(info: ContainerInfo): string {
  return (info.Names[0] ?? info.Id).replace(/^\//, '');
}
