/** What a group should be, and how what it lacks is noted. */
import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import type { SentinelAnswer } from './snapshot.js';

/** A node that has to be there. */
export interface Expected {
  readonly name: string;
  readonly address: Address;
}

export interface Expectation {
  readonly masterName: string;
  readonly redis: readonly Expected[];
  readonly sentinels: readonly Expected[];
  /** Nodes of the group that are known to be gone; left out: none. */
  readonly gone?: readonly Expected[];
}

/** Notes that a condition does not hold; `by`: the sentinel that sees it so. */
export type Report = (code: string, node: string | null, message: string, by?: string) => void;

/** A sentinel that has answered. */
export interface View {
  readonly node: Expected;
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
