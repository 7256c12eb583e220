/** A group that is worked on: who is asked, over which connections, who hears of it, and until when. */

import type { Watching } from '../../engine/context.js';
import type { RsentinelError } from '../../errors.js';
import type { Endpoint } from '../../model/address.js';
import type { Listener } from '../../model/events.js';
import type { GroupNodes } from '../../model/group-nodes.js';
import type { Command, Connections, Reply } from '../client/connection.js';
import { takeSnapshot } from '../health/observe.js';
import type { Snapshot } from '../health/snapshot.js';
import { poll } from '../wait/poll.js';

export class Live<Group extends GroupNodes = GroupNodes> {
  readonly group: Group;
  readonly connections: Connections;
  readonly context: Watching;
  /** Aborted when the time for what is under way is over. */
  readonly deadline: AbortSignal;

  constructor(group: Group, connections: Connections, context: Watching, deadline: AbortSignal) {
    this.group = group;
    this.connections = connections;
    this.context = context;
    this.deadline = deadline;
  }

  /** Returns the same with other nodes. */
  with<Other extends GroupNodes>(group: Other): Live<Other> {
    return new Live(group, this.connections, this.context, this.deadline);
  }

  get signal(): AbortSignal {
    return this.context.signal;
  }

  readonly emit: Listener = (event) => this.context.emit(event);

  /** Asks one node. @throws as `Connections.query` does */
  query(node: { readonly control: Endpoint }, commands: readonly Command[]): Promise<readonly Reply[]> {
    return this.connections.query(node.control, commands);
  }

  /** Asks every node what it says. */
  snapshot(): Promise<Snapshot> {
    return takeSnapshot(this.group, this.connections);
  }

  /**
   * Looks until there is something else than null.
   * @param every ms between two looks, perhaps by how many ms the wait has taken
   * @param tooLate what it was waiting for, as the error that ends the wait
   * @throws what `tooLate` returns; what `look` throws; the context's signal's reason
   */
  poll<T>(
    every: number | ((elapsed: number) => number),
    look: () => T | null | Promise<T | null>,
    tooLate: () => RsentinelError | Promise<RsentinelError>,
  ): Promise<T> {
    return poll(this, every, look, tooLate);
  }
}
