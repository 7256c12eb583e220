/** Whether nodes that run have to be given other passwords or users. */

import type { GuardedAccess } from '../../model/credentials/group-access.js';
import type { GroupSpec, NodeSpec } from '../../model/group-spec.js';
import { hasSentinelUsers } from '../../model/server-version.js';
import { nodesOf } from '../../spec/build.js';
import { hasProcess, isLeaving } from '../members.js';
import type { ObservedState } from '../observed.js';
import type { UpSteps } from './up-steps.js';

/**
 * All of them in one step: each has to know the new passwords before any of them is used. Nodes that
 * are started anew have theirs in their files. Nodes that are about to leave are told too: until then they are part
 * of the group, and nothing goes on while they are not let in.
 */
export function planRotation(spec: GroupSpec, observed: ObservedState, steps: UpSteps): void {
  if (spec.access.kind === 'none') return;
  const { objects, users } = observed;
  const goesOn = ({ name }: NodeSpec): boolean =>
    objects.members.some((member) => member.node === name && hasProcess(member)) &&
    !steps.has(`stop ${name}`);
  const present = nodesOf(spec).filter(goesOn);
  const change = changeOf(present, observed);
  const [different] = users;
  if (change === null && different === undefined) return;
  const leaving = objects.members.filter((member) => isLeaving(spec, member));
  const names = [...present.map(({ name }) => name), ...leaving.map(({ node }) => node)];
  // A paused node has to go on before it can be told anything. Not so one that a roll-out starts anew afterwards.
  const starts = names
    .flatMap((name) => [`start ${name}`, `unpause ${name}`, `connect ${name}`, `demote ${name}`])
    .filter((id) => steps.has(id));
  steps.add({ kind: 'rotate', nodes: names, isWhole: true }, change ?? different ?? '', starts);
  const sentinels = objects.members.filter(({ role, node }) => role === 'sentinel' && names.includes(node));
  if (sentinels.length === 0 || !mustRestartSentinels(spec.access, observed)) return;
  const nodes = sentinels.map(({ node }) => node);
  const reason = 'their own password cannot be changed while they run, before 6.2';
  steps.add({ kind: 'restart-sentinels', nodes }, reason, ['rotate']);
}

function mustRestartSentinels({ server, logins }: GuardedAccess, { access: stored }: ObservedState): boolean {
  const before = stored?.former ?? stored?.present;
  if (hasSentinelUsers(server) || before === undefined) return false;
  return !before.logins.sentinelPeer.password.equals(logins.sentinelPeer.password);
}

/**
 * Users who have lost what they may do get it back before a dead master is replaced: without it no failover gets
 * through. Other passwords have to wait until there is a whole group to try them.
 */
export function planRights(spec: GroupSpec, observed: ObservedState, steps: UpSteps): void {
  const { objects, users } = observed;
  const runs = ({ name }: NodeSpec): boolean =>
    objects.members.some(({ node, state }) => node === name && state === 'running');
  const present = nodesOf(spec).filter(runs);
  const [different] = users;
  if (spec.access.kind === 'none' || different === undefined || changeOf(present, observed) !== null) return;
  const nodes = present.map(({ name }) => name);
  steps.add({ kind: 'rotate', nodes, isWhole: false }, different, []);
}

/** Why nodes that run need other passwords or users than they were given; null: they do not. */
function changeOf(present: readonly NodeSpec[], { confs, access }: ObservedState): string | null {
  // A killed `up` may have got half way.
  if (access !== null && access.former !== null) return 'a change of passwords was not finished';
  const isOutdated = ({ name, conf }: NodeSpec): boolean =>
    confs.get(name)?.header?.digests.access !== conf.access;
  return present.some(isOutdated) ? 'the passwords or users have changed' : null;
}
