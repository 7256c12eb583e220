/** `timing: fast` for a while. */
import type { Connections } from '../sentinel/connection.js';
import { FAST_PERIODS, setPeriods } from '../sentinel/periods.js';
import { DEFAULT_TIMES } from '../spec/timing.js';
import type { Undo } from '../storage/storage.js';
import { keepingPeriods, type Sentinels } from './keep-periods.js';
import { setOnSentinel } from './set-directives.js';

/**
 * Does something while a group has the periods and the times of `timing: fast`, and gives each sentinel
 * back what it went by before; whatever happens. Where that is not possible any more, `up` does it.
 * @throws RsentinelError DIRECTIVE_REFUSED
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
        await setPeriods(control, FAST_PERIODS, connections);
      }
      return await work();
    } finally {
      await Promise.allSettled(undo.map((one) => one()));
    }
  });
}
