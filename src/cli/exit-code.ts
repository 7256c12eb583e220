/**
 * Exit codes. Scripts rely on them: 0 done; 1 failed; 2 usage or topology; 3 group degraded or
 * absent (`status`), or with a problem (`doctor`); 124 wait timed out (as `timeout` of the coreutils); 129, 130 and 143 signals.
 */

import type { ErrorCode } from '../errors.js';
import type { Finding } from '../model/report/doctor-report.js';
import type { Health } from '../model/report/group-report.js';

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** 128 plus the signal's number, as shells report it. */
const SIGNAL_CODES: Readonly<Record<StopSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** @param signal the signal that interrupted the command, if any did */
export function exitCodeOf(code: ErrorCode, signal: StopSignal | null): number {
  switch (code) {
    case 'USAGE':
    case 'TOPOLOGY_NOT_FOUND':
    case 'TOPOLOGY_INVALID':
    case 'TEMPLATE_INVALID':
    case 'PASSWORD_UNUSABLE':
    case 'TLS_UNUSABLE':
    case 'ENDPOINT_INVALID':
    case 'NETWORK_UNSUITABLE':
    case 'GROUP_OF_OTHERS':
      return 2;
    case 'WAIT_TIMEOUT':
    case 'GROUP_BUSY':
      return 124;
    case 'INTERRUPTED':
      return SIGNAL_CODES[signal ?? 'SIGINT'];
    default:
      return 1;
  }
}

/** What `status` exits with. */
export function exitCodeOfHealth(health: Health): number {
  return health === 'healthy' ? 0 : 3;
}

/** What `doctor` exits with: warnings and notes are no failure. */
export function exitCodeOfFindings(findings: readonly Finding[]): number {
  return findings.some(({ severity }) => severity === 'problem') ? 3 : 0;
}
