/** What three sentinels said when the master of a group of three was killed, as it was recorded. */

import type { DrillRound } from '../../../src/model/report/drill-report.js';
import type { Recorded } from '../../../src/nodes/events/event-channel.js';
import { parseEvent } from '../../../src/nodes/events/events.js';
import type { Circumstances } from '../../../src/nodes/events/timeline.js';

const OLD = '127.0.0.1 6379';
const NEW = 'slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster 127.0.0.1 6379';
const OTHER = 'slave 127.0.0.1:6381 127.0.0.1 6381 @ mymaster 127.0.0.1 6379';
const id = (sentinel: number) => String(sentinel).repeat(40);

/** ms after the start of the clock, sentinel, channel, message. */
type Line = readonly [number, number, string, string];

export const KILLED: readonly Line[] = [
  [990, 2, '+slave', NEW],
  [2010, 1, '+sdown', `master mymaster ${OLD}`],
  [2030, 2, '+sdown', `master mymaster ${OLD}`],
  [2080, 2, '+odown', `master mymaster ${OLD} #quorum 2/2`],
  [2081, 2, '+new-epoch', '1'],
  [2081, 2, '+try-failover', `master mymaster ${OLD}`],
  [2085, 2, '+vote-for-leader', `${id(2)} 1`],
  [2090, 1, '+new-epoch', '1'],
  [2091, 1, '+vote-for-leader', `${id(2)} 1`],
  [2092, 3, '+new-epoch', '1'],
  [2093, 3, '+vote-for-leader', `${id(2)} 1`],
  [2160, 2, '+elected-leader', `master mymaster ${OLD}`],
  [2160, 2, '+failover-state-select-slave', `master mymaster ${OLD}`],
  [2220, 2, '+selected-slave', NEW],
  [2221, 2, '+failover-state-send-slaveof-noone', NEW],
  [2280, 2, '+failover-state-wait-promotion', NEW],
  [2900, 2, '+promoted-slave', NEW],
  [2901, 2, '+failover-state-reconf-slaves', `master mymaster ${OLD}`],
  [2950, 2, '+slave-reconf-sent', OTHER],
  [2990, 1, '+config-update-from', `sentinel ${id(2)} 127.0.0.1 26378 @ mymaster ${OLD}`],
  [2991, 1, '+switch-master', `mymaster ${OLD} 127.0.0.1 6380`],
  [2992, 3, '+switch-master', `mymaster ${OLD} 127.0.0.1 6380`],
  [3900, 2, '+slave-reconf-done', OTHER],
  [3960, 2, '+failover-end', `master mymaster ${OLD}`],
  [3961, 2, '+switch-master', `mymaster ${OLD} 127.0.0.1 6380`],
  [4500, 1, '-sdown', 'slave 127.0.0.1:6379 127.0.0.1 6379 @ mymaster 127.0.0.1 6380'],
];

export function recorded(lines: readonly Line[]): readonly Recorded[] {
  return lines.map(([at, sentinel, type, message]) => ({
    at,
    sentinel: `sentinel-${sentinel}`,
    event: parseEvent(type, message),
  }));
}

export const CIRCUMSTANCES: Circumstances = {
  redis: [1, 2, 3].map((number) => ({
    name: `redis-${number}`,
    address: { host: '127.0.0.1', port: 6378 + number },
  })),
  sentinels: [1, 2, 3].map((number) => ({ name: `sentinel-${number}`, id: id(number) })),
  master: { host: '127.0.0.1', port: 6379 },
  faultAt: 1000,
  returning: { from: 4000, to: 4320.04 },
};

/** A round in which all went well. @param changes of what the client has seen */
export function drillRound(
  round: number,
  timeline: Omit<DrillRound, 'round' | 'from' | 'to' | 'writes' | 'reads' | 'cutOff' | 'ms'>,
  changes: Partial<Pick<DrillRound, 'writes' | 'reads' | 'cutOff'>> = {},
): DrillRound {
  return {
    ...timeline,
    round,
    from: 'redis-1',
    to: 'redis-2',
    writes: {
      acknowledged: 1800,
      lost: { count: 0, first: [] },
      unknown: { count: 1, present: 0 },
      gap: { from: 12, to: 2042, ms: 2030 },
      errors: [
        { kind: 'connection-lost', count: 1 },
        { kind: 'not-connected', count: 1 },
      ],
    },
    reads: { answered: 2100, gap: { from: 1990, to: 2050, ms: 60 }, errors: [] },
    cutOff: null,
    ms: 4100,
    ...changes,
  };
}
