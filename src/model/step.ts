/** The steps of a plan: what each does, and which steps it depends on. */
import type { Timing } from './timing.js';
import type { Directive } from './topology.js';

/** What a step does. Operations name nodes and outcomes, not container verbs. */
export type Operation =
  | { readonly kind: 'image' }
  /** Remove a network of the group that cannot be what the topology wants. */
  | { readonly kind: 'drop-network' }
  | { readonly kind: 'network' }
  /** The node's directories, and its configuration rendered from the spec and the group's history. */
  | { readonly kind: 'render'; readonly node: string }
  /** The present master put into a stopped node's own configuration, the rest of it kept. */
  | { readonly kind: 'repoint'; readonly node: string }
  /** Files that the node's server cannot load, renamed in its data: it copies the master's data when it starts. */
  | { readonly kind: 'set-data-aside'; readonly node: string; readonly files: readonly string[] }
  /** Directives set on a node that runs, and kept in its configuration. */
  | { readonly kind: 'set'; readonly node: string; readonly directives: readonly Directive[] }
  /** Other passwords or users on nodes that run, while clients go on using them. */
  | { readonly kind: 'rotate'; readonly nodes: readonly string[]; readonly isWhole: boolean }
  /** Keep git and npm out of the group's directory. */
  | { readonly kind: 'ignore' }
  /** The files that clients use to speak TLS. */
  | { readonly kind: 'certificates' }
  /** Let the sentinels promote a replica in the place of a master that does not run. */
  | { readonly kind: 'failover' }
  /** A planned failover: a replica that has every write becomes the master in the place of `node`. */
  | { readonly kind: 'switch'; readonly node: string }
  /** Refuse further writes, and have the data set on disk; a paused node goes on first. */
  | { readonly kind: 'save'; readonly node: string }
  /** As Redis wants it; a paused node goes on first, for it would be killed with what it has in memory. */
  | { readonly kind: 'stop'; readonly node: string }
  /** Put a stopped container aside, from where it can be brought back if its successor fails. */
  | { readonly kind: 'rename-aside'; readonly node: string }
  /** Remove what was put aside. */
  | { readonly kind: 'remove-old'; readonly node: string }
  | { readonly kind: 'remove'; readonly node: string }
  | { readonly kind: 'create'; readonly node: string }
  | { readonly kind: 'start'; readonly node: string }
  /** Put a node that runs back on the network that somebody has taken it off. */
  | { readonly kind: 'connect'; readonly node: string }
  /** Wait until a Redis node answers and has its data set in memory. */
  | { readonly kind: 'answer'; readonly node: string }
  /** Lower a sentinel's periods: for a group that forms, or as far as one that is in use bears it. */
  | { readonly kind: 'lower-timers'; readonly node: string; readonly pace: 'forming' | 'live' }
  /** Give a sentinel that runs the periods of the group's timing. */
  | { readonly kind: 'set-timers'; readonly node: string; readonly timing: Timing }
  /**
   * Wait until every node that is there has its place, by the words of all others; the sentinels'
   * periods are kept as low meanwhile as a group in use bears it. `after`: a node, the anchor, or `start`.
   */
  | { readonly kind: 'wait-converged'; readonly after: string }
  /** Make a sentinel forget what is gone, and wait until it knows all others again. */
  | { readonly kind: 'forget'; readonly node: string; readonly gone: string };

export interface Step {
  /** `start redis-1`: unique within the plan. */
  readonly id: string;
  readonly operation: Operation;
  /** Why it is done, for people. */
  readonly reason: string;
  /** Ids of the steps that must be done before. */
  readonly after: readonly string[];
}

export const ANCHOR = 'anchor';
