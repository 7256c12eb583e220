/**
 * The engine, as the rest of rsentinel sees it. Operations name members of a group and outcomes;
 * how an engine brings them about (containers, services, several hosts) is its implementation's business.
 */

import type { Address, Endpoint } from '../model/address.js';
import type { AuthKind } from '../model/credentials/group-access.js';
import type { Trust } from '../model/credentials/trust.js';
import type { NodeMounts, Owner } from '../model/files.js';
import type { AnchorSpec, GroupSpec, NodeSpec } from '../model/group-spec.js';
import type { HeldLock, LockOutcome, LockRequest } from '../model/lock.js';
import type { ContainerState } from '../model/report/group-report.js';
import type { ServerFacts } from '../model/server-version.js';
import type { StorageKind } from '../model/topology.js';
import type { ExpiryMark } from './expiry-mark.js';

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
  /** The container's name. */
  readonly container: string;
  /** Tells this very container from another that takes its name later. */
  readonly id: string;
  readonly state: ContainerState;
  readonly exitCode: number | null;
  /** Whether it has ended because it wanted more memory than its limit. */
  readonly outOfMemory: boolean;
  /** False: the network, or the anchor, that it was made for is there no more; it can never start again. */
  readonly attached: boolean;
  /** Digest of what its container was made from. */
  readonly digest: string;
  /** As the engine names it: what it was made from, or an id where that name belongs to another image by now. */
  readonly image: string;
  /** Ports that the anchor publishes; empty for others. */
  readonly ports: readonly number[];
  /** Announced and control address; null for the anchor. */
  readonly address: Address | null;
  readonly control: Endpoint | null;
  readonly masterName: string;
  readonly networkMode: string;
  /** Who has to log in to it. */
  readonly auth: AuthKind;
  /** Whom it trusts; null: it does not speak TLS. */
  readonly trust: Trust | null;
  readonly storage: StorageKind;
  readonly directory: string;
  readonly file: string | null;
}

export interface ObservedNetwork {
  readonly name: string;
  readonly subnet: string | null;
  /** Digest of what it was made from. */
  readonly digest: string;
}

/** A volume of a group as found on the engine. */
export interface ObservedVolume {
  readonly name: string;
  readonly node: string;
  readonly holds: 'conf' | 'data';
}

/** All that carries a group's label. */
export interface GroupObjects {
  readonly members: readonly ObservedMember[];
  readonly network: ObservedNetwork | null;
  /** Those that hold files. */
  readonly volumes: readonly ObservedVolume[];
  /** The id of one that containers of the group were made from; null: there is no container. */
  readonly image: string | null;
  /** Whoever holds it may be gone. It is no member: nothing but its holder removes it. */
  readonly lock: HeldLock | null;
  readonly expiry: Expiry | null;
}

export interface Taken {
  readonly ports: readonly number[];
  /** CIDR */
  readonly subnets: readonly string[];
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
  /** The machine that it was made on, as {@link Engine.machine} names this one. */
  readonly machine: string | null;
  /** Whether the nodes' files are in `directory`; otherwise the engine keeps them. */
  readonly usesDirectory: boolean;
  /** Whether nothing is there but volumes with files: so does `down` leave a group. */
  readonly isDown: boolean;
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

/** A volume that should exist. */
export interface VolumeSpec extends ObservedVolume {
  readonly group: string;
  /** As of the group's containers: what it was made from. */
  readonly file: string | undefined;
  readonly directory: string;
}

/** The files in the volumes of a group, whether its nodes run or not. */
export interface VolumeFiles {
  /** The text of a file in the node's conf; null: there is none. */
  read(node: string, file: string): Promise<string | null>;
  /** Writes a file into the node's conf. */
  write(node: string, file: string, text: string, owner: Owner): Promise<void>;
  /** Size in bytes and time of change (ms since 1970) of a file in the node's data; null: there is none. */
  statData(node: string, path: string): Promise<{ readonly size: number; readonly changedAt: number } | null>;
  /** Paths of the files in a folder of the node's data; of a file its own; empty: there is none. */
  listData(node: string, path: string): Promise<readonly string[]>;
  /** Gives files in the node's data a further suffix, whatever their size; a server finds none of them then. */
  setDataAside(node: string, paths: readonly string[], suffix: string, owner: Owner): Promise<void>;
  /** Takes that back, of every file in whose place no server has put another. */
  bringDataBack(node: string, paths: readonly string[], suffix: string, owner: Owner): Promise<void>;
  /** The bytes of a file in the node's data from an offset on, fewer at its end. */
  readData(node: string, path: string, offset: number, length: number): Promise<Buffer>;
  /** Makes volumes the owner's, whatever is in them: new ones belong to root. */
  own(volumes: readonly ObservedVolume[], owner: Owner): Promise<void>;
  /** Lets go of the volumes: nobody can remove them before. */
  close(): Promise<void>;
}

/** A program that runs inside of a container. */
export interface Program {
  /** Sends a line to its standard input. */
  write(line: string): void;
  /** The lines of its standard output, until it ends. */
  readonly lines: AsyncIterator<string>;
  /** Ends its standard input, and leaves it. */
  end(): void;
}

export interface MemberNow {
  readonly state: ContainerState;
  /** Of a container that has ended. */
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
}

/** Where an engine is, seen from this machine. */
export interface EnginePlace {
  /** `local`: it sees this machine's directories, and 127.0.0.1 over there is 127.0.0.1 here. */
  readonly kind: 'local' | 'remote';
  /** As users call it: `tcp://10.0.0.1:2376 (the context ci)`. */
  readonly title: string;
}

export interface EngineFacts {
  /** root of its containers is an ordinary user of its host. */
  readonly rootless: boolean;
  /** As it calls itself: `Docker Desktop`, `Debian GNU/Linux 12`. */
  readonly operatingSystem: string;
  /** Whether its kernel can keep containers of one network apart; null: it does not say. */
  readonly separates: boolean | null;
}

export interface Engine {
  readonly place: EnginePlace;
  facts(): Promise<EngineFacts>;
  /** The IPv4 address of the host of a remote engine. @throws RsentinelError NETWORK_UNSUITABLE when its name has none */
  hostAddress(): Promise<string>;

