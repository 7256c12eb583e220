/** A node that comes back knows who the master is: it would be one itself for up to 20 s otherwise. */
import type { Driver, ObservedEngine, ObservedMember } from '../driver/driver.js';
import { replicaofLine } from '../render/conf.js';
import { readConfFacts, withReplicaof } from '../render/conf-facts.js';
import type { Connections } from '../sentinel/connection.js';
import { type Address, sameAddress } from '../spec/address.js';
import type { SettledTopology } from '../spec/settle.js';
import { DirectoryStorage } from '../storage/directory-storage.js';
import { openStorage } from '../storage/open.js';
import type { Storage } from '../storage/storage.js';

/**
 * Puts the present master into the file of a Redis node that does not run.
 * @param topology needed for a group whose files are in volumes; without it such a file is left as it is
 */
export async function repointStopped(
  member: ObservedMember,
  master: Address,
  topology: SettledTopology | null,
  engine: ObservedEngine,
  driver: Driver,
): Promise<void> {
  const storage = storageOf(member, topology, engine, driver);
  if (storage === null) return;
  try {
    const text = await storage.readConf(member.node, 'redis');
    if (text === null) return;
    const isIt = member.address !== null && sameAddress(member.address, master);
    const now = readConfFacts(text).replicaOf;
    const isRight = isIt ? now === null : now !== null && sameAddress(now, master);
    if (!isRight)
      await storage.writeConf(member.node, 'redis', withReplicaof(text, isIt ? null : replicaofLine(master)));
  } finally {
    await storage.close();
  }
}

/**
 * A former master that was frozen or cut off goes on as a master until Sentinel finds it, some ten
 * seconds later; what it takes until then is lost. So it is told at once.
 */
export async function demoteFormer(
  member: ObservedMember,
  master: Address,
  connections: Connections,
): Promise<void> {
  const { control, address, role } = member;
  if (role !== 'redis' || control === null || address === null || sameAddress(address, master)) return;
  await connections.query(control, [['REPLICAOF', master.host, String(master.port)]]).catch(() => []);
}

function storageOf(
  { storage, directory }: ObservedMember,
  topology: SettledTopology | null,
  engine: ObservedEngine,
  driver: Driver,
): Storage | null {
  if (storage === 'directory') return new DirectoryStorage(directory, () => driver.fileOwner());
  return topology === null ? null : openStorage(topology, engine, driver);
}
