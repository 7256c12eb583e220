/**
 * The engine, as the rest of rsentinel sees it. Operations name members of a group and outcomes;
 * how an engine brings them about (containers, services, several hosts) is the driver's business.
 */
import type { ContainerState } from '../report/group-report.js';
import type { Address } from '../spec/address.js';
import type { GroupSpec, NodeSpec } from '../spec/group-spec.js';

/**
 * `anchor`: owns the network namespace of a group in loopback mode; no Redis process of the group.
 * `other`: carries the group's label, but is none of these, as what a killed `up` leaves of a look
 * into an image.
 */
export type MemberRole = 'redis' | 'sentinel' | 'anchor' | 'other';

/** A member of a group as found on the engine. What the labels say is what `up` wrote there. */
export interface ObservedMember {
  readonly role: MemberRole;
  /** Node name; `anchor` for the anchor, the container’s own name for others. */
  readonly node: string;
  readonly container: string;
  readonly state: ContainerState;
  readonly exitCode: number | null;
  /** False: the network, or the anchor, that it was made for is there no more; it can never start again. */
  readonly attached: boolean;
  /** Digest of the spec it was made from. */
  readonly digest: string;
  /** Announced and control address; null for the anchor. */
  readonly address: Address | null;
  readonly control: Address | null;
  readonly masterName: string;
  readonly networkMode: string;
  readonly directory: string;
  readonly file: string | null;
}

export interface ObservedNetwork {
  readonly name: string;
  readonly subnet: string | null;
}

/** All that carries a group's label. */
export interface ObservedEngine {
  readonly members: readonly ObservedMember[];
  readonly network: ObservedNetwork | null;
  readonly expiry: Expiry | null;
}

export interface Expiry {
  /** ms since 1970 until which the group is wanted; null: the marks cannot be read. */
  readonly at: number | null;
  /** Names of what says so on the engine. */
  readonly marks: readonly string[];
}

/** What a group was made from. */
export interface GroupOrigin {
  readonly name: string;
  /** Absolute path of the topology file it was made from. */
  readonly file: string | null;
  readonly directory: string | null;
}

export interface GroupListing extends GroupOrigin {
  /** How many nodes have a container, in whatever state. */
  readonly redis: number;
  readonly sentinels: number;
  /** ms since 1970 at which the oldest and the newest part of it were made; null: the engine does not say. */
  readonly createdAt: number | null;
  readonly changedAt: number | null;
  readonly expiresAt: number | null;
  /** The machine that it was made on, as {@link Driver.machine} names this one. */
  readonly machine: string | null;
  /** Whether the nodes' files are in `directory`; otherwise the engine keeps them. */
  readonly usesDirectory: boolean;
}

/** A line that a member has logged, on stdout or stderr. */
export interface LogLine {
  /** ns since 1970, by the engine's clock. */
  readonly time: bigint;
  /** Without the line's end; with whatever control characters the member has written. */
  readonly text: string;
}

export interface LogRequest {
  /** ns since 1970: nothing older than this. */
  readonly since: bigint | null;
  /** How many lines before the present; null: all that there are. */
  readonly tail: number | null;
  /** Whether to wait for more, until the member ends. */
  readonly follow: boolean;
}

/** Where a node's directories are on the machine that the engine runs on. */
export interface NodeMounts {
  readonly conf: string;
  readonly data: string;
}

export interface MemberNow {
  readonly state: ContainerState;
  /** Of a container that has ended. */
  readonly exitCode: number | null;
}

export interface Driver {
  /** What exists of a group. */
  observe(group: string): Promise<ObservedEngine>;
  /** Every group on the engine. */
  groups(): Promise<readonly GroupListing[]>;

  hasImage(image: string): Promise<boolean>;
  /**
   * Pulls an image, with `pull-progress` events.
   * @throws RsentinelError IMAGE_UNAVAILABLE; the signal's reason when it is aborted
   */
  pullImage(image: string, signal: AbortSignal): Promise<void>;

  /** @throws RsentinelError NAME_TAKEN, SUBNET_TAKEN */
  createNetwork(spec: GroupSpec): Promise<void>;
  /** The anchor, not running. @throws RsentinelError NAME_TAKEN */
  createAnchor(spec: GroupSpec): Promise<void>;
  /** A node, not running. @throws RsentinelError NAME_TAKEN, IMAGE_UNSUITABLE */
  createNode(spec: GroupSpec, node: NodeSpec, mounts: NodeMounts): Promise<void>;
  /**
   * Brings a member to `running`, from whatever state it is in.
   * @throws RsentinelError PORT_TAKEN, IMAGE_UNSUITABLE
   */
  start(group: string, container: string): Promise<void>;
  /** Ends a member as Redis wants it: SIGTERM, SIGKILL after 10 s. Nothing to end: done. */
  stop(group: string, container: string): Promise<void>;
  /** Removes a member in whatever state it is, with its anonymous volumes. Absent: done. */
  remove(group: string, container: string): Promise<void>;
  /** Removes the group's network. Absent: done. */
  removeNetwork(group: string): Promise<void>;

  /**
   * Notes that a group is wanted until then (ms since 1970), beside what was noted before.
   * @returns the name of the mark
   */
  markExpiry(group: string, at: number): Promise<string>;
  /** Removes a mark. Absent: done. */
  removeMark(mark: string): Promise<void>;

  /** The state of one member, now. */
  state(container: string): Promise<MemberNow>;
  /**
   * What a member has logged, in batches, about in the order of time. Absent: nothing.
   * @param signal ends it
   */
  log(container: string, request: LogRequest, signal: AbortSignal): AsyncIterable<readonly LogLine[]>;
  /** The last lines that a member logged, oldest first. */
  logTail(container: string, lines: number): Promise<readonly string[]>;
  /** Tells this machine from others that use the same engine. */
  readonly machine: string;
  /** uid and gid that the processes of a group run as. */
  readonly owner: { readonly uid: number; readonly gid: number };
}
