/** Which node has the newest data, where all Redis nodes of a group are stopped. Pure. */

import type { Address } from '../model/address.js';
import type { MasterHistory } from '../model/history.js';
import type { NodeData } from '../model/node-data.js';

interface Candidate {
  readonly name: string;
  readonly address: Address;
}

/** What the files say of who should be the master. */
export interface DataChoice {
  readonly master: MasterHistory;
  /** Why another node than the last master is the master; null: it is the last one. */
  readonly reason: string | null;
  /** Why there is no node that could be the master without losing data; null: there is one. */
  readonly refusal: { readonly node: string; readonly why: string } | null;
}

/**
 * Returns the node that has to come up as the master: the last one, unless a replica has more. Of the same replication id the
 * greater offset is more. A replica that follows another history is never newer: the epoch of the sentinels
 * decides then.
 * @param last the master by the newest epoch in the sentinels' files
 * @param data by node name
 */
export function chooseMaster(
  last: MasterHistory,
  nodes: readonly Candidate[],
  data: ReadonlyMap<string, NodeData>,
): DataChoice {
  const own = data.get(last.name) ?? { kind: 'none' };
  const keep: DataChoice = { master: last, reason: null, refusal: null };
  const others = nodes.filter(({ name }) => name !== last.name);
  const promote = (node: Candidate, reason: string): DataChoice => ({
    master: { name: node.name, address: node.address, configEpoch: last.configEpoch + 1 },
    reason,
    refusal: null,
  });
  if (own.kind === 'rdb') {
    const newer = newest(others, (node) => {
      const other = data.get(node.name);
      const isSame =
        other?.kind === 'rdb' && other.replicationId !== null && other.replicationId === own.replicationId;
      return isSame && other.offset > own.offset ? other.offset : null;
    });
    if (newer === null) return keep;
    return promote(
      newer,
      `${newer.name} has saved more than ${last.name}, the master last, and takes its place`,
    );
  }
  if (own.kind === 'aof') return keep;

  const successor = newest(others, (node) => rankOf(data.get(node.name)));
  if (successor !== null) {
    const why = own.kind === 'none' ? 'has lost its data' : `cannot load its data (${own.why})`;
    return promote(
      successor,
      `${last.name}, the master last, ${why}: ${successor.name}, which has some, takes its place`,
    );
  }
  if (own.kind === 'unreadable') return { ...keep, refusal: { node: last.name, why: own.why } };
  const spoilt = nodes.find(({ name }) => data.get(name)?.kind === 'unreadable');
  const spoiltData = spoilt === undefined ? undefined : data.get(spoilt.name);
  if (spoilt !== undefined && spoiltData?.kind === 'unreadable') {
    return { ...keep, refusal: { node: spoilt.name, why: spoiltData.why } };
  }
  return keep;
}

/** How much a node that follows nobody has; null: nothing. Offsets and times are not compared: a group has one or the other. */
function rankOf(data: NodeData | undefined): number | null {
  if (data?.kind === 'rdb') return data.offset;
  return data?.kind === 'aof' ? data.writtenAt : null;
}

function newest(nodes: readonly Candidate[], rank: (node: Candidate) => number | null): Candidate | null {
  let best: { readonly node: Candidate; readonly rank: number } | null = null;
  for (const node of nodes) {
    const value = rank(node);
    if (value !== null && (best === null || value > best.rank)) best = { node, rank: value };
  }
  return best?.node ?? null;
}
