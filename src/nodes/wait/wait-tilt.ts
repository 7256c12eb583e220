/** Waits for the end of TILT, before something is begun that needs the sentinels. */
import { RsentinelError } from '../../errors.js';
import { tiltTexts } from '../health/tilt.js';
import type { Live } from '../live/live.js';

const POLL = 250;

/**
 * Resolves when no sentinel that answers is in TILT.
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason
 */
export async function waitTilt(live: Live): Promise<void> {
  const sentinels = live.with({ ...live.group, redis: [] });
  let last = '';
  await live.poll(
    POLL,
    async () => {
      const missing = tiltTexts(await sentinels.snapshot());
      const [first] = missing;
      if (first === undefined) return true;
      last = first;
      live.emit({ type: 'waiting', missing });
      return null;
    },
    () =>
      new RsentinelError('WAIT_TIMEOUT', last, {
        hint: 'TILT ends by itself: run the command again, or give it longer with --wait-timeout.',
      }),
  );
}
