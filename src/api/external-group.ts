/** A group that is known by its sentinels, whoever made it: no engine is asked. */

import type { Address } from '../model/address.js';
import type { Credentials } from '../model/credentials/credentials.js';
import type { GroupNodes } from '../model/group-nodes.js';
import type { GroupReport } from '../model/report/group-report.js';
import { Connections } from '../nodes/client/connection.js';
import { askingOnce, look } from '../nodes/health/look.js';
import { assembleReport, type KnownGroup } from '../nodes/live/assemble-report.js';
import { discover } from '../nodes/live/discover.js';
import { reportedAccess } from '../nodes/live/reported-access.js';

/** Some sentinels of a group. */
export interface GivenSentinels {
  /** As this machine reaches them. */
  readonly sentinels: readonly Address[];
  /** undefined: the only one that they watch. */
  readonly masterName: string | undefined;
  /** What its nodes are entered with; left out: nobody has to log in, nor to speak TLS. */
  readonly credentials?: Credentials;
}

/**
 * Observes the group of the given sentinels.
 * @throws RsentinelError SENTINELS_SILENT, MASTER_UNKNOWN, USAGE; a broken group is a report with faults
 */
export async function statusOfSentinels(
  { sentinels, masterName, credentials }: GivenSentinels,
  signal: AbortSignal,
): Promise<GroupReport> {
  const connections = new Connections(credentials);
  try {
    const group = givenGroup(await discover(sentinels, masterName, connections, signal));
    return await reportOfGiven(group, connections, signal);
  } finally {
    connections.close();
  }
}

/** Asks all its nodes. */
export async function reportOfGiven(
  group: KnownGroup,
  connections: Connections,
  signal: AbortSignal,
): Promise<GroupReport> {
  const looked = await look(group, group, null, () => false, askingOnce(connections), signal);
  return assembleReport(group, null, looked, reportedAccess(connections.credentials, null, 'hidden'));
}

/** Returns a group of which nothing is known but its nodes. */
export function givenGroup(nodes: GroupNodes): KnownGroup {
  return {
    ...nodes,
    network: { mode: null },
    directory: null,
    file: undefined,
  };
}
