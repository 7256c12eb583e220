/** Makes findings of traps. */
import type { Finding, Severity } from '../model/report/doctor-report.js';
import { TRAP_REMEDIES, type TrapCode } from './remedies.js';

/** Makes a finding of a trap. @param node null: the whole group */
export function found(code: TrapCode, severity: Severity, node: string | null, message: string): Finding {
  return { code, severity, node, message, remedy: TRAP_REMEDIES[code] };
}

/** Names as a sentence lists them: `redis-1, redis-2 and redis-3`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
