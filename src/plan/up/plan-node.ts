/** What has to be done for a node that does not run, or must leave its network. */

import type { ConfFacts } from '../../config/conf-facts.js';
import type { ObservedMember } from '../../engine/engine.js';
import { sameAddress } from '../../model/address.js';
import type { GroupSpec, NodeSpec } from '../../model/group-spec.js';
import { ANCHOR } from '../../model/step.js';
import { nodesOf } from '../../spec/build.js';
import { hasProcess, isStale, planUnpause } from '../members.js';
import type { ObservedState } from '../observed.js';
import type { FullRestart } from './full-restart.js';
import { UNTRUSTED_REASON } from './untrusted-nodes.js';
import type { UpSteps } from './up-steps.js';

export function planNode(
  spec: GroupSpec,
  node: NodeSpec,
  observed: ObservedState,
  fullRestart: FullRestart | null,
  steps: UpSteps,
): void {
  const member = observed.objects.members.find((other) => other.node === node.name);
  const isUntrusted = observed.tls.untrusted.has(node.name);
  if (member !== undefined && hasProcess(member) && fullRestart === null && !isUntrusted) {
    const back = planReturn(member, observed, steps);
    if (node.kind === 'sentinel' && member.state === 'paused')
      planLowerTimers(node.name, observed, back, steps);
    return;
  }
  const isMadeAgain =
    member !== undefined && (isStale(member, node.containerDigest) || fullRestart?.containers === 'remade');

  if (member !== undefined && hasProcess(member)) {
    const before = node.kind === 'redis' ? beforeStop(spec, fullRestart, steps) : [];
    const reason = stopReason(fullRestart, isUntrusted);
    steps.add({ kind: 'stop', node: node.name }, reason, [...before, ...planUnpause(member, before, steps)]);
  }
  planConf(spec, node, observed, steps);
  planData(node, observed, steps);
  if (member !== undefined && isMadeAgain) planRemoval(node, member, fullRestart, steps);
  if (member === undefined || isMadeAgain) {
    steps.add(
      { kind: 'create', node: node.name },
      member === undefined ? 'there is no container' : 'it was removed',
      [
        'image',
        'network',
        `create ${ANCHOR}`,
        `render ${node.name}`,
        `repoint ${node.name}`,
        `remove ${node.name}`,
        `rename-aside ${node.name}`,
      ],
    );
  }
  planStart(spec, node, observed, fullRestart, steps);
}

/** Has a member that has its process go on where it is paused or off its network. */
export function planReturn(
  member: ObservedMember,
  { history: { master } }: ObservedState,
  steps: UpSteps,
): readonly string[] {
  const { node, role, state, attached } = member;
  if (state === 'running' && attached) return [];
  const unpaused = planUnpause(member, [], steps);
  if (!attached) steps.add({ kind: 'connect', node }, 'it is off the network', unpaused);
  const back = [...unpaused, `connect ${node}`];
  // It comes back with its memory, and may be the master of before: clients must not stay on it.
  if (role === 'redis' && node !== master.name)
    steps.add({ kind: 'demote', node }, `${master.name} is the master`, back);
  return back;
}

/** Where all nodes stop, the sentinels do so first: they would replace a master that takes its time to save. */
function beforeStop(
  { sentinels }: GroupSpec,
  fullRestart: FullRestart | null,
  steps: UpSteps,
): readonly string[] {
  return [...steps.ids('save'), ...(fullRestart === null ? [] : sentinels.map(({ name }) => `stop ${name}`))];
}

function stopReason(fullRestart: FullRestart | null, isUntrusted: boolean): string {
  return fullRestart?.reason ?? (isUntrusted ? UNTRUSTED_REASON : 'the topology has changed');
}

/** A container that ran, and can run again, is kept until its replacement has taken its place. */
function planRemoval(
  node: NodeSpec,
  member: ObservedMember,
  fullRestart: FullRestart | null,
  steps: UpSteps,
): void {
  const isFresh = member.digest === node.containerDigest;
  const reason = isFresh && fullRestart !== null ? fullRestart.reason : 'the topology has changed';
  if (member.state !== 'running' || fullRestart?.network !== null || !steps.has(`rename-aside ${ANCHOR}`)) {
    steps.add({ kind: 'remove', node: node.name }, reason, [`stop ${node.name}`]);
    return;
  }
  steps.add({ kind: 'rename-aside', node: node.name }, reason, [`stop ${node.name}`]);
  steps.add({ kind: 'remove-old', node: node.name }, 'another has taken its place', [
    `wait-converged ${ANCHOR}`,
  ]);
}

/** A server that cannot load its files ends; without them it starts empty, and copies what its master has. */
function planData(node: NodeSpec, { data }: ObservedState, steps: UpSteps): void {
  const spoilt = data.unreadable.get(node.name);
  if (spoilt === undefined || spoilt.files.length === 0) return;
  const { files, why } = spoilt;
  steps.add({ kind: 'set-data-aside', node: node.name, files }, `it cannot be loaded: ${why}`, [
    `stop ${node.name}`,
    'network',
  ]);
}

