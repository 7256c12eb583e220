/**
 * What a drill has shown. This is what `drill` prints, and, as JSON, a documented and versioned
 * format (docs/json.md): fields may be added within a version, never changed. Times are ms after the
 * engine, or Sentinel, was told to bring the fault about; negative: before.
 */

export type DrillFault = 'kill' | 'pause' | 'partition' | 'failover';

/** The six steps of a failover, in their order. */
export const STEP_NAMES = [
  'detected',
  'elected',
  'promoted',
  'reconfigured',
  'announced',
  'returned',
] as const;

export type StepName = (typeof STEP_NAMES)[number];

export interface DrillStep {
  readonly name: StepName;
  /** ms; null: there was no such thing, as nobody notices anything in a planned failover. */
  readonly from: number | null;
  /** ms; null: as above. */
  readonly to: number | null;
}

/** What a sentinel did, and when this process heard of it. */
export interface SentinelMoment {
  readonly sentinel: string;
  /** ms */
  readonly at: number;
}

export interface DrillVote extends SentinelMoment {
  /** Name of the sentinel that it is for; its id where the version does not tell whose it is. */
  readonly leader: string;
  readonly epoch: number;
}

export interface DrillEvent extends SentinelMoment {
  /** Sentinel's own word: `+sdown`. */
  readonly type: string;
  /** The node that it is about; null: none, or none of the group's. */
  readonly node: string | null;
  /** The rest of what the sentinel said, for people. */
  readonly text: string;
}

/** A time without any success. */
export interface Gap {
  /** ms */
  readonly from: number;
  /** ms */
  readonly to: number;
  readonly ms: number;
}

export interface ClientError {
  /**
   * `not-connected`: there was no connection to send anything by; `connection-lost`: it broke before the
   * reply came; otherwise the first word of what the node replied (`READONLY`).
   */
  readonly kind: string;
  readonly count: number;
}

/** What the client that writes has seen. */
export interface DrillWrites {
  readonly acknowledged: number;
  /** Acknowledged, and not on the final master: how many, and the first of them by their numbers. */
  readonly lost: { readonly count: number; readonly first: readonly number[] };
  /** Of which the client could not know: how many, and how many of them are on the final master. */
  readonly unknown: { readonly count: number; readonly present: number };
  /** The longest time without a write that was acknowledged. */
  readonly gap: Gap;
  readonly errors: readonly ClientError[];
}

/** What a client on the old master's side of a partition has seen: it writes from inside of that master's container. */
export interface DrillCutOff {
  readonly acknowledged: number;
  /** Acknowledged, and not on the final master. */
  readonly lost: { readonly count: number; readonly first: readonly number[] };
  readonly errors: readonly ClientError[];
}

/** What the client that reads from replicas has seen. */
export interface DrillReads {
  readonly answered: number;
  /** The longest time without a read that was answered. */
  readonly gap: Gap;
  readonly errors: readonly ClientError[];
}

export interface DrillRound {
  /** From 1. */
  readonly round: number;
  /** The master before and after. */
  readonly from: string;
  readonly to: string;
  readonly epoch: number | null;
  /** The sentinel that led the failover. */
  readonly leader: string | null;
  readonly steps: readonly DrillStep[];
  /** Each sentinel that found the master subjectively down. */
  readonly subjectivelyDown: readonly SentinelMoment[];
  /** ms of the first sentinel that counted enough of them. */
  readonly objectivelyDown: number | null;
  readonly votes: readonly DrillVote[];
  /** Each sentinel that told its clients of the new master. */
  readonly announced: readonly SentinelMoment[];
  /** More than 1: the new master was taken for down as well. The steps are those of the first failover then. */
  readonly failovers: number;
  /** Attempts that Sentinel gave up before the one that succeeded, in its own words. */
  readonly aborts: readonly string[];
  readonly events: readonly DrillEvent[];
  readonly writes: DrillWrites;
  readonly reads: DrillReads;
  /** null: nobody was cut off, or the image has no client to write with (`redis-cli`). */
  readonly cutOff: DrillCutOff | null;
  /** ms until the group was whole again. */
  readonly ms: number;
}

/** ms */
export interface Distribution {
  /** Rounds in which there was something to measure. */
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** null: there was nothing to measure in any round. */
export interface DrillFigures {
  readonly subjectivelyDown: Distribution | null;
  readonly objectivelyDown: Distribution | null;
  readonly elected: Distribution | null;
  readonly promoted: Distribution | null;
  readonly announcedFirst: Distribution | null;
  readonly announcedLast: Distribution | null;
  readonly withoutWrites: Distribution | null;
  readonly withoutReads: Distribution | null;
  /** How long the old master took from its start to being a replica that is linked. */
  readonly returned: Distribution | null;
}

export interface DrillLimits {
  /** ms; null: none was set. */
  readonly maxDowntime: number | null;
  /** Acknowledged writes; null: none was set. */
  readonly maxLost: number | null;
}

/** A limit that a round did not keep. */
export interface Breach {
  readonly round: number;
  readonly limit: keyof DrillLimits;
  readonly allowed: number;
  readonly actual: number;
}

export interface DrillReport {
  readonly version: 1;
  readonly group: string;
  readonly masterName: string;
  readonly fault: DrillFault;
  /** Of the group, while it was drilled. */
  readonly timing: 'normal' | 'fast';
  /** Milliseconds since 1970 (UTC). */
  readonly startedAt: number;
  /** Names, for whoever draws a lane for each of them. */
  readonly redis: readonly string[];
  readonly sentinels: readonly string[];
  readonly rounds: readonly DrillRound[];
  readonly figures: DrillFigures;
  readonly limits: DrillLimits;
  readonly breaches: readonly Breach[];
}

/** How many acknowledged writes a round has lost, on both sides of a partition. */
export function lostIn({ writes, cutOff }: Pick<DrillRound, 'writes' | 'cutOff'>): number {
  return writes.lost.count + (cutOff?.lost.count ?? 0);
}
