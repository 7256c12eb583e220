/** The files with which a group speaks TLS, while `up` changes them. */

import { nodeFiles, sharedFiles } from '../../model/credentials/group-tls.js';
import type { GroupSpec, NodeSpec } from '../../model/group-spec.js';
import type { Undo } from '../../model/step.js';
import type { Storage } from '../../storage/storage.js';
import { formatTlsOwner, TLS_FILE } from '../../tls/stored-tls.js';

/**
 * Those of the group. Before any node has a certificate of the authority: a later `up` has to know its key.
 * @returns how to take them back; null: all was so already
 */
export async function writeSharedTls(
  { name: group, tls }: GroupSpec,
  storage: Storage,
): Promise<Undo | null> {
  if (tls === null) return null;
  // First: by it the others are known to be the group's.
  const mark = { name: TLS_FILE, text: formatTlsOwner(group) };
  const undos: Undo[] = [];
  for (const { name, text } of [mark, ...sharedFiles(tls)]) {
    const before = await storage.readShared(name);
    if ((before ?? '') !== text) undos.push(await storage.writeShared(name, text));
  }
  return allOf(undos);
}

/** Those of a node, before the configuration that names them. @returns how to take them back; null: all was so already */
export async function writeNodeTls(
  { tls }: GroupSpec,
  { name: node }: NodeSpec,
  storage: Storage,
): Promise<Undo | null> {
  if (tls === null) return null;
  const undos: Undo[] = [];
  for (const { name, text } of nodeFiles(tls, node)) {
    if ((await storage.readBeside(node, name)) !== text) {
      undos.push(await storage.writeBeside(node, name, text));
    }
  }
  return allOf(undos);
}

/** The last first. */
function allOf(undos: readonly Undo[]): Undo | null {
  if (undos.length === 0) return null;
  return async () => {
    for (const undo of [...undos].reverse()) await undo();
  };
}
