/** A node that comes back knows who the master is: it would be one itself for up to 20 s otherwise. */

import { CONF_FILE, replicaofLine } from '../config/conf.js';
import { readConfFacts, withReplicaof } from '../config/conf-facts.js';
import type { Engine, GroupObjects, ObservedMember } from '../engine/engine.js';
import { type Address, sameAddress } from '../model/address.js';
import { DirectoryStorage } from '../storage/directory-storage.js';

/** Puts the present master into the file of a Redis node that does not run. */
export async function repointStopped(
  member: ObservedMember,
  master: Address,
  objects: GroupObjects,
  group: string,
  engine: Engine,
): Promise<void> {
  const isIt = member.address !== null && sameAddress(member.address, master);
  const change = (text: string): string | null => {
    const now = readConfFacts(text).replicaOf;
    const isRight = isIt ? now === null : now !== null && sameAddress(now, master);
    return isRight ? null : withReplicaof(text, isIt ? null : replicaofLine(master));
  };
  if (member.storage === 'volume') return changeInVolume(member.node, change, objects, group, engine);
  const storage = new DirectoryStorage(member.directory, () => engine.fileOwner());
  const text = await storage.readConf(member.node, 'redis');
  const changed = text === null ? null : change(text);
  if (changed !== null) await storage.writeConf(member.node, 'redis', changed);
}

async function changeInVolume(
  node: string,
  change: (text: string) => string | null,
  { volumes, image }: GroupObjects,
  group: string,
  engine: Engine,
): Promise<void> {
  // A node that has a container has its image as well.
  if (image === null) return;
  const own = volumes.filter((volume) => volume.node === node);
  const files = await engine.openVolumes(group, image, own);
  try {
    const text = await files.read(node, CONF_FILE.redis);
    const changed = text === null ? null : change(text);
    if (changed !== null) await files.write(node, CONF_FILE.redis, changed, await engine.owner());
  } finally {
    await files.close();
  }
}
