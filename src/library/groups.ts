/** All groups on an engine. */
import type { Removal } from '../api/down-many.js';
import { downMany } from '../api/down-many.js';
import { type ListedGroup, list } from '../api/list.js';
import { findPrunable, pruneTargets } from '../api/prune.js';
import { type CallOptions, contextOf, type EngineOptions } from './options.js';

export interface PruneOptions extends EngineOptions, CallOptions {
  /** Whether configuration and data stay; left out: no. */
  readonly keepData?: boolean | undefined;
}

/** Returns every group on the engine, with its health by what its nodes and containers say. */
export async function listGroups(options: EngineOptions & CallOptions = {}): Promise<readonly ListedGroup[]> {
  return list(() => Promise.resolve(null), await contextOf(options, options));
}

/**
 * Removes the groups that have expired, or whose topology file is gone, with their data.
 * @returns what became of each; one that cannot be removed does not stop the others
 */
export async function pruneGroups(options: PruneOptions = {}): Promise<readonly Removal[]> {
  const context = await contextOf(options, options);
  const found = await findPrunable(context, Date.now());
  const volumes = options.keepData ? 'keep' : 'remove';
  return downMany(pruneTargets(found, context), { volumes }, context);
}
