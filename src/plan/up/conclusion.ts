/** What ends a plan: the group is verified, and what held only while the plan was carried out is put back. */

import { sameAccess } from '../../model/credentials/logins.js';
import type { GroupSpec } from '../../model/group-spec.js';
import type { Operation, Step } from '../../model/step.js';
import type { ObservedState } from '../observed.js';
import type { UpSteps } from './up-steps.js';

/** Steps during which the sentinels run with lower periods. */
const LOWERING = ['lower-timers', 'wait-converged', 'rotate', 'restart-sentinels', 'forget'] as const;

/** Adds what comes behind all other steps of a plan; nothing where there are none. */
export function planConclusion(spec: GroupSpec, observed: ObservedState, steps: UpSteps): void {
  if (steps.isEmpty && observed.refusing.size === 0) return;
  const isLowered = steps.hasKind(...LOWERING);
  const verified = [
    steps.add({ kind: 'verify-ready' }, 'every node is asked, and its address is tried', steps.last),
  ];
  if (isLowered) {
    for (const { name } of spec.sentinels) {
      const operation = { kind: 'restore-timers', node: name, timing: spec.timing } as const;
      steps.add(operation, 'lowered periods are for a group that forms', verified);
    }
  }
  for (const { name, directives } of spec.redis) {
    if (!observed.refusing.has(name)) continue;
    const wanted = directives.find((one) => /^min-(?:replicas|slaves)-to-write$/.test(one.name));
    const operation = { kind: 'restore-writes', node: name, minReplicas: wanted?.value ?? '0' } as const;
    steps.add(operation, 'a killed command has it refuse them', verified);
  }
  const marks = observed.objects.expiry?.marks ?? [];
  if (steps.hasKind('mark-expiry') && marks.length > 0)
    steps.add({ kind: 'remove-marks', marks }, 'the group expires at another time', verified);
  if (hasFormerPasswords(spec, observed))
    steps.add({ kind: 'forget-passwords' }, 'no node goes by those of before', verified);
}

/** Whether the group's files have, or will have, two sets of passwords while the plan is carried out. */
function hasFormerPasswords({ access }: GroupSpec, { access: stored }: ObservedState): boolean {
  if (access.kind === 'none' || stored === null) return false;
  return stored.former !== null || !sameAccess(stored.present, access);
}

/** Steps after which the group itself is what it was before. */
const ASIDE: ReadonlySet<Operation['kind']> = new Set(['mark-expiry', 'remove-marks', 'verify-ready']);

/** Returns whether a plan changes anything but the time at which the group expires. */
export function changesGroup(steps: readonly Step[]): boolean {
  return steps.some(({ operation }) => !ASIDE.has(operation.kind));
}
