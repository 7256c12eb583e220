/** What every command of the library works with. */
import type { Driver } from '../driver/driver.js';
import type { Listener } from '../events.js';

/** What waiting for the nodes of a group takes. */
export interface Watching {
  /** Is asked about nodes that do not answer; null: the group is known by its sentinels alone. */
  readonly driver: Driver | null;
  readonly emit: Listener;
  /** Aborted when the user interrupts; its reason is an RsentinelError. */
  readonly signal: AbortSignal;
}

export interface Context extends Watching {
  readonly driver: Driver;
}
