/** `timing: fast` for a while. */

import { RsentinelError } from '../errors.js';
import type { Undo } from '../model/step.js';
import { DEFAULT_TIMES, type Timing } from '../model/timing.js';
import type { Connections } from '../nodes/client/connection.js';
import { setOnSentinel } from '../nodes/client/set-directives.js';
import { FAST_PERIODS, setPeriods } from '../nodes/health/periods.js';
import type { Snapshot } from '../nodes/health/snapshot.js';
import type { Sentinels } from '../nodes/live/members.js';
import { keepingPeriods } from './keep-timers.js';

/**
 * Does something while a group has the periods and the times of `timing: fast`, and gives each sentinel
 * back what it went by before; whatever happens. Where that is not possible any more, `up` does it.
 * @throws RsentinelError DIRECTIVE_REFUSED, IMAGE_UNSUITABLE
 */
export function withFastTiming<T>(
  group: Sentinels,
  connections: Connections,
  work: () => Promise<T>,
): Promise<T> {
  const { masterName, sentinels } = group;
  const times = Object.entries(DEFAULT_TIMES.fast).map(([name, ms]) => ({ name, value: String(ms) }));
  return keepingPeriods(group, connections, async () => {
    const undo: Undo[] = [];
    try {
      for (const { name, control } of sentinels) {
        undo.push(await setOnSentinel(name, control, masterName, times, connections));
        if (!(await setPeriods(control, FAST_PERIODS, connections))) throw cannotBeFast(name);
      }
      return await work();
    } finally {
      await Promise.allSettled(undo.map((one) => one()));
    }
  });
}

/**
 * With the low times and Sentinel's own periods a new master would be taken for down before anybody has
 * connected to it (see leastDownAfter).
 * @throws RsentinelError IMAGE_UNSUITABLE
 */
export function refuseFixedPeriods(timing: Timing, { sentinels }: Snapshot): void {
  if (timing === 'normal') return;
  for (const [name, answer] of sentinels) {
    if (answer.kind === 'sentinel' && answer.periods === null) throw cannotBeFast(name);
  }
}

function cannotBeFast(sentinel: string): RsentinelError {
  const message = `timing: fast is not possible: the version of ${sentinel} has no SENTINEL DEBUG, which sets timer periods`;
  return new RsentinelError('IMAGE_UNSUITABLE', message, {
    hint: 'Use an image of Redis 7.0 or newer or of Valkey, or `down-after-milliseconds: 1500` instead.',
  });
}
