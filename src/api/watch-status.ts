/** `status --watch`: a group as it goes on. Looks whenever a sentinel says something, and every second. */

import type { Context } from '../engine/context.js';
import { hasCode } from '../errors.js';
import { NO_CREDENTIALS } from '../model/credentials/credentials.js';
import type { GroupNodes } from '../model/group-nodes.js';
import type { WatchMoment } from '../model/report/watch-report.js';
import type { Topology } from '../model/topology.js';
import type { Connections } from '../nodes/client/connection.js';
import { type Asking, look } from '../nodes/health/look.js';
import type { Snapshot } from '../nodes/health/snapshot.js';
import { absentReport, assembleReport } from '../nodes/live/assemble-report.js';
import { discover } from '../nodes/live/discover.js';
import { loadCredentials } from '../nodes/live/load-credentials.js';
import { reportedAccess } from '../nodes/live/reported-access.js';
import { type GivenSentinels, givenGroup } from './external-group.js';
import { knownGroup, lookAt } from './status.js';
import { type Seen, WatchLoop } from './watch-loop.js';

/**
 * Watches a group, and changes nothing in it: every look at it, what its sentinels say, and each failover as it goes on.
 * Ends after the report that it is absent. Abort the context's signal to end it before.
 * @param topologyNow what should be there, where it is known; asked at first and whenever containers have come or gone
 * @throws RsentinelError for what concerns the engine; the context's signal's reason
 */
export async function* watchStatus(
  name: string,
  topologyNow: () => Promise<Topology | null>,
  { engine, signal }: Context,
): AsyncGenerator<WatchMoment> {
  let containers: string | null = null;
  let topology: Topology | null = null;
  let credentials = NO_CREDENTIALS;
  const lookOnce = async (asking: Asking): Promise<Seen> => {
    const objects = await engine.observe(name);
    const now = objects.members
      .map(({ container, digest }) => `${container} ${digest}`)
      .sort()
      .join('\n');
    if (now !== containers) {
      topology = await topologyNow();
      credentials = await loadCredentials(name, objects, engine);
    }
    containers = now;
    const group = knownGroup(name, objects, topology);
    if (group === null) return { report: absentReport(name), snapshot: null, sentinels: [] };
    asking.connections.use(credentials);
    let looked = await lookAt(group, topology, objects, asking, { engine, signal });
    if (isLocked(looked.snapshot)) {
      // Passwords change while containers stay.
      credentials = await loadCredentials(name, objects, engine);
      asking.connections.close();
      asking.connections.use(credentials);
      looked = await lookAt(group, topology, objects, asking, { engine, signal });
    }
    const { snapshot } = looked;
    const report = assembleReport(
      group,
      objects,
      looked,
      reportedAccess(credentials, group.directory, 'hidden'),
    );
    const mayTalk = new Set(
      objects.members.flatMap(({ node, state }) => (state === 'running' || state === 'paused' ? [node] : [])),
    );
    return { report, snapshot, sentinels: group.sentinels.filter((node) => mayTalk.has(node.name)) };
  };
  yield* new WatchLoop(lookOnce, signal).moments();
}

function isLocked({ redis, sentinels }: Snapshot): boolean {
  return [...redis.values(), ...sentinels.values()].some((one) => one.kind === 'silent' && one.isLocked);
}

/**
 * Watches the group of the given sentinels. Goes on when they go away; ends when the signal is aborted.
 * @throws RsentinelError SENTINELS_SILENT, MASTER_UNKNOWN, USAGE, of the first look only; the signal's reason
 */
export async function* watchStatusOfSentinels(
  { sentinels, masterName, credentials = NO_CREDENTIALS }: GivenSentinels,
  signal: AbortSignal,
): AsyncGenerator<WatchMoment> {
  let last: GroupNodes | null = null;
  const discoverAgain = async (connections: Connections): Promise<GroupNodes> => {
    // The given ones may be gone, and those that they named be there.
    const seeds = [...sentinels, ...(last?.sentinels ?? []).map(({ control }) => control)];
    try {
      return await discover(seeds, last?.masterName ?? masterName, connections, signal);
    } catch (error) {
      const isGone = hasCode(error, 'SENTINELS_SILENT') || hasCode(error, 'MASTER_UNKNOWN');
      if (last === null || !isGone) throw error;
      return last;
    }
  };
  const lookOnce = async (asking: Asking): Promise<Seen> => {
    asking.connections.use(credentials);
    last = await discoverAgain(asking.connections);
    const group = givenGroup(last);
    const looked = await look(group, group, null, () => false, asking, signal);
    const { snapshot } = looked;
    return {
      report: assembleReport(
        group,
        null,
        looked,
        reportedAccess(asking.connections.credentials, null, 'hidden'),
      ),
      snapshot,
      sentinels: group.sentinels,
    };
  };
  yield* new WatchLoop(lookOnce, signal).moments();
}
