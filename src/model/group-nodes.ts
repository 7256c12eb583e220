/** The nodes of a group, whoever tells of them: a spec, the labels of containers, or sentinels. */
import type { Address, Endpoint } from './address.js';
import type { NodeKind } from './group-spec.js';

export interface GroupNode {
  readonly name: string;
  readonly kind: NodeKind;
  /** Its container's id or name; null: no engine is known. */
  readonly container: string | null;
  /** The address that is announced. */
  readonly address: Address;
  /** The address at which this machine reaches it. */
  readonly control: Endpoint;
}

/** A node that can be asked. */
export type AskedNode = Pick<GroupNode, 'name' | 'control'>;
/** A node that others are expected to know. */
export type ExpectedNode = Pick<GroupNode, 'name' | 'address'>;

export interface GroupNodes {
  readonly name: string;
  /** As the sentinels watch it. */
  readonly masterName: string;
  readonly redis: readonly GroupNode[];
  readonly sentinels: readonly GroupNode[];
}

/** Nodes that can be asked about one master. */
export interface AskedNodes {
  readonly masterName: string;
  readonly redis: readonly AskedNode[];
  readonly sentinels: readonly AskedNode[];
}

/** Returns how many of some sentinels are more than half. */
export function majorityOf(sentinels: number): number {
  return Math.floor(sentinels / 2) + 1;
}
