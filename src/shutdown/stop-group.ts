/** Makes all Redis nodes of a group ready to stop, before any of them is stopped. */

import type { LockedContext } from '../engine/context.js';
import type { ObservedEngine, ObservedMember } from '../engine/engine.js';
import { RsentinelError } from '../errors.js';
import { type Address, sameAddress } from '../model/address.js';
import type { Connections } from '../nodes/client/connection.js';
import { observeLive } from '../nodes/live/live-state.js';
import { hasProcess } from '../plan/members.js';
import { notSaved } from './save.js';
import { goOn, prepareStop, type ReadyToStop, stopReady } from './stop-node.js';

/** A node that has a process and an address. */
interface Running extends ReadyToStop {
  readonly address: Address;
}

/**
 * Pauses writes on every master and has every Redis node save; paused nodes go on first. A master that does not answer
 * is stopped at once, to see whether it saves: only then may its replicas go.
 * @returns what each container needs to be stopped, by its id
 * @throws RsentinelError DATA_NOT_SAVED when the data of the group would be lost: all nodes go on, but for a master that
 *   did not answer; the context's signal's reason
 */
export async function prepareGroup(
  group: string,
  engine: ObservedEngine,
  connections: Connections,
  context: LockedContext,
): Promise<ReadonlyMap<string, ReadyToStop>> {
  const running = engine.members.filter((member) => member.role === 'redis' && hasProcess(member));
  const outcomes = await Promise.allSettled(
    running.map((member) => prepare(group, member, connections, context)),
  );
  const ready = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' && outcome.value ? [outcome.value] : [],
  );
  try {
    context.signal.throwIfAborted();
    const { master } = await observeLive(engine, connections);
    const needed = neededNodes(ready, master?.address ?? null);
    for (const { readiness } of needed) if (readiness.kind === 'failed') throw readiness.error;
    for (const one of needed) {
      if (one.readiness.kind === 'silent') await stopReady(group, one, connections, context);
    }
    if (ready.length > 0 && needed.length === 0) throw await nobodySaved(ready, context);
  } catch (error) {
    await Promise.allSettled(ready.map(goOn));
    throw error;
  }
  return new Map(ready.map((one) => [one.node.container, one]));
}

async function prepare(
  group: string,
  member: ObservedMember,
  connections: Connections,
  context: LockedContext,
): Promise<Running | null> {
  const { node: name, id, control, address, state } = member;
  if (control === null || address === null) return null;
  // A paused process would be killed with what it has in memory.
  if (state === 'paused') await context.driver.unpause(group, id);
  const ready = await prepareStop({ name, container: id, control }, connections, context);
  return { ...ready, address };
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
