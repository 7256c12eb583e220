/**
 * What has to be done to a group that runs so that it becomes what the topology says, while clients
 * go on using it: what can be set at run time is set; nodes that have to start anew do so one at a
 * time, replicas first, then the master after a planned failover, then the sentinels; nodes that
 * are in the topology no more leave, and the sentinels forget them, one sentinel at a time, as
 * Sentinel's documentation asks for ("Adding or removing Sentinels", "Removing the old master").
 */

import type { ObservedMember } from '../../engine/engine.js';
import { sameAddress } from '../../model/address.js';
import type { GroupSpec, NodeSpec } from '../../model/group-spec.js';
import { nodesOf } from '../../spec/build.js';
import { hasProcess, isLeaving } from '../members.js';
import type { ObservedState } from '../observed.js';
import { changeOf } from './changes.js';
import type { UpOperation, UpSteps } from './up-steps.js';

/** A node that has to start anew. */
interface Roll {
  readonly node: NodeSpec;
  readonly reason: string;
  readonly container: boolean;
}

/** Steps that are done strictly one after the other. */
class Chain {
  readonly #steps: UpSteps;
  #last: readonly string[];

  constructor(steps: UpSteps) {
    this.#steps = steps;
    this.#last = steps.ids(
      'answer',
      'unpause',
      'lower-timers',
      'connect',
      'demote',
      'rotate',
      'restart-sentinels',
      'set',
      'set-timers',
    );
  }

  add(operation: UpOperation, reason: string): void {
    this.#last = [this.#steps.add(operation, reason, ['image', ...this.#last])];
  }
}

export function planRollOut(spec: GroupSpec, observed: ObservedState, steps: UpSteps): void {
  const changes = planChanges(spec, observed, steps);
  const leaving = observed.objects.members.filter((member) => isLeaving(spec, member));
  const forgetful = sentinelsThatMustForget(spec, observed);
  if (changes.length === 0 && leaving.length === 0 && forgetful.length === 0) return;

  const chain = new Chain(steps);
  chain.add({ kind: 'wait-converged', after: 'start' }, 'nothing is touched while something else is amiss');
  const rollOut: RollOut = { spec, observed, chain, rolls: changes, leaving };
  leaveReplicas(rollOut, forgetful);
  const master = observed.history.master.name;
  for (const roll of changes)
    if (roll.node.kind === 'redis' && roll.node.name !== master) rollNode(roll, chain);
  replaceMaster(rollOut);
  const gone: string[] = [];
  for (const member of leaving.filter(({ role }) => role === 'sentinel')) {
    leave(member, chain);
    gone.push(member.node);
    const others = runningSentinels(rollOut).filter((name) => !gone.includes(name));
    forget(member.node, others, chain);
  }
  for (const roll of changes) if (roll.node.kind === 'sentinel') rollNode(roll, chain);
}

/** What the steps of a roll-out are decided from. */
interface RollOut {
  readonly spec: GroupSpec;
  readonly observed: ObservedState;
  readonly chain: Chain;
  readonly rolls: readonly Roll[];
  /** Nodes that run and are in the topology no more. */
  readonly leaving: readonly ObservedMember[];
}

/** Sets what can be set. @returns what has to start anew */
function planChanges(spec: GroupSpec, observed: ObservedState, steps: UpSteps): readonly Roll[] {
  const rolls: Roll[] = [];
  for (const node of nodesOf(spec)) {
    const member = observed.objects.members.find((other) => other.node === node.name && hasProcess(other));
    // Started anew already, with all that has changed.
    const goesOn = member !== undefined && !observed.tls.untrusted.has(node.name);
    const change = goesOn ? changeOf(spec, node, member, observed) : null;
    if (change?.kind === 'set') {
      steps.add({ kind: 'set', node: node.name, directives: change.directives }, change.reason, []);
    } else if (change?.kind === 'roll') {
      rolls.push({ node, reason: change.reason, container: change.container });
    }
  }
  return rolls;
}

