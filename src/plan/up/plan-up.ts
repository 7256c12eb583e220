/**
 * The plan: what has to be done to the engine, the directories and the nodes so that the group in
 * the file is the group that runs. Decided here, purely, from the spec and from what was observed;
 * `runPlan` walks it and decides nothing.
 */

import type { ObservedMember } from '../../engine/engine.js';
import type { GroupSpec } from '../../model/group-spec.js';
import { ANCHOR, type Step } from '../../model/step.js';
import type { Timing } from '../../model/timing.js';
import { nodesOf } from '../../spec/build.js';
import { deadMasterReason, findDeadMaster } from '../dead-master.js';
import { isLeaving } from '../members.js';
import type { ObservedState } from '../observed.js';
import { Steps } from '../steps.js';
import { planConclusion } from './conclusion.js';
import { type FullRestart, fullRestartOf } from './full-restart.js';
import { planNetwork } from './plan-network.js';
import { planNode, planReturn } from './plan-node.js';
import { refuseForeignConf, refuseLostData, refuseOtherPlace } from './refusals.js';
import { planRollOut } from './roll-out.js';
import { planRights, planRotation } from './rotation.js';
import { untrustedRestart } from './untrusted-nodes.js';
import type { UpOperation, UpSteps } from './up-steps.js';

/**
 * @param expiresInMs when the group is to expire, from now on; null: what was said before holds
 * @returns the steps, in an order in which they could be done one by one; none: all is as it should be.
 *   A plan with a failover is only the beginning, see {@link isPrelude}
 * @throws RsentinelError FOREIGN_CONF when a configuration file in the group's directory is not this
 *   group's, DIRECTORY_CHANGED, DATA_UNREADABLE
 */
export function planUp(
  spec: GroupSpec,
  observed: ObservedState,
  expiresInMs: number | null,
): readonly Step<UpOperation>[] {
  refuseForeignConf(spec, observed);
  refuseOtherPlace(spec, observed);
  refuseLostData(observed);

  const steps = new Steps<UpOperation>();
  const fullRestart = fullRestartOf(spec, observed.objects) ?? untrustedRestart(observed);
  if (planFailover(spec, observed, fullRestart, steps)) {
    if (!observed.imagePresent) planImage(spec, steps);
    return steps.build();
  }
  // Before anything is made: what a killed `up` leaves expires as well.
  if (expiresInMs !== null) steps.addFirst({ kind: 'mark-expiry', ms: expiresInMs }, 'it was asked for');
  planNetwork(spec, observed, fullRestart, steps);
  removeStrangers(spec, observed, fullRestart, steps);
  for (const node of nodesOf(spec)) planNode(spec, node, observed, fullRestart, steps);
  if (fullRestart === null) planRotation(spec, observed, steps);
  planHaste(spec, observed, steps);
  planPace(spec, observed, steps);
  if (fullRestart === null) planRollOut(spec, observed, steps);
  else if (steps.hasKind('rename-aside')) {
    const ready = steps.ids('answer', 'lower-timers');
    steps.add(
      { kind: 'wait-converged', after: ANCHOR },
      'what was put aside goes only when all is well',
      ready,
    );
  }
  // Whoever renders a node's file writes them too.
  if (observed.tls.shared && !steps.hasKind('render')) {
    steps.add({ kind: 'certificates' }, 'the certificates that clients use have changed', []);
  }
  // A node's file is not written before this is.
  if (!observed.isIgnored && !steps.hasKind('render')) {
    steps.add({ kind: 'ignore' }, 'git and npm would take its passwords and keys along', []);
  }
  if (!observed.imagePresent && steps.hasKind('create')) planImage(spec, steps);
  planConclusion(spec, observed, steps);
  return steps.build();
}

/** Whether all has to be looked at and planned anew when these steps are done: nobody knows yet who the master is then. */
export function isPrelude(steps: readonly Step[]): boolean {
  return steps.some(({ operation }) => operation.kind === 'failover');
}

function planImage(spec: GroupSpec, steps: UpSteps): void {
  steps.add({ kind: 'image' }, `${spec.image} is not on the engine`, []);
}

/** Whether a member is part of the topology. */
function isWanted(spec: GroupSpec, member: ObservedMember): boolean {
  if (member.role === 'anchor') return spec.anchor !== null;
  return nodesOf(spec).some((node) => node.name === member.node && node.kind === member.role);
}

/** Nodes that run, and leave a group that goes on, are the roll-out's business. */
function removeStrangers(
  spec: GroupSpec,
  observed: ObservedState,
  fullRestart: FullRestart | null,
  steps: UpSteps,
): void {
  for (const member of observed.objects.members) {
    if (isWanted(spec, member)) continue;
    if (isLeaving(spec, member) && fullRestart === null) {
      if (member.state === 'paused') planReturn(member, observed, steps);
      continue;
    }
    steps.add({ kind: 'remove', node: member.node }, 'it is no part of the topology', steps.ids('save'));
  }
}

/**
 * A dead master is replaced before anything else is done: all nodes may have to stop, or it may have
 * left the topology. By sentinels that are started for it where none answers.
 * @returns whether it is necessary
 */
function planFailover(
  spec: GroupSpec,
  observed: ObservedState,
  fullRestart: FullRestart | null,
  steps: UpSteps,
): boolean {
  const { objects, live, history, canPromote } = observed;
  const isReachable = live.sentinels.size > 0 || fullRestart === null;
  const dead = findDeadMaster(objects, live, history.master.name);
  if (dead === null || !isReachable || !canPromote) return false;

  if (live.sentinels.size === 0) {
    for (const node of spec.sentinels) planNode(spec, node, observed, fullRestart, steps);
  }
  planRights(spec, observed, steps);
  steps.add({ kind: 'failover' }, deadMasterReason(dead), steps.ids('lower-timers', 'rotate'));
  return true;
}

/** Sentinels that have been started anew, by whomever, have Sentinel's own periods; a killed command leaves low ones. */
function planPace({ sentinels, timing }: GroupSpec, { live, objects }: ObservedState, steps: UpSteps): void {
  for (const { name } of sentinels) {
    const runs = objects.members.some((member) => member.node === name && member.state === 'running');
    const periods = live.sentinels.get(name)?.periods;
    const isRight = periods === undefined || periods === 'fixed' || periods === timing;
    if (!runs || isRight || steps.has(`stop ${name}`)) continue;
    steps.add({ kind: 'set-timers', node: name, timing }, paceReason(timing, periods), []);
  }
}

function paceReason(timing: Timing, periods: Timing | 'other'): string {
  if (periods === 'other') return 'it has periods that a killed command, or somebody else, has left';
  return timing === 'fast' ? 'timing: fast needs lower periods' : 'timing: fast is over';
}

/** Sentinels that run already look at a node that comes back once in 10 seconds. */
function planHaste(spec: GroupSpec, { objects }: ObservedState, steps: UpSteps): void {
  const answers = steps.ids('answer', 'unpause');
  if (answers.length === 0) return;
  for (const { name } of spec.sentinels) {
    const runs = objects.members.some((member) => member.node === name && member.state === 'running');
    if (!runs || steps.has(`lower-timers ${name}`)) continue;
    steps.add(
      { kind: 'lower-timers', node: name, pace: 'live' },
      'it would notice the others only after 10 seconds',
      answers,
    );
  }
}