function planConf(spec: GroupSpec, node: NodeSpec, observed: ObservedState, steps: UpSteps): void {
  const conf = observed.confs.get(node.name) ?? null;
  // The network comes first: it is made before anything is written.
  // Volumes are written through a container, which needs the image.
  const image = spec.storage === 'volume' ? ['image'] : [];
  const after = [`stop ${node.name}`, 'network', 'rotate', ...image];
  if (conf === null) {
    steps.add({ kind: 'render', node: node.name }, 'there is no configuration yet', after);
  } else if (observed.tls.nodes.has(node.name) || observed.tls.untrusted.has(node.name)) {
    steps.add({ kind: 'render', node: node.name }, 'it gets its certificate; its history is kept', after);
  } else if (!isRenderedFor(node, conf)) {
    steps.add({ kind: 'render', node: node.name }, 'the topology has changed; its history is kept', after);
  } else if (node.kind === 'redis') {
    const reason = repointReason(node, conf, observed);
    if (reason !== null) steps.add({ kind: 'repoint', node: node.name }, reason, after);
  } else if (watchesFormerMaster(conf, observed)) {
    // One that was out of the group when another was chosen, or one whose choice has lost its data.
    steps.add(
      { kind: 'render', node: node.name },
      `${observed.history.master.name} is the master by now`,
      after,
    );
  } else if (watchesStrangers(spec, conf)) {
    // A port that was picked anew after an `up` that was killed, or a node that has left since.
    steps.add(
      { kind: 'render', node: node.name },
      'it watches addresses that no node has; its history is kept',
      after,
    );
  }
}

/** Whether a file says what the topology says by now. */
function isRenderedFor({ conf: wanted }: NodeSpec, { header }: ConfFacts): boolean {
  const { whole, access, tls } = header?.digests ?? {};
  return whole === wanted.whole && access === wanted.access && tls === wanted.tls;
}

function watchesStrangers(spec: GroupSpec, { monitor }: ConfFacts): boolean {
  const watched = monitor === null ? [] : [monitor.master, ...monitor.known];
  return watched.some((address) => !nodesOf(spec).some((node) => sameAddress(node.address, address)));
}

function watchesFormerMaster({ monitor }: ConfFacts, { history }: ObservedState): boolean {
  return monitor !== null && !sameAddress(monitor.master, history.master.address);
}

/** Why a node's own configuration cannot name the master that it names; null: it can. */
function repointReason(node: NodeSpec, conf: ConfFacts, observed: ObservedState): string | null {
  const { master } = observed.history;
  if (master.name === node.name) return conf.replicaOf === null ? null : 'it is the master of this group';
  const names = conf.replicaOf !== null && sameAddress(conf.replicaOf, master.address);
  return names ? null : `${master.name} is the master by now`;
}

function planStart(
  spec: GroupSpec,
  node: NodeSpec,
  observed: ObservedState,
  fullRestart: FullRestart | null,
  steps: UpSteps,
): void {
  const { name: master } = observed.history.master;
  const memberOf = (name: string) => observed.objects.members.find((member) => member.node === name);
  const hasOwnReason = fullRestart === null && observed.tls.untrusted.has(node.name);
  const reason = hasOwnReason ? 'with another certificate' : startReason(memberOf(node.name));
  // Not those that a roll-out starts anew: that comes behind all of this.
  const answers = (...names: readonly string[]): readonly string[] =>
    names.map((name) => {
      const member = memberOf(name);
      const goesOn = fullRestart === null && member !== undefined && hasProcess(member);
      return goesOn ? `unpause ${name}` : `answer ${name}`;
    });
  const after = [
    `create ${node.name}`,
    `render ${node.name}`,
    `repoint ${node.name}`,
    `set-data-aside ${node.name}`,
    `stop ${node.name}`,
    `start ${ANCHOR}`,
  ];
  if (node.kind === 'redis') {
    // A replica whose first attempt is refused tries again only after a second.
    const first = node.name === master ? [] : answers(master);
    steps.add({ kind: 'start', node: node.name }, reason, [...after, ...first]);
    steps.add({ kind: 'answer', node: node.name }, 'the others connect to it', [`start ${node.name}`]);
    return;
  }
  // A sentinel that finds a replica whose link is not up yet looks again only after a second.
  const replicas = spec.redis.map(({ name }) => name);
  steps.add({ kind: 'start', node: node.name }, reason, [...after, ...answers(...replicas)]);
  planLowerTimers(node.name, observed, [`start ${node.name}`], steps);
}

function planLowerTimers(
  sentinel: string,
  observed: ObservedState,
  after: readonly string[],
  steps: UpSteps,
): void {
  const operation = { kind: 'lower-timers', node: sentinel, pace: paceOf(observed, steps) } as const;
  steps.add(operation, 'it would notice the others only after 10 seconds', after);
}

/** Where sentinels watch the group already, the periods must bear a failover at any time. */
function paceOf({ objects }: ObservedState, steps: UpSteps): 'forming' | 'live' {
  const watched = objects.members.some(
    (member) => member.role === 'sentinel' && hasProcess(member) && !steps.has(`stop ${member.node}`),
  );
  return watched && !steps.has(`start ${ANCHOR}`) ? 'live' : 'forming';
}

function startReason(member: ObservedMember | undefined): string {
  switch (member?.state) {
    case undefined:
    case 'missing':
    case 'dead':
      return 'it does not run';
    case 'running':
      return 'it was stopped like all others';
    case 'created':
      return 'its container has never been started';
    case 'exited':
      return 'its container has exited';
    case 'paused':
    case 'restarting':
      return `its container is ${member.state}`;
  }
}
