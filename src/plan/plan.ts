/**
 * The plan: what has to be done to the engine and the directories so that the group in the file
 * is the group that runs. Decided here, purely, from the spec and from what was observed;
 * `apply` walks it and decides nothing.
 */
import type { ObservedMember } from '../driver/driver.js';
import { RsentinelError } from '../errors.js';
import type { ConfFacts } from '../render/conf-facts.js';
import { sameAddress } from '../spec/address.js';
import { nodesOf } from '../spec/build.js';
import type { GroupSpec, NodeSpec } from '../spec/group-spec.js';
import type { ObservedState } from './observed.js';

/** What a step does. Operations name nodes and outcomes, not container verbs. */
export type Operation =
  | { readonly kind: 'image' }
  /** Remove a network of the group that has another subnet. */
  | { readonly kind: 'drop-network' }
  | { readonly kind: 'network' }
  /** The node's directories, and its configuration rendered from the spec and the group's history. */
  | { readonly kind: 'render'; readonly node: string }
  /** The present master put into a stopped node's own configuration, the rest of it kept. */
  | { readonly kind: 'repoint'; readonly node: string }
  /** Let the sentinels promote a replica in the place of a master that does not run. */
  | { readonly kind: 'failover' }
  | { readonly kind: 'stop'; readonly node: string }
  | { readonly kind: 'remove'; readonly node: string }
  | { readonly kind: 'create'; readonly node: string }
  | { readonly kind: 'start'; readonly node: string }
  /** Wait until a Redis node answers and has its data set in memory. */
  | { readonly kind: 'answer'; readonly node: string }
  /** Lower a sentinel's periods while the group forms. */
  | { readonly kind: 'hasten'; readonly node: string };

export interface Step {
  /** `start redis-1`: unique within the plan. */
  readonly id: string;
  readonly operation: Operation;
  /** Why it is done, for people. */
  readonly reason: string;
  /** Ids of the steps that must be done before. */
  readonly after: readonly string[];
}

export const ANCHOR = 'anchor';

function stepId(operation: Operation): string {
  return 'node' in operation ? `${operation.kind} ${operation.node}` : operation.kind;
}

/** Collects steps; dependencies on steps that turned out not to be needed fall away. */
class Steps {
  readonly #steps: Step[] = [];

  add(operation: Operation, reason: string, after: readonly string[]): void {
    this.#steps.push({ id: stepId(operation), operation, reason, after });
  }

  has(id: string): boolean {
    return this.#steps.some((step) => step.id === id);
  }

  hasKind(kind: Operation['kind']): boolean {
    return this.#steps.some(({ operation }) => operation.kind === kind);
  }

  /** Every step behind those that it depends on, otherwise in the order in which they were added. */
  build(): readonly Step[] {
    const waiting = this.#steps.map((step) => ({ ...step, after: step.after.filter((id) => this.has(id)) }));
    const ordered = new Map<string, Step>();
    while (waiting.length > 0) {
      const next = waiting.findIndex((step) => step.after.every((id) => ordered.has(id)));
      const [step] = waiting.splice(next, 1);
      if (next === -1 || step === undefined) throw new Error('the steps of a plan wait for each other');
      ordered.set(step.id, step);
    }
    return [...ordered.values()];
  }
}

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
  const { name, subnet } = spec.network;
  if (engine.network === null) {
    steps.add({ kind: 'network' }, `the group has no network ${name}`, []);
  } else if (subnet !== undefined && engine.network.subnet !== subnet) {
    const removals = engine.members.map((member) => `remove ${member.node}`);
    steps.add({ kind: 'drop-network' }, `its subnet is ${engine.network.subnet ?? 'unknown'}`, removals);
    steps.add({ kind: 'network' }, `its subnet has to be ${subnet}`, ['drop-network']);
  }
}

function isWanted(spec: GroupSpec, member: ObservedMember): boolean {
  if (member.role === 'anchor') return spec.anchor !== null;
  return nodesOf(spec).some((node) => node.name === member.node && node.kind === member.role);
}

