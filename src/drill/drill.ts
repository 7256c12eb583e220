/** `drill`: a fault is brought on the master, again and again, and what comes of it is measured. */
import { randomBytes } from 'node:crypto';
import { type GivenSentinels, givenGroup, reportOfGiven } from '../api/external-group.js';
import { status } from '../api/status.js';
import type { Context, Watching } from '../engine/context.js';
import { RsentinelError } from '../errors.js';
import { keepingPeriods } from '../failover/keep-timers.js';
import { withFastTiming } from '../failover/with-timing.js';
import { refuseSharedNetwork } from '../faults/network.js';
import { onGroup } from '../lock/with-group.js';
import type { DrillFault, DrillLimits, DrillReport, DrillRound } from '../model/report/drill-report.js';
import type { GroupReport } from '../model/report/group-report.js';
import { FAST_ELSEWHERE, type Timing } from '../model/timing.js';
import type { TimingChoice, Topology } from '../model/topology.js';
import { Connections } from '../nodes/client/connection.js';
import { discover } from '../nodes/live/discover.js';
import { isLoopback } from '../spec/defaults.js';
import { type DrillGroup, engineDrillGroup, externalDrillGroup } from './drill-group.js';
import { breachesOf, figuresOf } from './figures.js';
import { playRound } from './round.js';
import { removeKeys } from './verdict.js';

/** How a drill goes, wherever it takes place. */
export interface DrillCourse {
  /** How often; at least 1. */
  readonly rounds: number;
  readonly limits: DrillLimits;
  /** ms for each of: the failover, the return of the old master, the group's becoming whole. */
  readonly waitTimeoutMs: number;
}

export interface DrillSettings extends DrillCourse {
  readonly fault: DrillFault;
  /** The group's timing for as long as the drill goes on; null: as it is. */
  readonly timing: Exclude<TimingChoice, 'normal'> | null;
}

/**
 * Drills a group that is healthy, and leaves it healthy.
 * @param topology what should be there, where it is known
 * @returns what was seen, and which limits were not kept
 * @throws RsentinelError GROUP_ABSENT, GROUP_BUSY; DRILL_REFUSED when the group is degraded or has no
 *   replica; NETWORK_UNSUITABLE (`partition` elsewhere than in bridge mode, `timing: fast` where nodes are not
 *   on this machine); WAIT_TIMEOUT; the context's signal's reason. The node is brought back then, too
 */
export function drill(
  name: string,
  topology: Topology | null,
  settings: DrillSettings,
  context: Context,
): Promise<DrillReport> {
  return onGroup(name, 'drill', context, async (objects, connections, locked) => {
    const report = await status(name, topology, locked);
    const masterName = suitable(report);
    const { fault, timing } = settings;
    if (fault === 'partition') refuseSharedNetwork(fault, report.networkMode);
    if (timing === 'fast') refuseElsewhere(report);
    const drillGroup = engineDrillGroup(masterName, fault, name, objects, connections, locked);
    const seen = timing === null ? report.timing : 'fast';
    const play = () => playAll(drillGroup, report, seen, settings, connections);
    return seen === report.timing ? play() : withFastTiming(drillGroup.sentinels, connections, play);
  });
}

/**
 * Drills a group of which some sentinels are known, whoever made it, with planned failovers.
 * @throws RsentinelError SENTINELS_SILENT, MASTER_UNKNOWN, USAGE, DRILL_REFUSED, WAIT_TIMEOUT; the signal's reason
 */
export async function drillOfSentinels(
  { sentinels, masterName, credentials }: GivenSentinels,
  course: DrillCourse,
  { emit, signal }: Pick<Context, 'emit' | 'signal'>,
): Promise<DrillReport> {
  const connections = new Connections(credentials);
  try {
    const discovered = await discover(sentinels, masterName, connections, signal);
    const report = await reportOfGiven(givenGroup(discovered), connections, signal);
    suitable(report);
    const watching: Watching = { engine: null, emit, signal };
    const drillGroup = externalDrillGroup(discovered, connections, watching);
    return await playAll(drillGroup, report, report.timing, course, connections);
  } finally {
    connections.close();
  }
}

/** @returns the name of the master, as clients ask for it */
function suitable({ group, masterName, health, redis, faults }: GroupReport): string {
  if (health !== 'healthy' || masterName === null) {
    throw new RsentinelError('DRILL_REFUSED', `${group} is not healthy, so a drill would show nothing`, {
      details: faults.map(({ message }) => message),
      hint: '`rsentinel up` heals it where rsentinel has made it; `rsentinel status` shows what is wrong.',
    });
  }
  if (redis.length < 2) {
    throw new RsentinelError('DRILL_REFUSED', `${group} has no replica that could take over`, {
      hint: 'Set `replicas` in the topology file to 1 or more, and run `rsentinel up`.',
    });
  }
  return masterName;
}

/** In bridge mode the nodes have addresses of their own, and are on this machine all the same. */
function refuseElsewhere({ networkMode, redis }: GroupReport): void {
  const isHere = networkMode === 'bridge' || redis.every(({ address }) => isLoopback(address.host));
  if (isHere) return;
  throw new RsentinelError('NETWORK_UNSUITABLE', FAST_ELSEWHERE, {
    hint: 'Write --timing fast-anywhere if a failover without a reason does no harm.',
  });
}

async function playAll(
  drillGroup: DrillGroup,
  report: GroupReport,
  timing: Timing,
  { rounds: count, limits, waitTimeoutMs }: DrillCourse,
  connections: Connections,
): Promise<DrillReport> {
  const startedAt = Date.now();
  const keys = `rsentinel:drill:${randomBytes(6).toString('hex')}`;
  const rounds: DrillRound[] = [];
  for (let round = 1; round <= count; round += 1) {
    const names = { key: `${keys}:${round}`, cutOffKey: `${keys}:${round}:cut-off` };
    try {
      const play = () =>
        playRound({ drillGroup, round, rounds: count, ...names, waitTimeoutMs }, connections);
      rounds.push(await keepingPeriods(drillGroup.sentinels, connections, play));
    } catch (error) {
      await drillGroup.recover();
      throw error;
    } finally {
      await removeKeys(Object.values(names), drillGroup.redis, connections);
    }
  }
  return {
    version: 1,
    group: drillGroup.group,
    masterName: drillGroup.masterName,
    fault: drillGroup.fault,
    timing,
    startedAt,
    redis: report.redis.map(({ name }) => name),
    sentinels: report.sentinels.map(({ name }) => name),
    rounds,
    figures: figuresOf(rounds),
    limits,
    breaches: breachesOf(rounds, limits),
  };
}
