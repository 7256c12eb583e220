import { setMaxListeners } from 'node:events';
import { constants } from 'node:os';

/** Thrown where work stops because the user (or a supervisor) asked for it. */
export class Interrupted extends Error {
  /** @param {'SIGINT' | 'SIGTERM' | 'SIGHUP'} signal */
  constructor(signal) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
    this.exitCode = 128 + constants.signals[signal];
  }
}

const controller = new AbortController();

/** Aborted, with an {@link Interrupted} as reason, at the first SIGINT, SIGTERM or SIGHUP. */
export const interruption = controller.signal;
// The bench runs a dozen commands at once, each of which listens: no leak.
setMaxListeners(0, interruption);

/** Turns signals into {@link interruption}, so that `finally` blocks still run: they stop the engine. */
export function catchSignals() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => controller.abort(new Interrupted(signal)));
  }
}
