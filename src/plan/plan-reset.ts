/** The plan of `reset` for a group that has been brought up: without data, and with the topology's own master. Pure. */

import type { GroupSpec } from '../model/group-spec.js';
import type { Operation, Step } from '../model/step.js';
import { Steps } from './steps.js';

export type ResetOperation = Extract<
  Operation,
  { readonly kind: 'flush' | 'switch-back' | 'verify-empty' | 'remove-masters' }
>;

/**
 * Returns the steps of `reset` behind those of `up`.
 * @param master name of the present master
 * @param otherMasters names of masters that the sentinels have to forget
 */
export function planReset(
  { redis: [first] }: GroupSpec,
  master: string,
  otherMasters: readonly string[],
): readonly Step<ResetOperation>[] {
  const steps = new Steps<ResetOperation>();
  // Before the switch: there is nothing to be copied then.
  const flushed = [steps.add({ kind: 'flush', node: master }, 'a group is reset to one without data', [])];
  if (master !== first.name) {
    const operation = { kind: 'switch-back', node: first.name, from: master } as const;
    steps.add(operation, 'it is the first node of the file', flushed);
  }
  const verified = [steps.add({ kind: 'verify-empty' }, 'every node is asked once more', steps.last)];
  if (otherMasters.length > 0) {
    const operation = { kind: 'remove-masters', masters: otherMasters } as const;
    steps.add(operation, 'the topology does not know them', verified);
  }
  return steps.build();
}
