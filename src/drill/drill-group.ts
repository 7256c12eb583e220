/** Where a drill takes place: a group on an engine, or one that is known by its sentinels alone. */

import type { Context, Watching } from '../engine/context.js';
import type { Engine, GroupObjects } from '../engine/engine.js';
import { switchOver } from '../failover/planned.js';
import { inject } from '../faults/inject.js';
import { repointStopped } from '../faults/restore.js';
import { type Address, type Endpoint, sameAddress } from '../model/address.js';
import type { GroupNode, GroupNodes } from '../model/group-nodes.js';
import type { DrillFault } from '../model/report/drill-report.js';
import type { Connections } from '../nodes/client/connection.js';
import { InsideClient } from '../nodes/client/inside.js';
import { Live } from '../nodes/live/live.js';
import { LiveNodes } from '../nodes/live/live-nodes.js';
import { observeLive } from '../nodes/live/live-state.js';
import { type Sentinels, sentinelsOf } from '../nodes/live/members.js';
import { replaceDeadMaster } from '../reconcile/replace-dead-master.js';

export interface DrillGroup {
  readonly group: string;
  readonly masterName: string;
  readonly fault: DrillFault;
  readonly sentinels: Sentinels;
  /** Every Redis node, as this machine reaches it. */
  readonly redis: readonly Endpoint[];
  readonly watching: Watching;
  /** The nodes that are there. */
  present(): Promise<GroupNodes>;
  /** @returns once the fault is there; of `failover`, once every sentinel names the new master */
  inject(group: GroupNodes, master: GroupNode, deadline: AbortSignal): Promise<void>;
  /** A client beside the master that is about to be cut off; null: nobody is, or the image has none. */
  clientBeside(master: GroupNode): Promise<InsideClient | null>;
  /** Ends the fault. @param master the present one */
  recoverNode(node: string, master: Address): Promise<void>;
  /** After a drill that was interrupted or did not get through: no node stays away because of it. */
  recover(): Promise<void>;
}

/** Of the faults only a planned failover can be brought about through Sentinel. */
export function externalDrillGroup(
  group: GroupNodes,
  connections: Connections,
  watching: Watching,
): DrillGroup {
  const { masterName, redis } = group;
  return {
    group: masterName,
    masterName,
    fault: 'failover',
    sentinels: group,
    redis: redis.map(({ control }) => control),
    watching,
    present: async () => group,
    inject: async (present, master, deadline) => {
      await switchOver(new Live(present, connections, watching, deadline), master);
    },
    clientBeside: async () => null,
    recoverNode: async () => {},
    recover: async () => {},
  };
}

export function engineDrillGroup(
  masterName: string,
  fault: DrillFault,
  group: string,
  objects: GroupObjects,
  connections: Connections,
  context: Context,
): DrillGroup {
  const { engine } = context;
  return {
    group,
    masterName,
    fault,
    sentinels: sentinelsOf(objects),
    redis: objects.members.flatMap(({ role, control }) =>
      role === 'redis' && control !== null ? [control] : [],
    ),
    watching: context,
    present: async () => new LiveNodes(group, masterName, await engine.observe(group)).group,
    inject: async (present, master, deadline) => {
      if (fault === 'failover') await switchOver(new Live(present, connections, context, deadline), master);
      else if (master.container !== null)
        await inject(fault, { ...master, node: master.name, id: master.container }, group, engine);
    },
    clientBeside: async ({ container, address, control }) =>
      fault !== 'partition' || container === null
        ? null
        : InsideClient.open({ id: container, address, control }, connections.credentials, engine),
    recoverNode: (node, master) => recoverNode(fault, group, node, master, engine),
    recover: () => recover(fault, group, connections, context),
  };
}

/**
 * A node that was killed starts with the present master in its configuration: as its replica from the
 * first moment. One that was frozen or cut off goes on as a master until the sentinels find it, as it
 * would without us: that is what is to be seen.
 */
async function recoverNode(
  fault: DrillFault,
  group: string,
  node: string,
  master: Address,
  engine: Engine,
): Promise<void> {
  const objects = await engine.observe(group);
  const member = objects.members.find((one) => one.node === node);
  if (member === undefined) return;
  switch (fault) {
    case 'kill':
      await repointStopped(member, master, objects, group, engine);
      return engine.start(group, member.id);
    case 'pause':
      return inject('unpause', member, group, engine);
    case 'partition':
      return inject('heal', member, group, engine);
    case 'failover':
  }
}

/** ms for putting things right after a drill that did not get through. */
const RECOVERY = 30_000;

/** A master that was killed comes back once a replica has taken its place, for what is on its disk may be old. */
async function recover(
  fault: DrillFault,
  group: string,
  connections: Connections,
  interrupted: Context,
): Promise<void> {
  const context = { ...interrupted, signal: AbortSignal.timeout(RECOVERY) };
  try {
    const objects = await context.engine.observe(group);
    const away = objects.members.filter(
      ({ role, state, attached }) => role === 'redis' && (state !== 'running' || !attached),
    );
    if (away.length === 0) return;
    if (fault === 'kill') await replaceDeadMaster(group, objects, connections, context);
    const { master } = await observeLive(objects, connections);
    for (const { node, address } of away) {
      if (master === null || address === null) throw new Error('the sentinels name no master');
      if (fault === 'kill' && sameAddress(address, master.address))
        throw new Error(`nobody took the place of ${node}`);
      await recoverNode(fault, group, node, master.address, context.engine);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `the group is not as it was before the drill (${why}): \`rsentinel up\` heals it`;
    context.emit({ type: 'warning', message });
  }
}
