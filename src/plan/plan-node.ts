/** What has to be done for one node. */
import type { ObservedMember } from '../driver/driver.js';
import type { ConfFacts } from '../render/conf-facts.js';
import { sameAddress } from '../spec/address.js';
import { nodesOf } from '../spec/build.js';
import type { GroupSpec, NodeSpec } from '../spec/group-spec.js';
import { hasProcess, isStale } from './members.js';
import type { ObservedState } from './observed.js';
import { ANCHOR, type Steps } from './steps.js';

export function planNode(spec: GroupSpec, node: NodeSpec, observed: ObservedState, steps: Steps): void {
  const member = observed.engine.members.find((other) => other.node === node.name);
  const cutOff = steps.has(`start ${ANCHOR}`);
  const remake =
    member !== undefined &&
    (isStale(member, node.digest) || steps.has(`create ${ANCHOR}`) || steps.has('network'));
  if (member?.state === 'running' && !cutOff && !remake) return;

  if (member?.state === 'running') {
    steps.add({ kind: 'stop', node: node.name }, 'its network is gone', []);
  }
  if (member === undefined || !hasProcess(member) || cutOff || remake) planConf(spec, node, observed, steps);
  if (member !== undefined && remake) {
    const reason = member.digest === node.digest ? 'its network is gone' : 'the topology has changed';
    steps.add({ kind: 'remove', node: node.name }, reason, [`stop ${node.name}`]);
  }
  if (member === undefined || remake) {
    const after = [
      'image',
      'network',
      `create ${ANCHOR}`,
      `render ${node.name}`,
      `repoint ${node.name}`,
      `remove ${node.name}`,
    ];
    steps.add(
      { kind: 'create', node: node.name },
      member === undefined ? 'there is no container' : 'it was removed',
      after,
    );
  }
  planStart(spec, node, observed, member, steps);
}

function planConf(spec: GroupSpec, node: NodeSpec, observed: ObservedState, steps: Steps): void {
  const conf = observed.confs.get(node.name) ?? null;
  // The network is made by one of two that try at once: the other ends there, before it has written anything.
  // Volumes are written through a container, which needs the image.
  const image = spec.storage === 'volume' ? ['image'] : [];
  const after = [`stop ${node.name}`, 'failover', 'network', ...image];
  if (conf === null) {
    steps.add({ kind: 'render', node: node.name }, 'there is no configuration yet', after);
  } else if (conf.marker?.spec !== node.digest) {
    steps.add({ kind: 'render', node: node.name }, 'the topology has changed; its history is kept', after);
  } else if (node.kind === 'redis') {
    const reason = repointReason(spec, node, conf, observed, steps);
    if (reason !== null) steps.add({ kind: 'repoint', node: node.name }, reason, after);
  } else if (watchesStrangers(spec, conf)) {
    // A port that was picked anew, after an `up` that was killed before all was written.
    steps.add(
      { kind: 'render', node: node.name },
      'it watches addresses that no node has; its history is kept',
      after,
    );
  }
}

function watchesStrangers(spec: GroupSpec, { monitor }: ConfFacts): boolean {
  const watched = monitor === null ? [] : [monitor.master, ...monitor.known];
  return watched.some((address) => !nodesOf(spec).some((node) => sameAddress(node.address, address)));
}

/** Why a node's own configuration cannot name the master that it names; null: it can. */
function repointReason(
  spec: GroupSpec,
  node: NodeSpec,
  conf: ConfFacts,
  observed: ObservedState,
  steps: Steps,
): string | null {
  if (steps.has('failover')) return 'another node is the master by then';
  const master = spec.redis.find((other) => other.name === observed.history.master) ?? spec.redis[0];
  if (master.name === node.name) return conf.replicaOf === null ? null : 'it is the master of this group';
  const names = conf.replicaOf !== null && sameAddress(conf.replicaOf, master.address);
  return names ? null : `${master.name} is the master by now`;
}

function planStart(
  spec: GroupSpec,
  node: NodeSpec,
  observed: ObservedState,
  member: ObservedMember | undefined,
  steps: Steps,
): void {
  const { master } = observed.history;
  const reason = startReason(member);
  const after = [
    `create ${node.name}`,
    `render ${node.name}`,
    `repoint ${node.name}`,
    `stop ${node.name}`,
    `start ${ANCHOR}`,
  ];
  if (node.kind === 'redis') {
    // A replica whose first attempt is refused tries again only after a second.
    const first = node.name === master || steps.has('failover') ? ['failover'] : [`answer ${master}`];
    steps.add({ kind: 'start', node: node.name }, reason, [...after, ...first]);
    steps.add({ kind: 'answer', node: node.name }, 'the others connect to it', [`start ${node.name}`]);
    return;
  }
  // A sentinel that finds a replica whose link is not up yet looks again only after a second.
  const replicas = spec.redis.map((other) => `answer ${other.name}`);
  steps.add({ kind: 'start', node: node.name }, reason, [...after, ...replicas]);
  steps.add({ kind: 'hasten', node: node.name }, 'it would notice the others only after 10 seconds', [
    `start ${node.name}`,
  ]);
}

function startReason(member: ObservedMember | undefined): string {
  switch (member?.state) {
    case undefined:
    case 'missing':
    case 'dead':
      return 'it does not run';
    case 'running':
      return 'it was stopped for its network';
    case 'created':
      return 'its container has never been started';
    case 'exited':
      return 'its container has exited';
    case 'paused':
    case 'restarting':
      return `its container is ${member.state}`;
  }
}
