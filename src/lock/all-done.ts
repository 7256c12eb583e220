/** Work that is done side by side, of which nothing may be left under way. */

/**
 * Waits until all of the work has ended, well or not: the lock of a group is not released before.
 * @throws what the first failing one, in the order given, has thrown
 */
export async function allDone(work: Iterable<Promise<unknown>>): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
