/** What is known of a group when its traps are looked for: as the nodes, the engine and this machine say. */
import type { Address } from '../model/address.js';

export interface Facts {
  readonly group: string;
  readonly masterName: string;
  readonly origin: Origin;
  readonly redis: readonly RedisFacts[];
  readonly sentinels: readonly SentinelFacts[];
  /** `/proc/sys/vm/overcommit_memory` of the kernel that the nodes run on; null: it is not this machine's. */
  readonly overcommit: string | null;
  /** Whether the engine can keep containers of one network apart; null: it does not say, or nobody asked. */
  readonly separates: boolean | null;
  readonly leftovers: readonly Leftover[];
  /** Files of the group that git tracks, as paths within its directory. */
  readonly tracked: readonly string[];
  /** Whether somebody changes the group now: what looks unfinished is being worked at. */
  readonly isBusy: boolean;
}

/** How the group is known. */
export type Origin =
  /** By its labels on an engine; `isNear`: this machine's containers, whose networks it reaches. */
  | { readonly kind: 'engine'; readonly mode: string; readonly isNear: boolean }
  | { readonly kind: 'sentinels' };

/** Something on the engine that no node needs. */
export type Leftover =
  /** A container of this group that is no node. */
  | { readonly kind: 'container'; readonly name: string }
  /** The lock of a process that has ended. */
  | { readonly kind: 'lock'; readonly holder: string }
  /** What is left of another group: not one node. */
  | { readonly kind: 'group'; readonly name: string };

interface NodeFacts {
  readonly name: string;
  /** What clients are told. */
  readonly address: Address;
  /** Where it was asked. */
  readonly control: Address;
  readonly announced: Announced;
  /** How each sentinel that knows it does so. */
  readonly known: readonly KnownAs[];
  /** Its conf directory on this machine; null: it is not here, or cannot be looked at. */
  readonly conf: ConfDirectory | null;
}

/** What answers at the announced address, from here. */
export type Announced =
  /** `id`: `run_id` of Redis, SENTINEL MYID of a sentinel; null: it does not tell. `uptime`: ms. */
  | { readonly kind: 'answers'; readonly id: string | null; readonly uptime: number }
  | { readonly kind: 'silent'; readonly reason: string };

export interface KnownAs {
  readonly by: string;
  /** Empty until Sentinel has learnt it. */
  readonly id: string;
  /** ms since Sentinel has heard the id last; 0 for a sentinel's, which it keeps for life. */
  readonly age: number;
  /** Neither down nor disconnected. */
  readonly isReached: boolean;
}

export interface ConfDirectory {
  readonly path: string;
  /** By the user that the node runs as. */
  readonly isWritable: boolean;
}

export interface RedisFacts extends NodeFacts {
  readonly kind: 'redis';
  /** null: it does not answer, or wants a password first. */
  readonly own: RedisOwn | null;
}

/** What a Redis node says of itself; a field is null where it does not tell. */
export interface RedisOwn {
  readonly version: string;
  readonly role: 'master' | 'replica';
  readonly connectedReplicas: number;
  readonly replicaPriority: number | null;
  readonly minReplicasToWrite: number | null;
  /** Whether whoever reaches it may do everything, without a password. */
  readonly isOpen: boolean;
  /** Path inside of its container; empty: it was started without. */
  readonly configFile: string | null;
  readonly clock: Clock | null;
}

export interface SentinelFacts extends NodeFacts {
  readonly kind: 'sentinel';
  readonly own: SentinelOwn | null;
}

export interface SentinelOwn {
  readonly version: string;
  readonly isTilted: boolean;
  readonly clock: Clock | null;
  /** Names of all masters that it watches. */
  readonly masters: readonly string[];
  /** null: it does not watch this one. */
  readonly watch: Watch | null;
  /** Why SENTINEL FLUSHCONFIG failed; null: it did not. */
  readonly notSaved: string | null;
}

/** How a sentinel watches the master. */
export interface Watch {
  readonly quorum: number;
  /** With itself. */
  readonly sentinels: number;
  /** ms */
  readonly downAfter: number;
  /** ms */
  readonly failoverTimeout: number;
  /** ms */
  readonly pingPeriod: number;
}

/** A node's clock against this machine's. */
export interface Clock {
  /** ms; positive: it is ahead. */
  readonly offset: number;
  /** ms: half of what the question took. */
  readonly uncertainty: number;
}
