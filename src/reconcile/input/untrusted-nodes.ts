/** Nodes that run with certificates by which the others of their group do not talk to them. */

import type { GroupObjects, ObservedMember } from '../../engine/engine.js';
import { NO_CREDENTIALS } from '../../model/credentials/credentials.js';
import { clientFiles, type GroupTls } from '../../model/credentials/group-tls.js';
import { trustEachOther } from '../../model/credentials/trust.js';
import { Connections } from '../../nodes/client/connection.js';
import { TlsError } from '../../nodes/client/tls-error.js';
import { certificateFacts } from '../../tls/certificate-facts.js';
import type { TlsFailureKind } from '../../tls/failure.js';
import type { StoredTls } from '../../tls/stored-tls.js';

/** What is wrong with the node, and not with what we show to it. */
const THEIRS: ReadonlySet<TlsFailureKind> = new Set([
  'expired',
  'not-yet-valid',
  'wrong-host',
  'untrusted',
  'no-tls',
  'other',
]);

/** @param tls of the spec. @returns names of nodes */
export async function findUntrusted(
  tls: GroupTls | null,
  stored: StoredTls,
  { members }: GroupObjects,
): Promise<ReadonlySet<string>> {
  if (tls === null) return new Set();
  // Of others it is known by their labels.
  const comrades = members.filter(
    ({ state, trust }) => state === 'running' && trust !== null && trustEachOther(trust, tls.trust),
  );
  const connections = new Connections({ ...NO_CREDENTIALS, tls: [clientFiles(tls)] });
  try {
    const found = await Promise.all(
      comrades.map(async (member) =>
        trustsOthers(member, tls, stored) && (await isAccepted(member, connections)) ? [] : [member.node],
      ),
    );
    return new Set(found.flat());
  } finally {
    connections.close();
  }
}

async function isAccepted({ node, control }: ObservedMember, connections: Connections): Promise<boolean> {
  if (control === null) return true;
  try {
    await connections.query(control, [['PING']]);
    return true;
  } catch (error) {
    return !(error instanceof TlsError && THEIRS.has(error.about(node).kind));
  }
}

/**
 * Somebody may have put another authority where the node finds it. The files of a node that leaves the topology are not
 * looked at: whether the others accept it is seen by asking it.
 */
function trustsOthers({ node }: ObservedMember, tls: GroupTls, { nodes }: StoredTls): boolean {
  if (!tls.nodes.has(node)) return true;
  const { authority } = tls;
  const fingerprints = (text: string): string =>
    certificateFacts(text)
      .map(({ fingerprint }) => fingerprint)
      .sort()
      .join();
  const own = nodes.get(node)?.authority ?? null;
  return own !== null && (own === authority || fingerprints(own) === fingerprints(authority));
}