  /** What exists of a group. */
  observe(group: string): Promise<GroupObjects>;
  /** Every group on the engine. */
  groups(): Promise<readonly GroupListing[]>;

  hasImage(image: string): Promise<boolean>;
  /**
   * What the server in an image is. Where the image does not say, it is asked, in a container that
   * does nothing else.
   * @param image one that is on the engine
   * @param group whose label such a container has
   * @throws RsentinelError IMAGE_UNSUITABLE
   */
  serverOf(image: string, group: string): Promise<ServerFacts>;
  /**
   * Pulls an image, with `pull-progress` events.
   * @throws RsentinelError IMAGE_UNAVAILABLE; the signal's reason when it is aborted
   */
  pullImage(image: string, signal: AbortSignal): Promise<void>;

  /** What is taken on the engine by anything that is not the group's. */
  takenByOthers(group: string): Promise<Taken>;
  /** @throws RsentinelError NAME_TAKEN, SUBNET_TAKEN */
  createNetwork(spec: GroupSpec): Promise<void>;
  /** Makes the anchor, not running, and returns its container's id. @throws RsentinelError NAME_TAKEN, GROUP_BUSY */
  createAnchor(spec: GroupSpec, anchor: AnchorSpec): Promise<string>;
  /** Makes a node, not running, and returns its container's id. @throws RsentinelError NAME_TAKEN, GROUP_BUSY, IMAGE_UNSUITABLE */
  createNode(spec: GroupSpec, node: NodeSpec, mounts: NodeMounts): Promise<string>;
  /**
   * Brings a member to `running`, from whatever state it is in. Here and below `container` is its id where it is known: another
   * rsentinel may have made another container of that name meanwhile.
   * @throws RsentinelError PORT_TAKEN, IMAGE_UNSUITABLE
   */
  start(group: string, container: string): Promise<void>;
  /**
   * Ends a member as Redis wants it: SIGTERM, and SIGKILL when it has not ended by then. Nothing to end: done.
   * @param patience ms between the two signals; 10 s where it is left out
   */
  stop(group: string, container: string, patience?: number): Promise<void>;
  /** SIGKILL; resolves when the member has ended. Nothing to end: done. */
  kill(group: string, container: string): Promise<void>;
  /** Freezes a member's processes; they keep their memory and their connections. Already so: done. */
  pause(group: string, container: string): Promise<void>;
  /** Lets a paused member go on. Not paused: done. */
  unpause(group: string, container: string): Promise<void>;
  /** Takes a member off the group's network, its connections with it. Already so: done. */
  disconnect(group: string, container: string): Promise<void>;
  /** Puts a member back on the group's network, under its name and at the address that it had. Already so: done. */
  connect(group: string, container: string, node: string, address: Address): Promise<void>;
  /** Removes a member in whatever state it is, with its anonymous volumes. Absent: done. */
  remove(group: string, container: string): Promise<void>;
  /** Frees the name of a stopped member for a replacement; observed as `other` from then on. */
  setAside(group: string, container: string): Promise<void>;
  /** Gives back its name to a member that was set aside. */
  bringBack(group: string, container: string): Promise<void>;
  /** Removes the group's network. Absent: done. */
  removeNetwork(group: string): Promise<void>;

  /** A volume, unless it is there. @throws RsentinelError NAME_TAKEN */
  createVolume(volume: VolumeSpec): Promise<void>;
  /** Removes a volume of the group, an expiry mark for one. Absent: done. */
  removeVolume(group: string, name: string): Promise<void>;
  /**
   * Reaches into volumes that exist.
   * @param image what the container for it is made from; another one where the engine does not have it
   * @throws RsentinelError IMAGE_UNAVAILABLE when the engine has no image at all
   */
  openVolumes(group: string, image: string, volumes: readonly ObservedVolume[]): Promise<VolumeFiles>;
  /** Notes until when a group is wanted, beside what was noted before. */
  markExpiry(mark: ExpiryMark): Promise<void>;

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

  /** Starts a program inside of a container that runs. @throws RsentinelError ENGINE_FAILED */
  runInside(container: string, command: readonly string[]): Promise<Program>;
  /** The state of one member, now. */
  state(container: string): Promise<MemberNow>;
  /**
   * What a member has logged, in batches, about in the order of time. Absent: nothing.
   * @param signal ends it
   */
  log(container: string, request: LogRequest, signal: AbortSignal): AsyncIterable<readonly LogLine[]>;
  /** The last lines that a member logged, oldest first. */
  logTail(container: string, lines: number): Promise<readonly string[]>;
  /** uid and gid that the processes of a group run as, inside of their containers. */
  owner(): Promise<Owner>;
  /** The same as files in a directory of this machine show them. */
  fileOwner(): Promise<Owner>;
  /** Tells this machine from others that use the same engine. */
  readonly machine: string;
}
