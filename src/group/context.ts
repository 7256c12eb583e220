/** What every command of the library works with. */
import type { Driver } from '../driver/driver.js';
import type { Listener } from '../events.js';

export interface Context {
  readonly driver: Driver;
  readonly emit: Listener;
  /** Aborted when the user interrupts; its reason is an RsentinelError. */
  readonly signal: AbortSignal;
}
