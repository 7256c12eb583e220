/** Waits for the end of TILT, before something is begun that needs the sentinels. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Watching } from '../../engine/context.js';
import { RsentinelError } from '../../errors.js';
import type { Connections } from '../client/connection.js';
import { takeSnapshot } from '../health/observe.js';
import { tiltTexts } from '../health/tilt.js';
import type { LiveGroup } from '../live/live-nodes.js';

const POLL = 250;

/**
 * Resolves when no sentinel that answers is in TILT.
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason
 */
export async function waitTilt(
  group: Pick<LiveGroup, 'masterName' | 'sentinels'>,
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
