/** `prune`: which groups nobody wants any more, and why. */

import { access } from 'node:fs/promises';
import type { Context } from '../engine/context.js';
import type { GroupListing } from '../engine/engine.js';
import { isCode } from '../storage/filesystem.js';
import type { DownTarget } from './down.js';

/** Why a group may go. */
export type PruneReason =
  /** Its time is over. ms since 1970. */
  | { readonly kind: 'expired'; readonly at: number }
  /** It was made on this machine, from a file that is there no more. */
  | { readonly kind: 'file-gone'; readonly path: string }
  | { readonly kind: 'directory-gone'; readonly path: string }
  /** No node is left of it, or none was ever made. */
  | { readonly kind: 'fragments' };

export interface Prunable {
  readonly group: GroupListing;
  readonly reason: PruneReason;
}

/**
 * ms for which a group without a node is left in peace: that is also what one looks like that is
 * being brought up.
 */
const FRAGMENTS_PEACE = 60_000;

/**
 * What is expired, orphaned or in fragments.
 * @param now ms since 1970
 * @throws RsentinelError for what concerns the engine
 */
export async function findPrunable({ engine }: Context, now: number): Promise<readonly Prunable[]> {
  const groups = await engine.groups();
  const found = await Promise.all(
    groups.map(async (group): Promise<readonly Prunable[]> => {
      const gone = group.machine === engine.machine ? await pathsGone(group) : new Set<string>();
      const reason = pruneReason(group, gone, now);
      return reason === null ? [] : [{ group, reason }];
    }),
  );
  return found.flat();
}

/** Whether a group may still go, for the same reason. @param now ms since 1970 */
async function isStillPrunable(
  { group: { name }, reason }: Prunable,
  context: Context,
  now: number,
): Promise<boolean> {
  const found = await findPrunable(context, now);
  return found.some((other) => other.group.name === name && other.reason.kind === reason.kind);
}

/** Returns the groups as what `down` removes: each is left alone if somebody has brought it up again meanwhile, or given it more time. */
export function pruneTargets(found: readonly Prunable[], context: Context): readonly DownTarget[] {
  return found.map((one) => ({
    name: one.group.name,
    directory: one.group.directory,
    mayGo: () => isStillPrunable(one, context, Date.now()),
  }));
}

/**
 * Why a group may go; null: it stays. Pure.
 * @param gone those of its paths that are known to be gone
 */
export function pruneReason(group: GroupListing, gone: ReadonlySet<string>, now: number): PruneReason | null {
  const { file, directory, usesDirectory, expiresAt, changedAt } = group;
  if (expiresAt !== null && expiresAt <= now) return { kind: 'expired', at: expiresAt };
  // `down` was asked to keep them.
  if (group.isDown) return null;
  if (group.redis + group.sentinels === 0) {
    const isSettled = changedAt === null || now - changedAt > FRAGMENTS_PEACE;
    return isSettled ? { kind: 'fragments' } : null;
  }
  if (file !== null && gone.has(file)) return { kind: 'file-gone', path: file };
  if (directory !== null && usesDirectory && gone.has(directory)) {
    return { kind: 'directory-gone', path: directory };
  }
  return null;
}

async function pathsGone({ file, directory }: GroupListing): Promise<ReadonlySet<string>> {
  const paths = [file, directory].filter((path) => path !== null);
  const gone = await Promise.all(paths.map(async (path) => ((await isGone(path)) ? [path] : [])));
  return new Set(gone.flat());
}

/** What cannot be looked at, for want of permission, is not gone. */
function isGone(path: string): Promise<boolean> {
  return access(path).then(
    () => false,
    (error: unknown) => isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR'),
  );
}
