/** What `doctor` finds, as data: docs/json.md describes it. */
import { TRAP_REMEDIES, type TrapCode } from '../../doctor/remedies.js';

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

/** @param node null: the whole group */
export function found(code: TrapCode, severity: Severity, node: string | null, message: string): Finding {
  return { code, severity, node, message, remedy: TRAP_REMEDIES[code] };
}

/** Names as a sentence lists them: `redis-1, redis-2 and redis-3`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
