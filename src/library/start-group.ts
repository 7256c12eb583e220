/** Starts groups for programs and their tests, and finds those that are there. */
import { up } from '../api/up.js';
import type { TopologyObject } from '../topology/schema/schema.js';
import { Group } from './group.js';
import {
  type CallOptions,
  contextOf,
  DEFAULT_WAIT_MS,
  type EngineOptions,
  type WaitOptions,
} from './options.js';
import { readTopology } from './topology-object.js';

export interface StartOptions extends EngineOptions, WaitOptions {
  /** The group's name; left out: that of the topology, or one that nobody else has. */
  readonly name?: string | undefined;
  /** ms after which `rsentinel prune` may remove the group; left out: an hour; null: as it was before, and never for a new group. */
  readonly ttlMs?: number | null | undefined;
  /** Whether what was made stays when the group does not become ready. */
  readonly keepOnFailure?: boolean | undefined;
}

/** ms: longer than a run of tests takes, and short enough that what a killed one leaves is gone the same day. */
const DEFAULT_TTL_MS = 3_600_000;

/**
 * Starts a group, or makes the one that is there what the topology says, and returns it once it is proved ready.
 *
 * ```ts
 * await using group = await startGroup({ replicas: 2, timing: 'fast' });
 * const redis = new Redis(group.ioredis);
 * ```
 * @param topology an object, or the path of a topology file; left out: one master, two replicas, three sentinels
 * @throws RsentinelError TOPOLOGY_INVALID, ENGINE_UNREACHABLE, IMAGE_UNAVAILABLE, WAIT_TIMEOUT and others. What was made is
 *   removed again then, unless `keepOnFailure` is set
 */
export async function startGroup(
  topology: string | TopologyObject = {},
  options: StartOptions = {},
): Promise<Group> {
  const { name, waitTimeoutMs = DEFAULT_WAIT_MS, ttlMs = DEFAULT_TTL_MS, keepOnFailure = false } = options;
  const read = await readTopology(topology, name);
  const context = await contextOf(options, options);
  const onFailure = keepOnFailure ? 'keep' : 'rollback';
  await up(read, { waitTimeoutMs, onFailure, ttlMs: ttlMs ?? undefined }, context);
  return Group.of(read.name, read, { ...options, engine: context.engine });
}

/**
 * Returns a group that is on the engine, by its name.
 * @throws RsentinelError GROUP_ABSENT
 */
export async function openGroup(name: string, options: EngineOptions & CallOptions = {}): Promise<Group> {
  const context = await contextOf(options, options);
  return Group.of(name, null, { ...options, engine: context.engine });
}
