/** The plan of `failover`: a planned switch to a replica that has every write. Pure. */

import type { Operation, Step } from '../model/step.js';
import { naturalOrder } from '../model/text.js';
import type { Timing } from '../model/timing.js';
import { Steps } from './steps.js';

export type FailoverOperation = Extract<
  Operation,
  {
    readonly kind: 'prefer' | 'switch' | 'wait-converged' | 'restore-priorities' | 'restore-timers';
  }
>;

/** What a planned failover goes by. */
export interface ObservedFailover {
  /** Name of the present master. */
  readonly master: string;
  /** Name of the replica that is to take over; null: Sentinel's choice. */
  readonly to: string | null;
  /** Names of the sentinels. */
  readonly sentinels: readonly string[];
  readonly timing: Timing;
}

/** Returns the steps of `failover`. @param wait whether it returns only when all replicas follow */
export function planFailover(
  { master, to, sentinels, timing }: ObservedFailover,
  wait: boolean,
): readonly Step<FailoverOperation>[] {
  const steps = new Steps<FailoverOperation>();
  if (to !== null) steps.add({ kind: 'prefer', node: to }, 'it was asked for', []);
  const reason = to === null ? 'it was asked for' : `${to} takes its place`;
  steps.add({ kind: 'switch', node: master }, reason, to === null ? [] : [`prefer ${to}`]);
  if (wait) {
    steps.add(
      { kind: 'wait-converged', after: master },
      'every replica follows the new master, it too',
      steps.last,
    );
  }
  const done = steps.last;
  if (to !== null) steps.add({ kind: 'restore-priorities' }, 'they were changed for this failover', done);
  for (const node of [...sentinels].sort(naturalOrder)) {
    const operation = { kind: 'restore-timers', node, timing } as const;
    steps.add(operation, 'lowered periods are for the time of a failover', done);
  }
  return steps.build();
}
