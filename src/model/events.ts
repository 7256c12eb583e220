/**
 * What the library tells while it works. Only reporters turn events into text.
 */

import type { HeldLock } from './lock.js';
import type { DivergedWrites } from './report/diverged-writes.js';
import type { DrillFault, DrillRound } from './report/drill-report.js';
import type { Step } from './step.js';

export type RsentinelEvent =
  | { readonly type: 'warning'; readonly message: string }
  /** Somebody else changes the group: begun to wait for it, once for each holder. */
  | { readonly type: 'waiting-for-lock'; readonly group: string; readonly lock: HeldLock }
  /** A lock whose holder had ended without releasing it has been removed. */
  | { readonly type: 'lock-broken'; readonly group: string; readonly lock: HeldLock }
  | { readonly type: 'plan'; readonly group: string; readonly steps: readonly Step[] }
  | { readonly type: 'step-started'; readonly step: Step }
  | { readonly type: 'step-done'; readonly step: Step; readonly ms: number }
  | { readonly type: 'step-failed'; readonly step: Step; readonly ms: number }
  /** Progress of a pull; `percent` is 0–100, undefined while the size is unknown. */
  | {
      readonly type: 'pull-progress';
      readonly image: string;
      readonly status: string;
      readonly percent: number | undefined;
    }
  /** The group is not ready yet: what is missing, most telling first. */
  | { readonly type: 'waiting'; readonly missing: readonly string[] }
  | { readonly type: 'ready'; readonly ms: number }
  /** All data of a group is gone, from every replica too. `node`: its master. */
  | { readonly type: 'flushed'; readonly node: string; readonly ms: number }
  /** The file's master has been made the master again. */
  | { readonly type: 'switched-back'; readonly from: string; readonly to: string; readonly ms: number }
  /** A signal or the deadline came when the sentinels had begun a planned switch: it is carried to its end. `from`: the old master. */
  | { readonly type: 'finishing-switch'; readonly from: string }
  /** A node that was started as the replica of a former master has been told the present one. */
  | { readonly type: 'repointed'; readonly node: string; readonly master: string }
  /** A node that is to be stopped saves its data: `done` of `total` keys. */
  | { readonly type: 'saving'; readonly node: string; readonly done: number; readonly total: number }
  /** A former master has been made a replica, and with it these writes are gone. */
  | { readonly type: 'writes-lost'; readonly diverged: DivergedWrites }
  | { readonly type: 'retrying'; readonly reason: string }
  | { readonly type: 'rollback-started'; readonly reason: string }
  | {
      readonly type: 'rollback-done';
      readonly removed: readonly string[];
      readonly remaining: readonly string[];
    }
  /** A round of a drill: a fault is about to be brought on the master. */
  | {
      readonly type: 'drill-round';
      readonly round: number;
      readonly rounds: number;
      readonly fault: DrillFault;
      readonly node: string;
    }
  /** What a sentinel has just said during a drill; `at`: ms after the fault. */
  | {
      readonly type: 'drill-event';
      readonly at: number;
      readonly sentinel: string;
      readonly event: string;
      /** The node that it is about. */
      readonly node: string | null;
    }
  /** The old master is let back. */
  | { readonly type: 'drill-return'; readonly node: string }
  | { readonly type: 'drill-round-done'; readonly round: DrillRound }
  /** One call to the engine's API, for `-v`. */
  | { readonly type: 'engine-call'; readonly call: string; readonly ms: number };

export type Listener = (event: RsentinelEvent) => void;
