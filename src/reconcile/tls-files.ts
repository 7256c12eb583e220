/** The files with which a group speaks TLS, while `up` changes them. */

import { type GroupTls, NODE_FILES, nodeFiles, sharedFiles } from '../model/credentials/group-tls.js';
import type { GroupSpec, NodeSpec } from '../model/group-spec.js';
import type { Undo } from '../model/undo.js';
import { NO_DRIFT, type TlsDrift } from '../plan/observed.js';
import type { Storage } from '../storage/storage.js';
import { formatTlsOwner, type StoredTls, TLS_FILE } from '../tls/stored-tls.js';

/** What differs from what it should be. Pure. */
export function tlsDrift(tls: GroupTls | null, { shared, nodes }: StoredTls): Omit<TlsDrift, 'untrusted'> {
  if (tls === null) return NO_DRIFT;
  const isRight = (node: string): boolean => {
    const stored = nodes.get(node);
    const texts = new Map([
      [NODE_FILES.authority as string, stored?.authority],
      [NODE_FILES.certificate, stored?.certificate],
      [NODE_FILES.key, stored?.key],
    ]);
    return nodeFiles(tls, node).every(({ name, text }) => texts.get(name) === text);
  };
  const { authority, authorityKey, client } = tls;
  return {
    nodes: new Set([...tls.nodes.keys()].filter((node) => !isRight(node))),
    shared:
      shared?.authority !== authority ||
      shared.authorityKey !== authorityKey ||
      shared.client?.certificate !== client?.certificate ||
      shared.client?.key !== client?.key,
  };
}

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
