/** Compares the certificates on disk with those of a spec. Pure. */

import { type GroupTls, NODE_FILES, nodeFiles } from '../../model/credentials/group-tls.js';
import { NO_DRIFT, type TlsDrift } from '../../plan/observed.js';
import type { StoredTls } from '../../tls/stored-tls.js';

/** Returns which files on disk are not those of the spec. */
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
