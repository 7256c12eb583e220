/** The timer periods of sentinels, lowered for a while and put back. */

import type { Endpoint } from '../model/address.js';
import type { Connections } from '../nodes/client/connection.js';
import { takeSnapshot } from '../nodes/health/observe.js';
import { PERIODS, type Periods, setPeriods, timingSeen } from '../nodes/health/periods.js';
import type { Sentinels } from '../nodes/live/members.js';

interface SentinelPeriods {
  readonly control: Endpoint;
  readonly periods: Periods;
}

/**
 * Does something that lowers periods, and puts back what each sentinel ran with; whatever happens. One that
 * does not answer now gets those that the group's timing has.
 */
export async function keepingPeriods<T>(
  sentinels: Sentinels,
  connections: Connections,
  work: () => Promise<T>,
): Promise<T> {
  const before = await periodsOf(sentinels, connections);
  try {
    return await work();
  } finally {
    await Promise.allSettled(before.map(({ control, periods }) => setPeriods(control, periods, connections)));
  }
}

async function periodsOf(
  { masterName, sentinels }: Sentinels,
  connections: Connections,
): Promise<readonly SentinelPeriods[]> {
  const snapshot = await takeSnapshot({ masterName, redis: [], sentinels }, connections);
  const usual = PERIODS[timingSeen(snapshot)];
  return sentinels.map(({ name, control }): SentinelPeriods => {
    const answer = snapshot.sentinels.get(name);
    const present = answer?.kind === 'sentinel' ? answer.periods : null;
    const of = (period: keyof Periods) => present?.get(period) ?? usual[period];
    return {
      control,
      periods: {
        'info-period': of('info-period'),
        'ping-period': of('ping-period'),
        'publish-period': of('publish-period'),
        'ask-period': of('ask-period'),
      },
    };
  });
}
