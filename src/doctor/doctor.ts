/** `doctor`: a group is looked at for every known trap. */

import { type GivenSentinels, givenGroup } from '../api/external-group.js';
import { knownGroup, lookAt } from '../api/status.js';
import type { Context } from '../engine/context.js';
import { RsentinelError } from '../errors.js';
import type { DoctorReport } from '../model/report/doctor-report.js';
import type { Fault } from '../model/report/group-report.js';
import type { Topology } from '../model/topology.js';
import { Connections } from '../nodes/client/connection.js';
import { askingOnce, look } from '../nodes/health/look.js';
import type { KnownGroup } from '../nodes/live/assemble-report.js';
import { discover } from '../nodes/live/discover.js';
import { loadCredentials } from '../nodes/live/load-credentials.js';
import { diagnose } from './diagnose.js';
import type { Facts } from './facts.js';
import { observeFacts } from './observe-facts.js';

/**
 * Examines a group of the engine.
 * @param topology what should be there, where it is known
 * @throws RsentinelError GROUP_ABSENT where there is nothing to look at; what concerns the engine
 */
export async function doctor(
  name: string,
  topology: Topology | null,
  context: Context,
): Promise<DoctorReport> {
  const observed = await context.engine.observe(name);
  // Volumes alone are what `down` keeps.
  if (observed.members.length === 0 && observed.network === null) throw absent(name);
  const group = knownGroup(name, observed, topology) ?? withoutNodes(name);
  const connections = new Connections(await loadCredentials(name, observed, context.engine));
  try {
    const { faults } = await lookAt(group, topology, observed, askingOnce(connections), context);
    const facts = await observeFacts(group, { engine: context.engine, observed }, connections);
    context.signal.throwIfAborted();
    return reportOf(facts, faults);
  } finally {
    connections.close();
  }
}

/**
 * Examines the group of the given sentinels, whoever made it. No engine is asked.
 * @throws RsentinelError SENTINELS_SILENT, MASTER_UNKNOWN, USAGE
 */
export async function doctorOfSentinels(
  { sentinels, masterName, credentials }: GivenSentinels,
  signal: AbortSignal,
): Promise<DoctorReport> {
  const connections = new Connections(credentials);
  try {
    const group = givenGroup(await discover(sentinels, masterName, connections, signal));
    const { faults } = await look(group, group, null, () => false, askingOnce(connections), signal);
    const facts = await observeFacts(group, null, connections);
    signal.throwIfAborted();
    return reportOf(facts, faults);
  } finally {
    connections.close();
  }
}

function reportOf(facts: Facts, faults: readonly Fault[]): DoctorReport {
  return {
    version: 1,
    group: facts.group,
    masterName: facts.masterName === '' ? null : facts.masterName,
    observedAt: Date.now(),
    findings: diagnose(facts, faults),
  };
}

/** A network, and no container on it. */
function withoutNodes(name: string): KnownGroup {
  const nothing = { directory: null, file: undefined, redis: [], sentinels: [] };
  return { name, masterName: '', network: { mode: null }, ...nothing };
}

function absent(name: string): RsentinelError {
  return new RsentinelError('GROUP_ABSENT', `nothing of the group ${name} is on this engine`, {
    hint: '`rsentinel ls` shows the groups that there are; `rsentinel up` makes this one. A group that rsentinel did not make is looked at with --sentinels host:port.',
  });
}
