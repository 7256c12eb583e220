/** What there is to tell of a group that is watched. */
import type { DrillRound } from './drill-report.js';
import type { GroupReport } from './group-report.js';

/** What a sentinel has just said. */
export interface WatchedEvent {
  /** Milliseconds since 1970 (UTC) at which this process heard it. */
  readonly heardAt: number;
  readonly sentinel: string;
  /** Sentinel's own word: `+sdown`. */
  readonly event: string;
  /** The node that it is about; null: none, or none of the group's. */
  readonly node: string | null;
  /** The rest of what the sentinel said, for people. */
  readonly text: string;
}

/**
 * `running`: begun, and not announced by every sentinel that answers; `done`: announced by all of them;
 * `called-off`: the master answers again, before another was announced.
 */
export type FailoverState = 'running' | 'done' | 'called-off';

/** A failover as far as it has come. Times are ms after `startedAt`. */
export interface FailoverProgress
  extends Pick<
    DrillRound,
    'from' | 'epoch' | 'leader' | 'steps' | 'subjectivelyDown' | 'votes' | 'announced' | 'aborts' | 'events'
  > {
  /** Milliseconds since 1970 (UTC) at which the first was heard of it. */
  readonly startedAt: number;
  /** The node that was announced last; null: none yet. */
  readonly to: string | null;
  readonly state: FailoverState;
}

export type WatchMoment =
  /** The group was looked at. */
  | { readonly kind: 'report'; readonly report: GroupReport }
  | { readonly kind: 'event'; readonly event: WatchedEvent }
  /** A failover has begun, or has gone on. */
  | { readonly kind: 'failover'; readonly failover: FailoverProgress };
