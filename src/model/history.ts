/**
 * A group's history: what Redis and Sentinel have decided since it was first brought up. A group
 * without one is described by its spec alone. Nodes are called by name, so that a history outlives
 * a change of addresses.
 */
import { createHash } from 'node:crypto';
import type { Address } from './address.js';
import type { GroupSpec } from './group-spec.js';

export interface SentinelHistory {
  /** 40 hex characters. */
  readonly myid: string;
  readonly currentEpoch: number;
  readonly leaderEpoch: number;
}

/** A node that a sentinel, or its file, calls the master. */
export interface NamedMaster {
  readonly address: Address;
  /**
   * Sentinel's config-epoch, of the decision for it. Of two sentinels that name different masters the
   * one of the higher epoch is followed; in the same epoch each stays with its own for ever.
   */
  readonly configEpoch: number;
}

/** What counts where sentinels name different masters; null: there is nothing. */
export function newest<T extends { readonly configEpoch: number }>(named: readonly T[]): T | null {
  return named.reduce<T | null>(
    (best, one) => (best === null || one.configEpoch > best.configEpoch ? one : best),
    null,
  );
}

export interface MasterHistory extends NamedMaster {
  /** A node of the group; one that runs, but is in the topology no more, too. */
  readonly name: string;
  /** Where the others reach it now: of one that runs the address that it has, of others the one that it will have. */
  readonly address: Address;
}

export interface GroupHistory {
  /** The node that is the master, or was it last. */
  readonly master: MasterHistory;
  /** By node name; every sentinel of the spec has an entry. */
  readonly sentinels: ReadonlyMap<string, SentinelHistory>;
}

/**
 * How a new sentinel calls itself. Derived rather than drawn by lot, so that rendering is pure;
 * it has to be unique only among the sentinels that watch the same master.
 */
export function initialSentinel(group: string, node: string): SentinelHistory {
  const myid = createHash('sha1').update(`${group}/${node}`).digest('hex');
  return { myid, currentEpoch: 0, leaderEpoch: 0 };
}

export function initialHistory(spec: GroupSpec): GroupHistory {
  return {
    master: { name: spec.redis[0].name, address: spec.redis[0].address, configEpoch: 0 },
    sentinels: new Map(spec.sentinels.map((node) => [node.name, initialSentinel(spec.name, node.name)])),
  };
}
