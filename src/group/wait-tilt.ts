/** Waits for the end of TILT, before something is begun that needs the sentinels. */
import { setTimeout as delay } from 'node:timers/promises';
import { RsentinelError } from '../errors.js';
import type { Connections } from '../sentinel/connection.js';
import { takeSnapshot } from '../sentinel/observe.js';
import { tiltTexts } from '../sentinel/tilt.js';
import type { Watching } from './context.js';
import type { PresentGroup } from './presence.js';

const POLL = 250;

/**
 * Resolves when no sentinel that answers is in TILT.
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason
 */
export async function untilNoTilt(
  group: Pick<PresentGroup, 'masterName' | 'sentinels'>,
  connections: Connections,
  context: Watching,
  deadline: AbortSignal,
): Promise<void> {
  for (;;) {
    context.signal.throwIfAborted();
    const missing = tiltTexts(await takeSnapshot({ ...group, redis: [] }, connections));
    const [first] = missing;
    if (first === undefined) return;
    if (deadline.aborted) {
      throw new RsentinelError('WAIT_TIMEOUT', first, {
        hint: 'TILT ends by itself: run the command again, or give it longer with --wait-timeout.',
      });
    }
    context.emit({ type: 'waiting', missing });
    await delay(POLL);
  }
}
