/** What a group should be, and how what it lacks is noted. */

import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import type { ExpectedNode } from '../../model/group-nodes.js';
import type { SentinelAnswer } from './snapshot.js';

export interface Expectation {
  readonly masterName: string;
  readonly redis: readonly ExpectedNode[];
  readonly sentinels: readonly ExpectedNode[];
  /** Nodes of the group that are known to be gone; left out: none. */
  readonly gone?: readonly ExpectedNode[];
}

/** Notes that a condition does not hold; `by`: the sentinel that sees it so. */
export type Report = (code: string, node: string | null, message: string, by?: string) => void;

/** A sentinel that has answered. */
export interface View {
  readonly node: ExpectedNode;
  readonly answer: SentinelAnswer;
}

/** Name of the node at an address; null: it is none of the group. */
export function nameOf(expected: Expectation, address: Address): string | null {
  return (
    [...expected.redis, ...expected.sentinels].find((node) => sameAddress(node.address, address))?.name ??
    null
  );
}

/** Name of the node at an address, or the address itself. */
export function describe(expected: Expectation, address: Address): string {
  return nameOf(expected, address) ?? formatAddress(address);
}
