/** Waiting for what must come about. */
import { setTimeout as delay } from 'node:timers/promises';

/** ms between two looks. */
const POLL = 25;
/** ms: long enough for a failover on a machine that has much else to do. */
const PATIENCE = 45_000;

/**
 * Looks until `attempt` gives something else than undefined, null or false; what it throws counts as
 * not yet.
 * @param what ends the sentence "it did not come about that …"
 * @throws Error when it did not come about
 */
export async function until<T>(
  what: string,
  attempt: () => T | Promise<T>,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + PATIENCE;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const result = await attempt();
      if (result !== undefined && result !== null && result !== false) {
        return result as Exclude<T, undefined | null | false>;
      }
      last = result;
    } catch (error) {
      last = error;
    }
    await delay(POLL);
  }
  throw new Error(`it did not come about that ${what}`, { cause: last });
}
