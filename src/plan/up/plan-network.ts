/** What has to be done for the network of a group, and for the anchor that holds its ports. */

import type { ObservedMember } from '../../engine/engine.js';
import { sameAddress } from '../../model/address.js';
import type { GroupSpec } from '../../model/group-spec.js';
import { ANCHOR } from '../../model/step.js';
import { hasProcess, planUnpause } from '../members.js';
import type { ObservedState } from '../observed.js';
import type { FullRestart } from './full-restart.js';
import type { UpSteps } from './up-steps.js';

export function planNetwork(
  spec: GroupSpec,
  observed: ObservedState,
  fullRestart: FullRestart | null,
  steps: UpSteps,
): void {
  if (fullRestart === null) return;
  const { members, network } = observed.objects;
  if (fullRestart.network !== null) {
    if (network !== null) {
      const removals = members.map((member) => `remove ${member.node}`);
      steps.add({ kind: 'drop-network' }, fullRestart.network, removals);
    }
    if (spec.network.mode !== 'host') steps.add({ kind: 'network' }, fullRestart.network, ['drop-network']);
  }
  planSave(spec, observed, fullRestart, steps);
  planAnchor(spec, observed, fullRestart, steps);
}

/**
 * Before all nodes stop at once: what is in the master's memory has to be on the disk of the node
 * that is the master afterwards. That is another one where the present one is in the topology no more.
 */
function planSave(spec: GroupSpec, observed: ObservedState, fullRestart: FullRestart, steps: UpSteps): void {
  const { members } = observed.objects;
  const present = presentMaster(observed);
  // A node that cannot be asked saves by itself when it stops.
  if (present === null || observed.tls.untrusted.has(present) || !canBeAsked(present, observed)) return;
  const sentinels = spec.sentinels.map(({ name }) => `stop ${name}`);
  const reason = `all nodes stop: ${fullRestart.reason}`;
  const unpause = (name: string, after: readonly string[]): readonly string[] =>
    members.filter(({ node }) => node === name).flatMap((member) => planUnpause(member, after, steps));
  steps.add({ kind: 'save', node: present }, reason, [...sentinels, ...unpause(present, sentinels)]);
  const next = observed.history.master.name;
  if (next === present || observed.tls.untrusted.has(next)) return;
  const successor = members.find((member) => member.node === next);
  if (successor === undefined || !hasProcess(successor)) return;
  const saved = [`save ${present}`];
  steps.add({ kind: 'save', node: next }, `it is the master from now on`, [
    ...saved,
    ...unpause(next, saved),
  ]);
}

/** Whether a node that has a process is on the network of its group. */
function canBeAsked(node: string, { objects: { members } }: ObservedState): boolean {
  const member = members.find((one) => one.node === node);
  const anchor = members.find(({ role }) => role === ANCHOR);
  const isJoined =
    member?.networkMode !== 'loopback' || (anchor?.attached === true && anchor.state === 'running');
  return member?.attached === true && isJoined;
}

/** Name of the node that has what the master has in memory, paused or not; null: none does, as far as is known. */
function presentMaster({ objects, live, history }: ObservedState): string | null {
  const isIt = ({ node, address }: ObservedMember): boolean =>
    live.master === null
      ? node === history.master.name
      : address !== null && sameAddress(address, live.master.address);
  return (
    objects.members.find((member) => hasProcess(member) && member.role === 'redis' && isIt(member))?.node ??
    null
  );
}

function planAnchor(
  spec: GroupSpec,
  { objects }: ObservedState,
  fullRestart: FullRestart,
  steps: UpSteps,
): void {
  if (spec.anchor === null) return;
  const member = objects.members.find(({ role }) => role === ANCHOR);
  if (fullRestart.anchor !== null || fullRestart.network !== null) {
    if (member !== undefined) {
      const stops = objects.members.filter(hasProcess).map(({ node }) => `stop ${node}`);
      const reason = fullRestart.anchor ?? 'its network is made anew';
      if (fullRestart.network === null && hasProcess(member)) {
        const others = stops.filter((id) => id !== `stop ${ANCHOR}`);
        const unpaused = planUnpause(member, others, steps);
        steps.add({ kind: 'stop', node: ANCHOR }, reason, [...others, ...unpaused]);
        steps.add({ kind: 'rename-aside', node: ANCHOR }, reason, [`stop ${ANCHOR}`]);
      } else {
        steps.add({ kind: 'remove', node: ANCHOR }, reason, stops);
      }
    }
    steps.add({ kind: 'create', node: ANCHOR }, fullRestart.anchor ?? 'its network is made anew', [
      'image',
      'network',
      `rename-aside ${ANCHOR}`,
      `remove ${ANCHOR}`,
    ]);
  }
  if (member?.state === 'running' && !steps.has(`create ${ANCHOR}`)) return;
  steps.add({ kind: 'start', node: ANCHOR }, 'it holds the ports of all nodes', [`create ${ANCHOR}`]);
  if (steps.has(`rename-aside ${ANCHOR}`)) {
    steps.add({ kind: 'remove-old', node: ANCHOR }, 'another holds the ports by now', [
      `wait-converged ${ANCHOR}`,
    ]);
  }
}
