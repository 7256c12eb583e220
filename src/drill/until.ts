/** Waits for what must come about during a drill. */
import type { Watching } from '../engine/context.js';
import { RsentinelError } from '../errors.js';
import { poll } from '../nodes/wait/poll.js';

/** ms between two looks. */
const POLL = 10;

/** How long to wait, and what to say when it was in vain. */
export interface Patience {
  readonly watching: Watching;
  readonly deadline: AbortSignal;
  /** What is known by then of why it did not come about. */
  readonly details: () => readonly string[];
}

/**
 * Looks until there is something else than null.
 * @param what ends the sentence "… in time": `the sentinels did not announce a new master`
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason
 */
export function until<T>(
  what: string,
  look: () => T | null | Promise<T | null>,
  { watching, deadline, details }: Patience,
): Promise<T> {
  const tooLate = () =>
    new RsentinelError('WAIT_TIMEOUT', `${what} in time`, {
      details: details(),
      hint: 'Look at `rsentinel status` and at the log of the sentinels, or give it longer with --wait-timeout.',
    });
  return poll({ signal: watching.signal, deadline }, POLL, look, tooLate);
}
