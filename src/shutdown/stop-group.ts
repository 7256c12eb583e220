/** Stops all Redis nodes of a group, once their data has been seen on disk. */

import type { LockedContext } from '../engine/context.js';
import type { GroupObjects, ObservedMember } from '../engine/engine.js';
import { RsentinelError } from '../errors.js';
import { type Address, sameAddress } from '../model/address.js';
import type { Connections } from '../nodes/client/connection.js';
import { observeLive } from '../nodes/live/live-state.js';
import { notSaved } from './save.js';
import { goOn, prepareStop, type ReadyToStop, stopReady } from './stop-node.js';

/** A node that has a process and an address. */
interface Running extends ReadyToStop {
  readonly address: Address;
}

/** The Redis nodes of a group on their way to be stopped: each is saved, all are checked, then each is stopped. */
export class GroupShutdown {
  readonly #group: string;
  readonly #objects: GroupObjects;
  readonly #connections: Connections;
  readonly #context: LockedContext;
  /** By the names of nodes. */
  readonly #ready = new Map<string, Running>();

  constructor(group: string, objects: GroupObjects, connections: Connections, context: LockedContext) {
    this.#group = group;
    this.#objects = objects;
    this.#connections = connections;
    this.#context = context;
  }

  /** Pauses writes on a node and has it save. A node that fails to do so is told by {@link checkSaved}, if it matters. */
  async save(node: string): Promise<void> {
    const { id, control, address } = this.#member(node);
    if (control === null || address === null) return;
    const ready = await prepareStop({ name: node, container: id, control }, this.#connections, this.#context);
    this.#ready.set(node, { ...ready, address });
  }

  /**
   * Looks whether every node that has to has saved. A master that does not answer is stopped at once, to see whether it
   * saves: only then may its replicas go.
   * @throws RsentinelError DATA_NOT_SAVED when the data of the group would be lost; the context's signal's reason
   */
  async checkSaved(): Promise<void> {
    this.#context.signal.throwIfAborted();
    const ready = [...this.#ready.values()];
    const { master } = await observeLive(this.#objects, this.#connections);
    const needed = neededNodes(ready, master?.address ?? null);
    for (const { readiness } of needed) if (readiness.kind === 'failed') throw readiness.error;
    for (const one of needed) {
      if (one.readiness.kind === 'silent')
        await stopReady(this.#group, one, this.#connections, this.#context);
    }
    if (ready.length > 0 && needed.length === 0) throw await nobodySaved(ready, this.#context);
  }

  /**
   * Ends a node that has been checked.
   * @throws RsentinelError DATA_NOT_SAVED of a master that had saved, and has taken writes since that it cannot save: it goes on
   */
  async stop(node: string): Promise<void> {
    const ready = this.#ready.get(node);
    if (ready === undefined) return;
    await stopReady(this.#group, ready, this.#connections, this.#context).catch((error: unknown) => {
      if (ready.readiness.kind === 'saved' && ready.isMaster === true) throw error;
      const why = error instanceof Error ? error.message : String(error);
      this.#context.emit({
        type: 'warning',
        message: `${why}; other nodes have all data that ${node} had`,
      });
    });
  }

  /** Lets all nodes go on that are still there. */
  async goOn(): Promise<void> {
    await Promise.allSettled([...this.#ready.values()].map(goOn));
  }

  #member(name: string): ObservedMember {
    const member = this.#objects.members.find(({ node }) => node === name);
    if (member === undefined) throw new Error(`the plan saves ${name}, which was not observed`);
    return member;
  }
}

/**
 * Returns the nodes whose data must be on disk: the master that the sentinels name; where none answers, every node that
 * says it is a master, or all that are silent; where all are replicas, those that have saved.
 */
function neededNodes(nodes: readonly Running[], named: Address | null): readonly Running[] {
  const master = named === null ? [] : nodes.filter(({ address }) => sameAddress(address, named));
  if (master.length > 0) return master;
  const masters = nodes.filter(({ isMaster }) => isMaster === true);
  if (masters.length > 0) return masters;
  const silent = nodes.filter(({ isMaster }) => isMaster === null);
  return silent.length > 0 ? silent : nodes.filter(({ readiness }) => readiness.kind === 'saved');
}

function nobodySaved(nodes: readonly Running[], context: LockedContext): unknown {
  const failed = nodes.find(({ readiness }) => readiness.kind === 'failed');
  if (failed?.readiness.kind === 'failed') return failed.readiness.error;
  const [first] = nodes;
  return first === undefined
    ? new RsentinelError('DATA_NOT_SAVED', 'no node has saved its data')
    : notSaved(first.node, 'no node of the group has', context);
}
