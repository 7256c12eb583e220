/**
 * A group's history: what Redis and Sentinel have decided since it was first brought up. A group
 * without one is described by its spec alone. Nodes are called by name, so that a history outlives
 * a change of addresses.
 */
import { createHash } from 'node:crypto';
import type { GroupSpec } from '../spec/group-spec.js';

export interface SentinelHistory {
  /** 40 hex characters. */
  readonly myid: string;
  readonly currentEpoch: number;
  readonly configEpoch: number;
  readonly leaderEpoch: number;
}

export interface GroupHistory {
  /** Name of the node that is the master, or was it last. */
  readonly master: string;
  /** By node name; every sentinel of the spec has an entry. */
  readonly sentinels: ReadonlyMap<string, SentinelHistory>;
}

/**
 * How a new sentinel calls itself. Derived rather than drawn by lot, so that rendering is pure;
 * it has to be unique only among the sentinels that watch the same master.
 */
export function initialSentinel(group: string, node: string): SentinelHistory {
  const myid = createHash('sha1').update(`${group}/${node}`).digest('hex');
  return { myid, currentEpoch: 0, configEpoch: 0, leaderEpoch: 0 };
}

export function initialHistory(spec: GroupSpec): GroupHistory {
  return {
    master: spec.redis[0].name,
    sentinels: new Map(spec.sentinels.map((node) => [node.name, initialSentinel(spec.name, node.name)])),
  };
}
