/** What the state of a member means for a plan. */
import type { ObservedMember } from '../engine/engine.js';
import type { GroupSpec } from '../model/group-spec.js';
import type { Operation } from '../model/step.js';
import { nodesOf } from '../spec/build.js';
import type { Steps } from './steps.js';

/** A member that has to be made again before it can run. */
export function isStale(member: ObservedMember, containerDigest: string): boolean {
  return member.digest !== containerDigest || !member.attached || member.state === 'dead';
}

/** A paused node has its process, with its data and its configuration in memory. */
export function hasProcess({ state }: ObservedMember): boolean {
  return state === 'running' || state === 'paused';
}

/** A node that runs, and is in the topology no more. */
export function isLeaving(spec: GroupSpec, member: ObservedMember): boolean {
  const isNode = member.role === 'redis' || member.role === 'sentinel';
  const isWanted = nodesOf(spec).some((node) => node.name === member.node && node.kind === member.role);
  return isNode && !isWanted && hasProcess(member);
}

/**
 * Has a paused member go on, once in a plan: the engine can stop nothing that does not run.
 * @returns ids of the steps that have to be done before it is saved or stopped
 */
export function planUnpause(
  { node, state }: ObservedMember,
  after: readonly string[],
  steps: Pick<Steps<Extract<Operation, { readonly kind: 'unpause' }>>, 'add' | 'has'>,
): readonly string[] {
  const id = `unpause ${node}`;
  if (state === 'paused' && !steps.has(id))
    steps.add({ kind: 'unpause', node }, 'its container is paused', after);
  return [id];
}
