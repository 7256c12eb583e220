/** Brings a fault on the master of a group, and lets the node back afterwards. */
import type { ObservedEngine, ObservedMember } from '../driver/driver.js';
import type { Context } from '../group/context.js';
import type { PresentGroup, PresentNode } from '../group/presence.js';
import { switchOver } from '../group/switch-over.js';
import { CONF_FILE, replicaofLine } from '../render/conf.js';
import { withReplicaof } from '../render/conf-facts.js';
import type { DrillFault } from '../report/drill-report.js';
import type { Connections } from '../sentinel/connection.js';
import type { Address } from '../spec/address.js';
import { DirectoryStorage } from '../storage/directory-storage.js';

/** @returns once the fault is there; of `failover`, once every sentinel names the new master */
export async function inflict(
  fault: DrillFault,
  group: PresentGroup,
  master: PresentNode,
  connections: Connections,
  context: Context,
  deadline: AbortSignal,
): Promise<void> {
  switch (fault) {
    case 'kill':
      return context.driver.kill(group.name, master.container);
    case 'pause':
      return context.driver.pause(group.name, master.container);
    case 'failover':
      await switchOver(group, master, connections, context, deadline);
  }
}

/**
 * Ends the fault. A node that was killed starts with the present master in its configuration: as its
 * replica from the first moment, and not as a second master until the sentinels notice it.
 */
export async function letBack(
  fault: DrillFault,
  group: string,
  node: string,
  master: Address,
  { driver }: Context,
): Promise<void> {
  if (fault === 'failover') return;
  const engine = await driver.observe(group);
  const member = engine.members.find((one) => one.node === node);
  if (member === undefined) return;
  if (fault === 'pause') return driver.unpause(group, member.container);
  await repoint(group, member, engine, master, { driver });
  await driver.start(group, member.container);
}

async function repoint(
  group: string,
  member: ObservedMember,
  { volumes, image }: ObservedEngine,
  master: Address,
  { driver }: Pick<Context, 'driver'>,
): Promise<void> {
  const { node } = member;
  const pointed = (text: string): string => withReplicaof(text, replicaofLine(master));
  if (member.storage === 'directory') {
    const storage = new DirectoryStorage(member.directory, () => driver.fileOwner());
    const text = await storage.readConf(node, 'redis');
    if (text !== null) await storage.writeConf(node, 'redis', pointed(text));
    return;
  }
  if (image === null) return;
  const own = volumes.filter((volume) => volume.node === node);
  const files = await driver.openVolumes(group, image, own);
  try {
    const text = await files.read(node, CONF_FILE.redis);
    if (text !== null) await files.write(node, CONF_FILE.redis, pointed(text), await driver.owner());
  } finally {
    await files.close();
  }
}
