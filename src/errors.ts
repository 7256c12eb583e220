/**
 * The one error class of rsentinel.
 *
 * Every failure a user can meet has a stable code, a sentence that says what is wrong,
 * and a hint that says what to do about it.
 */

/** Stable across releases: scripts may rely on these. */
export type ErrorCode =
  | 'USAGE'
  | 'TOPOLOGY_NOT_FOUND'
  | 'TOPOLOGY_INVALID'
  | 'TEMPLATE_INVALID'
  | 'PASSWORD_UNUSABLE'
  | 'TLS_UNUSABLE'
  | 'ENDPOINT_INVALID'
  | 'ENGINE_UNREACHABLE'
  | 'ENGINE_PERMISSION'
  | 'ENGINE_FAILED'
  | 'IMAGE_UNAVAILABLE'
  | 'IMAGE_UNSUITABLE'
  | 'PORT_TAKEN'
  | 'NAME_TAKEN'
  | 'SUBNET_TAKEN'
  | 'NETWORK_UNSUITABLE'
  | 'GROUP_BUSY'
  | 'GROUP_ABSENT'
  | 'GROUP_OF_OTHERS'
  | 'NODE_UNKNOWN'
  | 'DRILL_REFUSED'
  | 'REPORT_UNWRITABLE'
  | 'SENTINELS_SILENT'
  | 'MASTER_UNKNOWN'
  | 'DIRECTORY_UNUSABLE'
  | 'FOREIGN_CONF'
  | 'DIRECTORY_CHANGED'
  | 'DIRECTIVE_REFUSED'
  | 'PASSWORD_REFUSED'
  | 'MASTER_MOVED'
  | 'FAILOVER_ABORTED'
  | 'FLUSH_REFUSED'
  | 'DATA_NOT_SAVED'
  | 'DATA_UNREADABLE'
  | 'NODE_EXITED'
  | 'WAIT_TIMEOUT'
  | 'INTERRUPTED'
  | 'INTERNAL';

export interface ErrorOptions {
  /** What the user can do about it, one or more sentences. */
  readonly hint?: string | undefined;
  /** Further lines that belong to the message: diagnostics, missing conditions, log lines. */
  readonly details?: readonly string[] | undefined;
  readonly cause?: unknown;
}

export class RsentinelError extends Error {
  override readonly name = 'RsentinelError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: readonly string[];

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? [];
  }
}

/** A port that could not be published, for callers that can take another. */
export class PortTakenError extends RsentinelError {
  readonly port: number;

  constructor(port: number, message: string, options: ErrorOptions) {
    super('PORT_TAKEN', message, options);
    this.port = port;
  }
}

/** A server that has ended at its data files, for callers that can do without them. */
export class DataUnreadableError extends RsentinelError {
  /** Name of the node. */
  readonly node: string;
  /** The line of its log that says why. */
  readonly why: string;

  constructor(node: string, why: string, options: ErrorOptions) {
    super('DATA_UNREADABLE', `${node} cannot load its data: ${why}`, options);
    this.node = node;
    this.why = why;
  }
}

export function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof RsentinelError && error.code === code;
}
