/**
 * The plan: what has to be done to the engine and the directories so that the group in the file
 * is the group that runs. Decided here, purely, from the spec and from what was observed;
 * `apply` walks it and decides nothing.
 */
import type { ObservedMember } from '../driver/driver.js';
import { nodesOf } from '../spec/build.js';
import type { GroupSpec } from '../spec/group-spec.js';
import { hasProcess, isStale } from './members.js';
import type { ObservedState } from './observed.js';
import { planNode } from './plan-node.js';
import { refuseChanges, refuseForeignConf } from './refusals.js';
import { ANCHOR, type Step, Steps } from './steps.js';

/**
 * @returns the steps, in an order in which they could be done one by one; none: all that should run does
 * @throws RsentinelError SPEC_CHANGED when running nodes differ from the file, FOREIGN_CONF when a
 *   configuration file in the group's directory is not this group's
 */
export function planUp(spec: GroupSpec, observed: ObservedState): readonly Step[] {
  refuseForeignConf(spec, observed);
  refuseChanges(spec, observed);

  const steps = new Steps();
  const strangers = observed.engine.members.filter((member) => !isWanted(spec, member));
  for (const member of strangers) {
    steps.add({ kind: 'remove', node: member.node }, 'it is no part of the topology', []);
  }
  planNetwork(spec, observed, steps);
  planAnchor(spec, observed, steps);
  planFailover(observed, steps);
  for (const node of nodesOf(spec)) planNode(spec, node, observed, steps);
  planHaste(spec, observed, steps);
  if (!observed.imagePresent && steps.hasKind('create')) {
    steps.add({ kind: 'image' }, `${spec.image} is not on the engine`, []);
  }
  return steps.build();
}

function planNetwork(spec: GroupSpec, { engine }: ObservedState, steps: Steps): void {
  const { name, subnet, mode } = spec.network;
  const removals = engine.members.map((member) => `remove ${member.node}`);
  if (mode === 'host') {
    if (engine.network !== null)
      steps.add({ kind: 'drop-network' }, 'the nodes use the network of the host', removals);
  } else if (engine.network === null) {
    steps.add({ kind: 'network' }, `the group has no network ${name}`, []);
  } else if (subnet !== undefined && engine.network.subnet !== subnet) {
    steps.add({ kind: 'drop-network' }, `its subnet is ${engine.network.subnet ?? 'unknown'}`, removals);
    steps.add({ kind: 'network' }, `its subnet has to be ${subnet}`, ['drop-network']);
  }
}

function isWanted(spec: GroupSpec, member: ObservedMember): boolean {
  if (member.role === 'anchor') return spec.anchor !== null;
  return nodesOf(spec).some((node) => node.name === member.node && node.kind === member.role);
}

function planAnchor(spec: GroupSpec, observed: ObservedState, steps: Steps): void {
  if (spec.anchor === null) return;
  const member = observed.engine.members.find(({ role }) => role === 'anchor');
  if (member?.state === 'running') return;
  if (member !== undefined && isStale(member, spec.anchor.digest)) {
    steps.add({ kind: 'remove', node: ANCHOR }, 'it was made for other ports', []);
  }
  if (member === undefined || steps.has(`remove ${ANCHOR}`)) {
    steps.add({ kind: 'create', node: ANCHOR }, 'the group has no network namespace', [
      'image',
      'network',
      `remove ${ANCHOR}`,
    ]);
  }
  steps.add({ kind: 'start', node: ANCHOR }, 'it holds the ports of all nodes', [`create ${ANCHOR}`]);
}

/**
 * A master that comes back before the sentinels have replaced it has what is on its disk, which may
 * be older than what its replicas have; they would copy that. So a replica is promoted first.
 */
function planFailover({ engine, history }: ObservedState, steps: Steps): void {
  const runs = (member: ObservedMember): boolean => member.state === 'running';
  const isUp = engine.members.some((member) => member.node === history.master && hasProcess(member));
  const canReplace = engine.members.some((member) => member.role === 'redis' && runs(member));
  const canDecide = engine.members.some((member) => member.role === 'sentinel' && runs(member));
  if (isUp || !canReplace || !canDecide || steps.has(`start ${ANCHOR}`) || steps.has('network')) return;
  steps.add({ kind: 'failover' }, `${history.master}, the master, does not run, and its replicas do`, []);
}

/** Sentinels that run already look at a node that comes back once in 10 seconds. */
function planHaste(spec: GroupSpec, { engine }: ObservedState, steps: Steps): void {
  const answers = spec.redis.map((node) => `answer ${node.name}`).filter((id) => steps.has(id));
  if (answers.length === 0) return;
  for (const { name } of spec.sentinels) {
    const runs = engine.members.some((member) => member.node === name && member.state === 'running');
    if (!runs || steps.has(`hasten ${name}`)) continue;
    steps.add({ kind: 'hasten', node: name }, 'it would notice the others only after 10 seconds', answers);
  }
}
