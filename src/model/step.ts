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
  /** All at once, with their new password: before 6.2 a sentinel that runs cannot be given another one of its own. */
  | { readonly kind: 'restart-sentinels'; readonly nodes: readonly string[] }
  /** Keep git and npm out of the group's directory. */
  | { readonly kind: 'ignore' }
  /** The files that clients use to speak TLS. */
  | { readonly kind: 'certificates' }
  /** Let the sentinels promote a replica in the place of a master that does not run. */
  | { readonly kind: 'failover' }
  /** A planned failover: a replica that has every write becomes the master in the place of `node`. */
  | { readonly kind: 'switch'; readonly node: string }
  /** Let a paused container go on: it would be killed with what it has in memory. */
  | { readonly kind: 'unpause'; readonly node: string }
  /** Make a node that comes back with its memory a replica of the present master, if it is another's. */
  | { readonly kind: 'demote'; readonly node: string }
  /** Refuse further writes, and have the data set on disk. */
  | { readonly kind: 'save'; readonly node: string }
  /** As Redis wants it. */
  | { readonly kind: 'stop'; readonly node: string }
  /** Put a stopped container aside, from where it can be brought back if its replacement fails. */
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
  | { readonly kind: 'forget'; readonly node: string; readonly gone: string }
  /** Note on the engine when the group expires: `ms` from now. */
  | { readonly kind: 'mark-expiry'; readonly ms: number }
  /** Remove what noted another time before. */
  | { readonly kind: 'remove-marks'; readonly marks: readonly string[] }
  /** Ask every node until nothing is missing, and try what only trying shows. */
  | { readonly kind: 'verify-ready' }
  /** Give a sentinel the periods of the group's timing, after lower ones. */
  | { readonly kind: 'restore-timers'; readonly node: string; readonly timing: Timing }
  /** Let a node take writes again that a killed command had refuse them (Redis before 6.2). */
  | { readonly kind: 'restore-writes'; readonly node: string; readonly minReplicas: string }
  /** Remove the passwords of before from the group's files. */
  | { readonly kind: 'forget-passwords' }
  /** Give a replica precedence over the others, which Sentinel goes by when it chooses. */
  | { readonly kind: 'prefer'; readonly node: string }
  /** Give every replica the priority back that it had. */
  | { readonly kind: 'restore-priorities' }
  /** Remove all data and functions from the master, and with it from every replica. */
  | { readonly kind: 'flush'; readonly node: string }
  /** Make the topology's first node the master again, in the place of `from`, in a group without data. */
  | { readonly kind: 'switch-back'; readonly node: string; readonly from: string }
  /** Ask every node once more until nothing is missing, now that the data is gone. */
  | { readonly kind: 'verify-empty' }
  /** Have the sentinels forget masters that the topology does not know. */
  | { readonly kind: 'remove-masters'; readonly masters: readonly string[] }
  /** Go on only where every node that has to has saved its data; otherwise all nodes go on. */
  | { readonly kind: 'check-saved' }
  /** Remove files that a killed command has left half written. */
  | { readonly kind: 'remove-unfinished'; readonly directory: string }
  | { readonly kind: 'remove-files'; readonly directory: string }
  | { readonly kind: 'remove-volumes'; readonly volumes: readonly string[] };

/** `Kind` of operation: those that a command's plan may have. */
export interface Step<Kind extends Operation = Operation> {
  /** `start redis-1`: unique within the plan. */
  readonly id: string;
  readonly operation: Kind;
  /** Why it is done, for people. */
  readonly reason: string;
  /** Ids of the steps that must be done before. */
  readonly after: readonly string[];
}

export const ANCHOR = 'anchor';

/** Takes back a change that was made. */
export type Undo = () => Promise<void>;
