/** `ls`: every group on the engine, each observed as `status` does it. */

import type { Context } from '../engine/context.js';
import type { GroupListing } from '../engine/engine.js';
import type { GroupReport } from '../model/report/group-report.js';
import type { Topology } from '../model/topology.js';
import { sideBySide } from './side-by-side.js';
import { status } from './status.js';

/**
 * `stopped`: no node runs. `down`: it was taken down, its files are kept in volumes. `partial`: there is no node at all, only fragments. `unknown`: it could
 * not be observed in time.
 */
export type ListedHealth = 'healthy' | 'degraded' | 'stopped' | 'down' | 'partial' | 'unknown';

export interface ListedGroup {
  readonly group: string;
  readonly health: ListedHealth;
  /** The master that the sentinels agree on. */
  readonly master: GroupReport['master'];
  /** How many nodes there are, or should be. */
  readonly redis: number;
  readonly sentinels: number;
  /** ms since 1970 at which the oldest part of it was made; null: the engine does not say. */
  readonly createdAt: number | null;
  /** ms since 1970 until which it is wanted; null: no end was set. */
  readonly expiresAt: number | null;
  /** Absolute paths. */
  readonly file: string | null;
  readonly directory: string | null;
}

/** ms that the observation of one group may take. */
const PATIENCE = 5_000;
/** Groups observed at once: each is half a dozen connections and some calls to the engine. */
const AT_ONCE = 12;

/**
 * Observes all groups.
 * @param topologyOf what should be there of a group, where that is known
 * @throws RsentinelError for what concerns the engine
 */
export async function list(
  topologyOf: (group: GroupListing) => Promise<Topology | null>,
  context: Context,
): Promise<readonly ListedGroup[]> {
  const groups = await context.engine.groups();
  const listed = await sideBySide(groups, AT_ONCE, async (group): Promise<readonly ListedGroup[]> => {
    if (group.isDown) return [listedGroup(group, null, 'down')];
    if (group.redis + group.sentinels === 0) return [listedGroup(group, null, 'partial')];
    const report = await observe(group, topologyOf, context);
    if (report === null) return [listedGroup(group, null, 'unknown')];
    // It went away while we looked.
    return report.health === 'absent' ? [] : [listedGroup(group, report, healthOf(report, report.health))];
  });
  context.signal.throwIfAborted();
  return listed.flat();
}

function healthOf({ redis, sentinels }: GroupReport, health: 'healthy' | 'degraded'): ListedHealth {
  return [...redis, ...sentinels].some(({ container }) => container?.state === 'running')
    ? health
    : 'stopped';
}

function listedGroup(group: GroupListing, report: GroupReport | null, health: ListedHealth): ListedGroup {
  return {
    group: group.name,
    health,
    master: report?.master ?? null,
    redis: report?.redis.length ?? group.redis,
    sentinels: report?.sentinels.length ?? group.sentinels,
    createdAt: group.createdAt,
    expiresAt: group.expiresAt,
    file: group.file,
    directory: group.directory,
  };
}

/** @returns null: not in time */
async function observe(
  group: GroupListing,
  topologyOf: (group: GroupListing) => Promise<Topology | null>,
  context: Context,
): Promise<GroupReport | null> {
  const patience = new AbortController();
  const stop = (): void => patience.abort();
  context.signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(stop, PATIENCE);
  const late = new Promise<null>((resolve) => {
    patience.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  try {
    const observed = topologyOf(group).then((topology) =>
      status(group.name, topology, { ...context, signal: patience.signal }),
    );
    return await Promise.race([
      late,
      observed.catch((error) => (patience.signal.aborted ? null : raise(error))),
    ]);
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', stop);
  }
}

function raise(error: unknown): never {
  throw error;
}
