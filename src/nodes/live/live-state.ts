/** What the running sentinels of a group say. */

import type { GroupObjects } from '../../engine/engine.js';
import { type NamedMaster, newest } from '../../model/history.js';
import { serverFacts } from '../../model/server-version.js';
import { type LiveSentinel, type LiveState, NOTHING_LIVE } from '../../plan/observed.js';
import type { Connections } from '../client/connection.js';
import { takeSnapshot } from '../health/observe.js';
import { PERIODS, runsWith, timingSeen } from '../health/periods.js';
import {
  instancesOf,
  type MasterView,
  masterViews,
  type SentinelAnswer,
  type Snapshot,
} from '../health/snapshot.js';
import { masterNameOf } from './live-nodes.js';

/** Sentinels that do not answer are left out. */
export async function observeLive(objects: GroupObjects, connections: Connections): Promise<LiveState> {
  const sentinels = objects.members.flatMap((member) =>
    member.role === 'sentinel' && member.state === 'running' && member.control !== null
      ? [{ name: member.node, control: member.control }]
      : [],
  );
  const masterName = masterNameOf(objects);
  if (sentinels.length === 0) return NOTHING_LIVE;
  const snapshot = await takeSnapshot({ masterName, redis: [], sentinels }, connections);
  const live = [...snapshot.sentinels].flatMap(([name, answer]): [string, LiveSentinel][] =>
    answer.kind === 'sentinel' ? [[name, liveSentinel(answer)]] : [],
  );
  return {
    master: namedMaster(snapshot),
    timing: timingSeen(snapshot),
    sentinels: new Map(live),
  };
}

/**
 * The master that the sentinels name in their newest epoch. The leader of a failover goes on naming the
 * former one in it until all replicas follow the new one (SENTINEL MASTER, sentinel.c); the others know better.
 */
export function namedMaster(snapshot: Snapshot): NamedMaster | null {
  const views = masterViews(snapshot);
  const leads = ({ flags }: MasterView): boolean => flags.includes('failover_in_progress');
  // The first of several in one epoch counts.
  return newest([...views.filter((view) => !leads(view)), ...views.filter(leads)]);
}

function liveSentinel(answer: SentinelAnswer): LiveSentinel {
  const { master, periods, product, version } = answer;
  const timings = ['normal', 'fast'] as const;
  return {
    known: instancesOf(answer).map(({ address }) => address),
    server: serverFacts(product, version),
    settings: master,
    periods:
      periods === null ? 'fixed' : (timings.find((timing) => runsWith(answer, PERIODS[timing])) ?? 'other'),
  };
}
