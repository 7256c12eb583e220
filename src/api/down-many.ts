/** Removes several groups: one that cannot be removed does not stop the others. */

import type { Context } from '../engine/context.js';
import { RsentinelError } from '../errors.js';
import { type DownResult, type DownSettings, type DownTarget, down } from './down.js';
import { sideBySide } from './side-by-side.js';

export type Removal =
  | { readonly group: string; readonly kind: 'removed'; readonly result: DownResult }
  | { readonly group: string; readonly kind: 'failed'; readonly error: RsentinelError };

/** Groups removed at once: the engine does not get faster by more. */
const AT_ONCE = 4;

/**
 * Removes groups as `down` does.
 * @throws what is no RsentinelError of a single group; the context's signal's reason
 */
export async function downMany(
  targets: readonly DownTarget[],
  settings: DownSettings,
  context: Context,
): Promise<readonly Removal[]> {
  const removals = await sideBySide(targets, AT_ONCE, async (target): Promise<Removal> => {
    context.signal.throwIfAborted();
    try {
      return { group: target.name, kind: 'removed', result: await down(target, settings, context) };
    } catch (error) {
      if (!(error instanceof RsentinelError) || context.signal.aborted) throw error;
      return { group: target.name, kind: 'failed', error };
    }
  });
  context.signal.throwIfAborted();
  return removals;
}