function refuseForeignConf(spec: GroupSpec, observed: ObservedState): void {
  for (const node of nodesOf(spec)) {
    const conf = observed.confs.get(node.name);
    if (conf === undefined || conf === null) continue;
    if (conf.marker?.group === spec.name && conf.marker.node === node.name) continue;
    const owner =
      conf.marker === null
        ? 'was not made by rsentinel'
        : `belongs to ${conf.marker.node} of the group ${conf.marker.group}`;
    throw new RsentinelError(
      'FOREIGN_CONF',
      `the configuration of ${node.name} in ${spec.directory} ${owner}`,
      {
        hint: 'Set `directory` in the topology file to another place, or move that file away.',
      },
    );
  }
}

function refuseChanges(spec: GroupSpec, observed: ObservedState): void {
  const digests = new Map(nodesOf(spec).map((node) => [node.name, node.digest]));
  if (spec.anchor !== null) digests.set(ANCHOR, spec.anchor.digest);
  const changed = observed.engine.members
    .filter(
      (member) =>
        member.role !== 'other' && member.state === 'running' && digests.get(member.node) !== member.digest,
    )
    .map((member) =>
      digests.has(member.node)
        ? `${member.node} runs with other settings than the file has`
        : `${member.node} runs, but is not in the file`,
    );
  if (changed.length === 0) return;
  throw new RsentinelError(
    'SPEC_CHANGED',
    `the group ${spec.name} runs, and the topology file has changed since it was brought up`,
    {
      details: changed,
      hint: `Run \`rsentinel down -n ${spec.name}\` and then \`up\`: data, roles and history are kept.`,
    },
  );
}

/** A member that has to be made again before it can run. */
function isStale(member: ObservedMember, digest: string): boolean {
  return member.digest !== digest || !member.attached || member.state === 'dead';
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

function planNode(spec: GroupSpec, node: NodeSpec, observed: ObservedState, steps: Steps): void {
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

/** Sentinels that run already look at a node that comes back once in 10 seconds. */
function planHaste(spec: GroupSpec, { engine }: ObservedState, steps: Steps): void {
  const answers = spec.redis.map((node) => `answer ${node.name}`).filter((id) => steps.has(id));
  if (answers.length === 0) return;
  for (const { name } of spec.sentinels) {
    const runs = engine.members.some((member) => member.node === name && member.state === 'running');
    if (!runs || steps.has(`hasten ${name}`)) continue;
    steps.add({ kind: 'hasten', node: name }, 'it would notice only after 10 seconds', answers);
  }
}

/** A paused node has its process, with its data and its configuration in memory. */
function hasProcess({ state }: ObservedMember): boolean {
  return state === 'running' || state === 'paused';
}

function planConf(spec: GroupSpec, node: NodeSpec, observed: ObservedState, steps: Steps): void {
  const conf = observed.confs.get(node.name) ?? null;
  // The network is made by one of two that try at once: the other ends there, before it has written anything.
  const after = [`stop ${node.name}`, 'failover', 'network'];
  if (conf === null) {
    steps.add({ kind: 'render', node: node.name }, 'there is no configuration yet', after);
  } else if (conf.marker?.spec !== node.digest) {
    steps.add({ kind: 'render', node: node.name }, 'the topology has changed; its history is kept', after);
  } else if (node.kind === 'redis') {
    const reason = repointReason(spec, node, conf, observed, steps);
    if (reason !== null) steps.add({ kind: 'repoint', node: node.name }, reason, after);
  }
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
  const state = member === undefined ? 'missing' : member.state;
  const reason = state === 'missing' ? 'it is new' : `it was ${state === 'running' ? 'stopped' : state}`;
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
  steps.add({ kind: 'hasten', node: node.name }, 'discovery would take 10 seconds', [`start ${node.name}`]);
}