/** Before a replica is chosen as the master: it must be one that stays. */
function leaveReplicas(rollOut: RollOut, forgetful: readonly string[]): void {
  const { observed, chain, leaving } = rollOut;
  const replicas = leaving.filter(
    ({ role, node }) => role === 'redis' && node !== observed.history.master.name,
  );
  for (const member of replicas) leave(member, chain);
  if (replicas.length > 0) {
    forget(replicas.map(({ node }) => node).join('+'), runningSentinels(rollOut), chain);
  } else {
    forget('strangers', forgetful, chain);
  }
}

/** The master is the last of the Redis nodes, and has a successor by then. */
function replaceMaster(rollOut: RollOut): void {
  const { spec, observed, chain, rolls, leaving } = rollOut;
  const { name } = observed.history.master;
  const roll = rolls.find(({ node }) => node.name === name);
  const leaver = leaving.find(({ node }) => node === name);
  if (roll !== undefined || leaver !== undefined) {
    if (spec.redis.some((node) => node.name !== name)) {
      chain.add({ kind: 'switch', node: name }, roll?.reason ?? LEAVES);
    } else {
      chain.add({ kind: 'save', node: name }, 'there is no replica to take its place');
    }
    if (roll !== undefined) rollNode(roll, chain);
    else if (leaver !== undefined) leave(leaver, chain);
  }
  const gone = rolls.filter(({ node }) => node.kind === 'redis' && hasMoved(node, observed));
  const names = [...gone.map(({ node }) => node.name), ...(leaver === undefined ? [] : [name])];
  if (names.length > 0) forget(names.join('+'), runningSentinels(rollOut), chain);
}

const LEAVES = 'it is no part of the topology';

function leave({ node }: ObservedMember, chain: Chain): void {
  chain.add({ kind: 'stop', node }, LEAVES);
  chain.add({ kind: 'remove', node }, LEAVES);
}

function forget(gone: string, sentinels: readonly string[], chain: Chain): void {
  for (const node of sentinels) {
    chain.add({ kind: 'forget', node, gone }, 'sentinels forget nothing by themselves');
  }
}

/**
 * The sentinels that run by then. Also those that are about to leave: as long as they are there, they count. And those
 * that have just joined: they have learnt from the master of all its replicas, whichever leave.
 */
function runningSentinels({ spec, observed }: RollOut): readonly string[] {
  const there = observed.objects.members.filter(
    (member) => member.role === 'sentinel' && member.state === 'running',
  );
  return [...new Set([...there.map(({ node }) => node), ...spec.sentinels.map(({ name }) => name)])];
}

function hasMoved(node: NodeSpec, { objects }: ObservedState): boolean {
  const address = objects.members.find((member) => member.node === node.name)?.address ?? null;
  return address !== null && !sameAddress(address, node.address);
}

/** Those that know an address which no node has, or will have. */
function sentinelsThatMustForget(spec: GroupSpec, { objects, live }: ObservedState): readonly string[] {
  const there = objects.members.flatMap(({ address, state }) =>
    address !== null && (state === 'running' || state === 'paused') ? [address] : [],
  );
  const addresses = [...there, ...nodesOf(spec).map(({ address }) => address)];
  return spec.sentinels
    .map(({ name }) => name)
    .filter((name) =>
      (live.sentinels.get(name)?.known ?? []).some(
        (known) => !addresses.some((address) => sameAddress(address, known)),
      ),
    );
}

/** One node out, made anew, and in again, before any other is touched. */
function rollNode({ node: { name, kind }, reason, container }: Roll, chain: Chain): void {
  chain.add({ kind: 'stop', node: name }, reason);
  if (container) chain.add({ kind: 'rename-aside', node: name }, 'it is kept until its replacement works');
  chain.add({ kind: 'render', node: name }, 'its history is kept');
  if (container) chain.add({ kind: 'create', node: name }, reason);
  chain.add({ kind: 'start', node: name }, 'it comes back in its place');
  if (kind === 'redis') chain.add({ kind: 'answer', node: name }, 'the others connect to it');
  chain.add(
    { kind: 'wait-converged', after: name },
    'the next one is touched only when it is back in its place',
  );
  if (container) chain.add({ kind: 'remove-old', node: name }, 'its replacement works');
}
