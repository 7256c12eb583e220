/** Looks again and again, until something has come about or its time is over. */
import { setTimeout as delay } from 'node:timers/promises';
import type { RsentinelError } from '../../errors.js';

/** What ends a wait that is in vain. */
export interface WaitLimits {
  /** Aborted when the user interrupts; its reason is an RsentinelError. */
  readonly signal: AbortSignal;
  /** Aborted when the time is over. */
  readonly deadline: AbortSignal;
}

/**
 * Looks until there is something else than null; at least once.
 * @param every ms between two looks, perhaps by how many ms the wait has taken
 * @param tooLate what it was waiting for, as the error that ends the wait
 * @throws what `tooLate` returns; what `look` throws; the signal's reason
 */
export async function poll<T>(
  { signal, deadline }: WaitLimits,
  every: number | ((elapsed: number) => number),
  look: () => T | null | Promise<T | null>,
  tooLate: () => RsentinelError | Promise<RsentinelError>,
): Promise<T> {
  const started = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const found = await look();
    if (found !== null) return found;
    if (deadline.aborted) throw await tooLate();
    await delay(typeof every === 'number' ? every : every(performance.now() - started));
  }
}
