/**
 * The engine, as the rest of rsentinel sees it. Operations name members of a group and outcomes;
 * how an engine brings them about (containers, services, several hosts) is the driver's business.
 */
import type { ContainerState } from '../report/group-report.js';
import type { Address } from '../spec/address.js';
import type { GroupSpec, NodeSpec } from '../spec/group-spec.js';
import type { Owner } from '../storage/storage.js';
import type { StorageKind } from '../topology/topology.js';

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
  readonly storage: StorageKind;
  readonly directory: string;
  readonly file: string | null;
}

export interface ObservedNetwork {
  readonly name: string;
  readonly subnet: string | null;
}

/** A volume of a group as found on the engine. */
export interface ObservedVolume {
  readonly name: string;
  readonly node: string;
  readonly holds: 'conf' | 'data';
}

/** All that carries a group's label. */
export interface ObservedEngine {
  readonly members: readonly ObservedMember[];
  readonly network: ObservedNetwork | null;
  readonly volumes: readonly ObservedVolume[];
}

export interface GroupListing {
  readonly name: string;
  /** Absolute path of the topology file it was made from. */
  readonly file: string | null;
  readonly directory: string | null;
}

/** Absolute paths of a node's directories on the machine that the engine runs on. */
export interface DirectoryMounts {
  readonly kind: 'directory';
  readonly conf: string;
  readonly data: string;
}

/** Names of a node's volumes on the engine. */
export interface VolumeMounts {
  readonly kind: 'volume';
  readonly conf: string;
  readonly data: string;
}

/** Where a node's configuration and data are. */
export type NodeMounts = DirectoryMounts | VolumeMounts;

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
  /** Whether there is any file in the node's data. */
  hasData(node: string): Promise<boolean>;
  /** Makes volumes the owner's, whatever is in them: new ones belong to root. */
  own(volumes: readonly ObservedVolume[], owner: Owner): Promise<void>;
  /** Lets go of the volumes: nobody can remove them before. */
  close(): Promise<void>;
}

export interface MemberNow {
  readonly state: ContainerState;
  /** Of a container that has ended. */
  readonly exitCode: number | null;
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
}

export interface Driver {
  readonly place: EnginePlace;
  facts(): Promise<EngineFacts>;
  /** The IPv4 address of the host of a remote engine. @throws RsentinelError NETWORK_UNSUITABLE when its name has none */
  hostAddress(): Promise<string>;

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

  /** A volume, unless it is there. @throws RsentinelError NAME_TAKEN */
  createVolume(volume: VolumeSpec): Promise<void>;
  /** Removes a volume of the group. Absent: done. */
  removeVolume(group: string, name: string): Promise<void>;
  /**
   * Reaches into volumes that exist.
   * @param image one that is on the engine
   */
  openVolumes(group: string, image: string, volumes: readonly ObservedVolume[]): Promise<VolumeFiles>;

  /** The state of one member, now. */
  state(container: string): Promise<MemberNow>;
  /** The last lines that a member logged, oldest first. */
  logTail(container: string, lines: number): Promise<readonly string[]>;
  /** uid and gid that the processes of a group run as, inside of their containers. */
  owner(): Promise<Owner>;
  /** The same as files in a directory of this machine show them. */
  fileOwner(): Promise<Owner>;
}
