/** What the operations of one plan share: what was observed, what is there by now, and how it is taken back. */

import type { LockedContext } from '../../engine/context.js';
import type { WritePause } from '../../failover/pause-writes.js';
import { sameAddress } from '../../model/address.js';
import type { GroupNode, GroupNodes } from '../../model/group-nodes.js';
import type { GroupSpec, NodeSpec } from '../../model/group-spec.js';
import type { Connections } from '../../nodes/client/connection.js';
import { Live } from '../../nodes/live/live.js';
import { LiveNodes } from '../../nodes/live/live-nodes.js';
import type { Deadline } from '../../nodes/wait/deadline.js';
import type { ObservedState } from '../../plan/observed.js';
import { nodesOf } from '../../spec/build.js';
import type { Storage } from '../../storage/storage.js';
import type { PlanInput } from '../input/plan-input.js';
import { AccessKeeper } from './access-keeper.js';
import { ConfFiles } from './conf-files.js';
import type { RollbackLog } from './rollback.js';

export class PlanRun {
  readonly spec: GroupSpec;
  readonly observed: ObservedState;
  readonly storage: Storage;
  readonly connections: Connections;
  readonly rollback: RollbackLog;
  readonly context: LockedContext;
  readonly deadline: Deadline;
  readonly liveNodes: LiveNodes;
  readonly keeper: AccessKeeper;
  readonly confs: ConfFiles;
  /** False: Sentinel has found no good replica to promote. */
  canPromote = true;
  /** Ids of the containers that carry the members' names: as observed, and as made since. */
  readonly ids = new Map<string, string>();
  /** Of a master that must not take writes any more until it stops. */
  readonly pauses = new Map<string, WritePause>();

  constructor(
    { spec, observed, storage }: Pick<PlanInput, 'spec' | 'observed' | 'storage'>,
    connections: Connections,
    rollback: RollbackLog,
    context: LockedContext,
    deadline: Deadline,
  ) {
    this.spec = spec;
    this.observed = observed;
    this.storage = storage;
    this.connections = connections;
    this.rollback = rollback;
    this.context = context;
    this.deadline = deadline;
    for (const { node, id } of observed.objects.members) this.ids.set(node, id);
    this.liveNodes = new LiveNodes(spec.name, spec.masterName, observed.objects);
    this.keeper = new AccessKeeper(spec, observed.access, storage);
    this.confs = new ConfFiles(spec, observed.history, this.keeper, storage, rollback, context);
  }

  /** Returns a node of the spec. */
  node(name: string): NodeSpec {
    const node = nodesOf(this.spec).find((other) => other.name === name);
    if (node === undefined) throw new Error(`the plan names a node ${name} that the spec does not have`);
    return node;
  }

  /** Returns a node that runs by now. */
  present(name: string): GroupNode {
    const node = this.liveNodes.get(name);
    if (node === undefined) throw new Error(`the plan counts on ${name}, which does not run`);
    return node;
  }

  /** Returns the id of the container that was observed or made for a member of the plan. */
  id(member: string): string {
    const id = this.ids.get(member);
    if (id === undefined) throw new Error(`the plan counts on a container of ${member}, and there is none`);
    return id;
  }

  /** Returns nodes to be worked on within the time that is left. */
  live<Group extends GroupNodes>(group: Group): Live<Group> {
    return new Live(group, this.connections, this.context, this.deadline.signal);
  }

  /** Returns whether a member is a Redis node that may be the master of before. */
  isFormer(member: string): boolean {
    const node = this.liveNodes.get(member);
    return node?.kind === 'redis' && !sameAddress(node.address, this.confs.master.address);
  }
}
