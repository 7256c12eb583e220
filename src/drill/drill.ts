/** `drill`: a fault is brought on the master, again and again, and what comes of it is measured. */
import { randomBytes } from 'node:crypto';
import type { ObservedEngine } from '../driver/driver.js';
import { RsentinelError } from '../errors.js';
import { refuseSharedNetwork } from '../faults/network.js';
import type { Context } from '../group/context.js';
import { keepingPeriods } from '../group/keep-periods.js';
import { observeLive } from '../group/observe-live.js';
import { onGroup } from '../group/on-group.js';
import { replaceDeadMaster } from '../group/replace-master.js';
import { status } from '../group/status.js';
import type { DrillFault, DrillLimits, DrillReport, DrillRound } from '../report/drill-report.js';
import type { GroupReport } from '../report/group-report.js';
import type { Connections } from '../sentinel/connection.js';
import { sameAddress } from '../spec/address.js';
import type { Topology } from '../topology/topology.js';
import { letBack } from './fault.js';
import { breachesOf, figuresOf } from './figures.js';
import { playRound } from './round.js';
import { removeKey } from './verdict.js';

export interface DrillSettings {
  readonly fault: DrillFault;
  /** How often; at least 1. */
  readonly rounds: number;
  readonly limits: DrillLimits;
  /** ms for each of: the failover, the return of the old master, the group's becoming whole. */
  readonly waitTimeoutMs: number;
}

/** ms for putting things right after a drill that did not get through. */
const RECOVERY = 30_000;

/**
 * Drills a group that is healthy, and leaves it healthy.
 * @param topology what should be there, where it is known
 * @returns what was seen, and which limits were not kept
 * @throws RsentinelError GROUP_ABSENT, GROUP_BUSY; DRILL_REFUSED when the group is degraded or has no
 *   replica; NETWORK_UNSUITABLE (`partition` elsewhere than in bridge mode); WAIT_TIMEOUT; the context's
 *   signal's reason. The node is brought back then, too
 */
export function drill(
  name: string,
  topology: Topology | null,
  settings: DrillSettings,
  context: Context,
): Promise<DrillReport> {
  return onGroup(name, 'drill', context, async (engine, connections, locked) => {
    const report = await status(name, topology, locked);
    const masterName = suitable(report, settings.fault);
    return drillHealthy({ engine, report, masterName }, settings, connections, locked);
  });
}

/** @returns the name of the master, as clients ask for it */
function suitable(
  { group, masterName, health, redis, faults, networkMode }: GroupReport,
  fault: DrillFault,
): string {
  if (health !== 'healthy' || masterName === null) {
    throw new RsentinelError('DRILL_REFUSED', `${group} is not healthy, so a drill would show nothing`, {
      details: faults.map(({ message }) => message),
      hint: `\`rsentinel up\` heals it; \`rsentinel status -n ${group}\` shows what is wrong.`,
    });
  }
  if (redis.length < 2) {
    throw new RsentinelError('DRILL_REFUSED', `${group} has no replica that could take over`, {
      hint: 'Set `replicas` in the topology file to 1 or more, and run `rsentinel up`.',
    });
  }
  if (fault === 'partition') refuseSharedNetwork(fault, networkMode);
  return masterName;
}

/** A group that is healthy, as the drill finds it. */
interface Found {
  readonly engine: ObservedEngine;
  readonly report: GroupReport;
  readonly masterName: string;
}

async function drillHealthy(
  { engine, report, masterName }: Found,
  settings: DrillSettings,
  connections: Connections,
  context: Context,
): Promise<DrillReport> {
  const { group } = report;
  const { fault, waitTimeoutMs, limits } = settings;
  const startedAt = Date.now();
  const redis = engine.members.flatMap(({ role, control }) =>
    role === 'redis' && control !== null ? [control] : [],
  );
  const keys = `rsentinel:drill:${randomBytes(6).toString('hex')}`;
  const rounds: DrillRound[] = [];
  for (let round = 1; round <= settings.rounds; round += 1) {
    const key = `${keys}:${round}`;
    const one = { group, masterName, fault, round, rounds: settings.rounds, key, waitTimeoutMs };
    try {
      const play = () => playRound(one, connections, context);
      rounds.push(await keepingPeriods(engine, connections, play));
    } catch (error) {
      await recover(group, fault, connections, context);
      throw error;
    } finally {
      await removeKey(key, redis, connections);
    }
  }
  return {
    version: 1,
    group,
    masterName,
    fault,
    startedAt,
    redis: report.redis.map(({ name }) => name),
    sentinels: report.sentinels.map(({ name }) => name),
    rounds,
    figures: figuresOf(rounds),
    limits,
    breaches: breachesOf(rounds, limits),
  };
}

/**
 * After a drill that was interrupted or did not get through: no node stays away because of it. A master
 * that was killed comes back once a replica has taken its place, for what is on its disk may be old.
 */
async function recover(
  group: string,
  fault: DrillFault,
  connections: Connections,
  interrupted: Context,
): Promise<void> {
  const context = { ...interrupted, signal: AbortSignal.timeout(RECOVERY) };
  try {
    const engine = await context.driver.observe(group);
    const away = engine.members.filter(
      ({ role, state, attached }) => role === 'redis' && (state !== 'running' || !attached),
    );
    if (away.length === 0) return;
    if (fault === 'kill') await replaceDeadMaster(group, engine, context);
    const { master } = await observeLive(engine, connections);
    for (const { node, address } of away) {
      if (master === null || address === null) throw new Error('the sentinels name no master');
      if (fault === 'kill' && sameAddress(address, master.address))
        throw new Error(`nobody took the place of ${node}`);
      await letBack(fault, group, node, master.address, context);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `the group is not as it was before the drill (${why}): \`rsentinel up\` heals it`;
    context.emit({ type: 'warning', message });
  }
}
