/** What every command of the library works with. */

import type { Listener } from '../model/events.js';
import type { Engine } from './engine.js';

/** What waiting for the nodes of a group takes. */
export interface Watching {
  /** Is asked about nodes that do not answer; null: the group is known by its sentinels alone. */
  readonly engine: Engine | null;
  readonly emit: Listener;
  /** Aborted when the user interrupts; its reason is an RsentinelError. */
  readonly signal: AbortSignal;
}

export interface Context extends Watching {
  readonly engine: Engine;
}

/** The context of those who hold the lock of a group. Its engine confirms the lock before each change. */
export interface LockedContext extends Context {
  /**
   * Looks whether the lock is still held, before a step that goes past the engine. This process may have stood still for
   * longer than its lock waits (a machine that slept), and another rsentinel works with the group since.
   * @throws RsentinelError GROUP_BUSY when the lock is lost
   */
  readonly confirmLock: () => Promise<void>;
}
