/** What a command gets from the process it runs in. */
import type { Environment } from '../report/terminal/style.js';

export interface Session {
  /** Answers to questions. */
  readonly stdin: NodeJS.ReadStream;
  /** Results. */
  readonly stdout: NodeJS.WriteStream;
  /** Progress, warnings, errors. */
  readonly stderr: NodeJS.WriteStream;
  /** The same as they are, for what moves the cursor, and for files that must come out as they are. */
  readonly raw: { readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream };
  readonly env: Environment;
  readonly cwd: string;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** Tells what is being made, so that whoever leaves at once learns how to remove it. */
  mayRemain(group: string): void;
}

/** @returns the exit code */
export type Command<Flags> = (flags: Flags, session: Session) => Promise<number>;
