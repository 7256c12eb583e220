/**
 * The lock of a group: an object on the engine, because several machines and CI jobs may share one.
 * Who holds it stands on it, so that whoever finds it can tell whether the holder is still there.
 */

/** Who holds a lock, as it says itself. */
export interface LockHolder {
  /** `up`, `down`, `drill`. */
  readonly command: string;
  /** Host name, for people. */
  readonly host: string;
  /** The same for all processes whose pids can be compared: one boot of one machine, one pid namespace. */
  readonly machine: string;
  readonly pid: number;
  /** What tells a process from an earlier one of the same pid; null where the system does not say. */
  readonly processStart: string | null;
  /** Unlike that of any other holder. */
  readonly nonce: string;
}

/** A lock as found on the engine. */
export interface HeldLock {
  /** Tells it from a later lock of the same group. */
  readonly id: string;
  readonly holder: LockHolder;
  /** Seconds since 1970 (UTC), by the engine's clock. */
  readonly since: number;
  /** Of the group, as its holder knows them: what is left where a killed `up` came no further. */
  readonly directory: string | null;
  readonly file: string | null;
}

/** For people: `up` of process 123 on host x, since … */
export function holderText({ holder, since }: HeldLock): string {
  const at = new Date(since * 1000).toISOString().replace('.000Z', 'Z');
  return `\`${holder.command}\` of process ${holder.pid} on host ${holder.host}, since ${at}`;
}

export interface LockRequest {
  readonly group: string;
  readonly holder: LockHolder;
  /** What the lock is made of, if the engine has it; otherwise any image that it has. */
  readonly image: string | null;
  readonly directory: string | null;
  readonly file: string | null;
}

export type LockOutcome =
  | { readonly kind: 'acquired'; readonly id: string }
  | { readonly kind: 'held'; readonly lock: HeldLock }
  /** There is nothing on the engine to make a lock of, and so nothing to make a group of either. */
  | { readonly kind: 'no-image' };
