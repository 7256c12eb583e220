/** What `doctor` finds, as data: docs/json.md describes it. */

/**
 * `problem`: a failover or a client fails by it. `warning`: it does so some day, or costs data.
 * `note`: worth knowing, and right for some groups.
 */
export type Severity = 'problem' | 'warning' | 'note';

export interface Finding {
  /** Stable kebab-case word for scripts: of a trap, or of a fault as `status` has it. */
  readonly code: string;
  readonly severity: Severity;
  /** Node that it concerns; null: the whole group. */
  readonly node: string | null;
  readonly message: string;
  readonly remedy: string;
}

/** What `doctor` says of a group. */
export interface DoctorReport {
  readonly version: 1;
  /** The group's name; the master's where the group is known by its sentinels alone. */
  readonly group: string;
  readonly masterName: string | null;
  /** Milliseconds since 1970 (UTC) at which it was looked at. */
  readonly observedAt: number;
  /** The worst first. */
  readonly findings: readonly Finding[];
}
