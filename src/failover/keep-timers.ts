/** The timer periods of sentinels, lowered for a while and put back. */

import type { Endpoint } from '../model/address.js';
import type { Connections } from '../nodes/client/connection.js';
import { takeSnapshot } from '../nodes/health/observe.js';
import { PERIODS, type Periods, setPeriods, timingSeen } from '../nodes/health/periods.js';
import type { Sentinels } from '../nodes/live/members.js';

interface SentinelPeriods {
  readonly name: string;
  readonly control: Endpoint;
  readonly periods: Periods;
}

/** The periods that sentinels run with before something lowers them. */
export class KeptTimers {
  readonly #before: readonly SentinelPeriods[];
  readonly #connections: Connections;

  private constructor(before: readonly SentinelPeriods[], connections: Connections) {
    this.#before = before;
    this.#connections = connections;
  }

  /** Asks the sentinels. One that does not answer now gets those that the group's timing has. */
  static async of(sentinels: Sentinels, connections: Connections): Promise<KeptTimers> {
    return new KeptTimers(await periodsOf(sentinels, connections), connections);
  }

  /** Puts back what one sentinel ran with. */
  async restore(sentinel: string): Promise<void> {
    const own = this.#before.find(({ name }) => name === sentinel);
    if (own !== undefined) await setPeriods(own.control, own.periods, this.#connections);
  }

  /** Puts back what each ran with, as far as they answer. */
  async restoreAll(): Promise<void> {
    await Promise.allSettled(this.#before.map(({ name }) => this.restore(name)));
  }
}

/** Does something that lowers periods, and puts back what each sentinel ran with; whatever happens. */
export async function keepingPeriods<T>(
  sentinels: Sentinels,
  connections: Connections,
  work: () => Promise<T>,
): Promise<T> {
  const timers = await KeptTimers.of(sentinels, connections);
  try {
    return await work();
  } finally {
    await timers.restoreAll();
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
      name,
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
