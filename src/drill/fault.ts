/** Brings a fault on the master of a group, and lets the node back afterwards. */
import { repointStopped } from '../faults/restore.js';
import type { Context } from '../group/context.js';
import type { PresentGroup, PresentNode } from '../group/presence.js';
import { switchOver } from '../group/switch-over.js';
import type { DrillFault } from '../report/drill-report.js';
import type { Connections } from '../sentinel/connection.js';
import type { Address } from '../spec/address.js';

/** @returns once the fault is there; of `failover`, once every sentinel names the new master */
export async function inflict(
  fault: DrillFault,
  group: PresentGroup,
  master: PresentNode,
  connections: Connections,
  context: Context,
  deadline: AbortSignal,
): Promise<void> {
  const { driver } = context;
  switch (fault) {
    case 'kill':
      return driver.kill(group.name, master.container);
    case 'pause':
      return driver.pause(group.name, master.container);
    case 'partition':
      return driver.disconnect(group.name, master.container);
    case 'failover':
      await switchOver(group, master, connections, context, deadline);
  }
}

/**
 * Ends the fault. A node that was killed starts with the present master in its configuration: as its
 * replica from the first moment. One that was frozen or cut off goes on as a master until the sentinels
 * find it, as it would without us: that is what is to be seen.
 */
export async function letBack(
  fault: DrillFault,
  group: string,
  node: string,
  master: Address,
  { driver }: Context,
): Promise<void> {
  const engine = await driver.observe(group);
  const member = engine.members.find((one) => one.node === node);
  if (member === undefined) return;
  const { container, address } = member;
  switch (fault) {
    case 'kill':
      await repointStopped(member, master, engine, group, driver);
      return driver.start(group, container);
    case 'pause':
      return driver.unpause(group, container);
    case 'partition':
      if (address !== null) await driver.connect(group, container, node, address);
      return;
    case 'failover':
  }
}
