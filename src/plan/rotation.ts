/** Whether nodes that run have to be given other passwords or users. */

import { nodesOf } from '../spec/build.js';
import type { GroupSpec, NodeSpec } from '../spec/group-spec.js';
import { hasProcess } from './members.js';
import type { ObservedState } from './observed.js';
import type { Steps } from './steps.js';

/**
 * All of them in one step: each has to know the new passwords before any of them is used. Nodes that
 * are started anew have theirs in their files.
 */
export function planRotation(spec: GroupSpec, observed: ObservedState, steps: Steps): void {
  const { engine, confs, access, users } = observed;
  if (spec.access.kind === 'none') return;
  const goesOn = ({ name }: NodeSpec): boolean =>
    engine.members.some((member) => member.node === name && hasProcess(member)) && !steps.has(`stop ${name}`);
  const present = nodesOf(spec).filter(goesOn);
  const isOutdated = ({ name, conf }: NodeSpec): boolean =>
    confs.get(name)?.header?.digests.access !== conf.access;
  // A killed `up` may have got half way.
  const isUnfinished = access !== null && access.former !== null;
  const [different] = users;
  if (!isUnfinished && different === undefined && !present.some(isOutdated)) return;
  const reason = isUnfinished
    ? 'a change of passwords was not finished'
    : (different ?? 'the passwords or users have changed');
  const names = present.map(({ name }) => name);
  // A paused node has to go on before it can be told anything.
  const starts = names.flatMap((name) => [`start ${name}`, `connect ${name}`]);
  steps.add({ kind: 'rotate', nodes: names }, reason, starts);
}
