/**
 * The engine, as the rest of rsentinel sees it. Operations name members of a group and outcomes;
 * how an engine brings them about (containers, services, several hosts) is the driver's business.
 */
import type { ContainerState } from '../report/group-report.js';
import type { Address } from '../spec/address.js';
import type { GroupSpec, NodeSpec } from '../spec/group-spec.js';
import type { HeldLock, LockOutcome, LockRequest } from './lock.js';

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
  /** The id of one that containers of the group were made from; null: there is no container. */
  readonly image: string | null;
  /** Whoever holds it may be gone. It is no member: nothing but its holder removes it. */
  readonly lock: HeldLock | null;
}

export interface Taken {
  readonly ports: readonly number[];
  /** CIDR */
  readonly subnets: readonly string[];
}

export interface GroupListing {
  readonly name: string;
  /** Absolute path of the topology file it was made from. */
  readonly file: string | null;
  readonly directory: string | null;
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

  /** What is taken on the engine by anything that is not the group's. */
  takenByOthers(group: string): Promise<Taken>;
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
   * Takes the lock of a group, unless somebody has it; of several that try at once, one gets it.
   * @throws RsentinelError NAME_TAKEN
   */
  acquireLock(request: LockRequest): Promise<LockOutcome>;
  /** Whether this very lock is still there. */
  hasLock(id: string): Promise<boolean>;
  /** Something that changes with every beat of a lock's holder. */
  lockPulse(id: string): Promise<string>;
  /**
   * Shows that the holder is still there.
   * @param beat another number each time
   * @returns false: the lock is gone
   */
  beatLock(id: string, beat: number): Promise<boolean>;
  /** Removes this very lock, and none that was taken since. Absent: done. */
  removeLock(id: string): Promise<void>;

  /** The state of one member, now. */
  state(container: string): Promise<MemberNow>;
  /** The last lines that a member logged, oldest first. */
  logTail(container: string, lines: number): Promise<readonly string[]>;
  /** uid and gid that the processes of a group run as. */
  readonly owner: { readonly uid: number; readonly gid: number };
}
