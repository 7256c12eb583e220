/** Empties the nodes of a group: its data, and what is kept beside it. */

import { RsentinelError } from '../errors.js';
import { untilCaughtUp } from '../failover/planned.js';
import type { GroupNode } from '../model/group-nodes.js';
import type { Command } from '../nodes/client/connection.js';
import type { Live } from '../nodes/live/live.js';

/** In the background, so that no sentinel misses a ping: what is gone is gone at once, its memory is freed later. */
const FLUSH: Command = ['FLUSHALL', 'ASYNC'];
/** FLUSHALL leaves them. Redis before 7.0 has none. */
const FLUSH_FUNCTIONS: Command = ['FUNCTION', 'FLUSH', 'ASYNC'];

/**
 * Removes all data and functions, from the master and, as it is replicated, from every replica; returns when
 * each has applied that. The cache of scripts stays: a client may count on what it has loaded for as long as
 * its connection lives, and connections stay.
 * @throws RsentinelError FLUSH_REFUSED, WAIT_TIMEOUT; the context's signal's reason
 */
export async function flush(live: Live, master: GroupNode): Promise<void> {
  const [data, functions] = await live.query(master, [FLUSH, FLUSH_FUNCTIONS]).catch((error: unknown) => {
    throw refused(master, error instanceof Error ? error.message : String(error));
  });
  if (data?.ok === false) throw refused(master, data.error);
  // Where the command is not known, by its version or by its configuration, there are no functions.
  if (functions?.ok === false && !isUnknown(functions.error)) throw refused(master, functions.error);
  await untilCaughtUp(live, master);
}

function refused({ name }: GroupNode, why: string): RsentinelError {
  const hint = isUnknown(why)
    ? 'A rename-command of the configuration takes FLUSHALL away: do without it, or use `rsentinel down --volumes` and `up`.'
    : 'Look at `rsentinel status` and at the node’s log; `rsentinel down --volumes` and `up` do without FLUSHALL.';
  return new RsentinelError('FLUSH_REFUSED', `${name} cannot be emptied by FLUSHALL: ${why}`, { hint });
}

function isUnknown(error: string): boolean {
  return /unknown (?:sub)?command/i.test(error);
}
