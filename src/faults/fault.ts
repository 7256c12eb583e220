/** Faults that users bring on a group, and what puts them right again. */
import type { DivergedWrites } from '../model/report/diverged-writes.js';

/** `unpause`, `restart` and `heal` put right what the others have done. */
export type FaultKind = 'kill' | 'pause' | 'unpause' | 'restart' | 'partition' | 'heal';

/** A role at this moment; `leader`: the sentinel that was elected for the last failover. */
export type TargetRole = 'master' | 'replica' | 'sentinel' | 'leader';

/** Whom a fault is brought on. */
export type FaultTargets =
  /** One of those that have the role, or all of them. */
  | { readonly kind: 'role'; readonly role: TargetRole; readonly every: boolean }
  | { readonly kind: 'node'; readonly name: string }
  /** Every node; of `unpause` and `heal`: every node that is paused, or cut off. */
  | { readonly kind: 'all' };

/** Something that was seen after a fault. */
export interface Milestone {
  readonly what: string;
  /** ms after the fault was brought on. */
  readonly ms: number;
}

export interface FaultReport {
  readonly group: string;
  readonly fault: FaultKind | 'failover';
  /** Names of the targets; called so since the first version of the JSON. */
  readonly victims: readonly string[];
  /** Name of the master before and after; null: the sentinels do not agree, or none answers. */
  readonly master: { readonly before: string | null; readonly after: string | null };
  /** Empty with `--no-wait`. */
  readonly milestones: readonly Milestone[];
  /** What former masters that were let back had acknowledged, and have lost. */
  readonly lost: readonly DivergedWrites[];
  /** From the fault to its effect on every sentinel. */
  readonly ms: number;
}
