/** What was found before planning: on the engine, in the directories, and from the nodes that run. */
import type { StoredAccess } from '../access/access-file.js';
import type { ConfFacts } from '../config/conf-facts.js';
import type { GroupObjects } from '../engine/engine.js';
import { type Address, sameAddress } from '../model/address.js';
import type { GroupSpec } from '../model/group-spec.js';
import {
  type GroupHistory,
  initialHistory,
  initialSentinel,
  type MasterHistory,
  type NamedMaster,
  newest,
  type SentinelHistory,
} from '../model/history.js';
import type { ServerFacts } from '../model/server-version.js';
import type { Timing } from '../model/timing.js';
import type { SentinelSettings, StorageKind } from '../model/topology.js';
import { hasProcess } from './members.js';
import { fullRestartOf } from './up/full-restart.js';

/** Where a group keeps its files. */
export interface Place {
  readonly storage: StorageKind;
  readonly directory: string;
}

export interface ObservedState {
  readonly objects: GroupObjects;
  readonly imagePresent: boolean;
  /** By node name; null: there is no file. */
  readonly confs: ReadonlyMap<string, ConfFacts | null>;
  /** What the nodes were entered with so far; null: nobody had to log in. */
  readonly access: StoredAccess | null;
  /** How the users of nodes that run differ from what they have to be. */
  readonly users: readonly string[];
  readonly live: LiveState;
  /** What of the certificates of the spec is not on disk as it should be. */
  readonly tls: TlsDrift;
  /** Of Redis nodes whose file has to change while they run: the directives that their server lets one set. By node name. */
  readonly settable: ReadonlyMap<string, ReadonlySet<string>>;
  /** Redis nodes before 6.2 that a killed command has left refusing every write, by name. */
  readonly refusing: ReadonlySet<string>;
  readonly history: GroupHistory;
  readonly data: DataState;
  /** Whether git and npm leave the group's files alone. */
  readonly isIgnored: boolean;
  /** Where the group has files although there are none in the place of the topology; null: nowhere. */
  readonly elsewhere: Place | null;
  /** False: the sentinels have been asked for a failover, and have no good replica. */
  readonly canPromote: boolean;
}

/** What the data files of stopped nodes mean for the group. */
export interface DataState {
  /** Why another node than the last master comes up as the master; null: the last one does. */
  readonly reason: string | null;
  /** Why no node can come up without a loss of data; null: one can. */
  readonly refusal: { readonly node: string; readonly why: string } | null;
  /** Nodes that cannot load their files and have to copy the data, by name. */
  readonly unreadable: ReadonlyMap<string, { readonly files: readonly string[]; readonly why: string }>;
}

export const DATA_AS_EXPECTED: DataState = { reason: null, refusal: null, unreadable: new Map() };

/** Where the files on disk are not those of the spec: they are new, or somebody has changed them. */
export interface TlsDrift {
  readonly nodes: ReadonlySet<string>;
  /** Those of the group: what clients use. */
  readonly shared: boolean;
  /** Nodes that run, and which nobody accepts who goes by the spec: the others do not talk to them. */
  readonly untrusted: ReadonlySet<string>;
}

export const NO_DRIFT: TlsDrift = { nodes: new Set(), shared: false, untrusted: new Set() };

/** What the running sentinels say. */
export interface LiveState {
  /** The one of the newest epoch. */
  readonly master: NamedMaster | null;
  /** The timing that they have been given; `normal` where none answers. */
  readonly timing: Timing;
  /** Those that answer, by name. */
  readonly sentinels: ReadonlyMap<string, LiveSentinel>;
}

export interface LiveSentinel {
  /** Every address that it watches or knows. */
  readonly known: readonly Address[];
  /** null: it does not tell. */
  readonly server: ServerFacts | null;
  /** The directives that it goes by now; null: it does not watch the master. */
  readonly settings: SentinelSettings | null;
  /** Whose periods it runs with; `other`: nobody's; `fixed`: its version has none that one could set. */
  readonly periods: Timing | 'other' | 'fixed';
}

export const NOTHING_LIVE: LiveState = { master: null, timing: 'normal', sentinels: new Map() };

/**
 * Addresses that nodes of the group have or had, by node name. A container's label counts more
 * than a file that its topology may have outgrown.
 */
export function knownAddresses(
  objects: GroupObjects,
  confs: ReadonlyMap<string, ConfFacts | null>,
): ReadonlyMap<string, Address> {
  const known = new Map<string, Address>();
  for (const [node, conf] of confs) if (conf?.announced) known.set(node, conf.announced);
  for (const member of objects.members) if (member.address !== null) known.set(member.node, member.address);
  return known;
}

/**
 * What Redis and Sentinel have decided so far. The running sentinels know best; where none runs,
 * the configuration of the newest epoch does.
 * @param live the master that running sentinels name, with the newest configuration epoch
 */
export function groupHistory(
  spec: GroupSpec,
  objects: GroupObjects,
  confs: ReadonlyMap<string, ConfFacts | null>,
  live: NamedMaster | null,
): GroupHistory {
  const sentinels = spec.sentinels.map((node): [string, SentinelHistory] => {
    const monitor = confs.get(node.name)?.monitor ?? null;
    const fresh = initialSentinel(spec.name, node.name);
    return [node.name, monitor === null ? fresh : { ...monitor, myid: monitor.myid ?? fresh.myid }];
  });
  return { master: lastMaster(spec, objects, confs, live), sentinels: new Map(sentinels) };
}

function lastMaster(
  spec: GroupSpec,
  objects: GroupObjects,
  confs: ReadonlyMap<string, ConfFacts | null>,
  live: NamedMaster | null,
): MasterHistory {
  const written = spec.sentinels.flatMap(({ name }): readonly NamedMaster[] => {
    const monitor = confs.get(name)?.monitor ?? null;
    return monitor === null ? [] : [{ address: monitor.master, configEpoch: monitor.configEpoch }];
  });
  const named = live ?? newest(written);
  const { master: first } = initialHistory(spec);
  if (named === null) return first;
  const master = masterAt(spec, objects, knownAddresses(objects, confs), named);
  return master ?? { ...first, configEpoch: named.configEpoch + 1 };
}

/** The node that was decided on by its address; null: no node of the spec, and none that runs, has or had that. */
function masterAt(
  spec: GroupSpec,
  objects: GroupObjects,
  known: ReadonlyMap<string, Address>,
  { address, configEpoch }: NamedMaster,
): MasterHistory | null {
  const wanted = (name: string) => spec.redis.find((node) => node.name === name);
  const names = [...known].filter(([, other]) => sameAddress(other, address)).map(([name]) => name);
  const name = names.find((one) => wanted(one) !== undefined) ?? names[0];
  if (name === undefined) return null;
  // It keeps its address as long as it runs; a node that is started has the one of the topology.
  const stays =
    fullRestartOf(spec, objects) === null &&
    objects.members.some((member) => member.node === name && hasProcess(member));
  const planned = wanted(name)?.address;
  if (!stays && planned === undefined) return null;
  return { name, address: stays ? address : (planned ?? address), configEpoch };
}
