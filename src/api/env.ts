/** `env`: how to connect to a group. */

import type { Context } from '../engine/context.js';
import { groupAbsent } from '../lock/absent.js';
import type { Credentials } from '../model/credentials/credentials.js';
import type { ConnectionReport, TlsConnectionReport } from '../model/report/connection-report.js';
import { masterNameOf } from '../nodes/live/live-nodes.js';
import { loadCredentials } from '../nodes/live/load-credentials.js';
import { nodeMembers } from '../nodes/live/members.js';
import { clientLogins, type Secrets, tlsReport } from '../nodes/live/reported-access.js';

/**
 * How clients connect, as the group was made. No node is asked.
 * @throws RsentinelError GROUP_ABSENT; what concerns the engine
 */
export async function connectionOf(
  name: string,
  secrets: Secrets,
  { engine }: Context,
): Promise<ConnectionReport> {
  const objects = await engine.observe(name);
  const sentinels = nodeMembers(objects).filter(({ role }) => role === 'sentinel');
  if (sentinels.length === 0) throw groupAbsent(name);
  const credentials = await loadCredentials(name, objects, engine);
  const directory = sentinels[0]?.storage === 'volume' ? null : (sentinels[0]?.directory ?? null);
  return {
    version: 1,
    group: name,
    masterName: masterNameOf(objects),
    sentinels: sentinels.flatMap(({ address }) => address ?? []),
    ...clientLogins(credentials, secrets),
    tls: tlsOf(credentials, directory, secrets),
  };
}

function tlsOf(
  credentials: Credentials,
  directory: string | null,
  secrets: Secrets,
): TlsConnectionReport | null {
  const report = tlsReport(credentials, directory);
  const [files] = credentials.tls;
  if (report === null || files === undefined) return null;
  const { authority, own } = files;
  const key = secrets === 'shown' ? (own?.key ?? null) : null;
  return { ...report, pem: { ca: authority, cert: own?.certificate ?? null, key } };
}
