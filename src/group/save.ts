/** Has a master's data set on disk, whatever its own rules for saving are, and lets nothing be added to it. */
import { setTimeout as delay } from 'node:timers/promises';
import { RsentinelError } from '../errors.js';
import type { Connections } from '../sentinel/connection.js';
import { infoOf } from '../sentinel/observe.js';
import type { Endpoint } from '../spec/address.js';
import type { Context } from './context.js';
import { WriteStop } from './write-stop.js';

const POLL = 20;

/**
 * Pauses writes and saves: what was acknowledged is in the file then, also where the topology has
 * `save ""`, which makes a server stop without saving.
 * @returns the pause, to be ended when the node has stopped, or is to go on after all
 * @throws RsentinelError WAIT_TIMEOUT, DIRECTORY_UNUSABLE; the context's signal's reason
 */
export async function saveDataSet(
  node: string,
  at: Endpoint,
  connections: Connections,
  context: Context,
  deadline: AbortSignal,
): Promise<WriteStop> {
  const pause = await WriteStop.begin(at, connections);
  try {
    let isStarted = false;
    for (;;) {
      context.signal.throwIfAborted();
      if (!isStarted) {
        // Refused while another child works: of one that began before the pause nothing is known.
        const [reply] = await connections.query(at, [['BGSAVE']]);
        isStarted = reply?.ok ?? false;
      } else {
        const fields = await infoOf(at, 'persistence', connections);
        if (fields.get('rdb_bgsave_in_progress') === '0') {
          if (fields.get('rdb_last_bgsave_status') === 'ok') return pause;
          throw cannotSave(node);
        }
      }
      if (deadline.aborted) {
        throw new RsentinelError('WAIT_TIMEOUT', `${node} did not save its data set in time`, {
          hint: 'Look at its log, or give it longer with --wait-timeout.',
        });
      }
      await delay(POLL);
    }
  } catch (error) {
    await pause.end();
    throw error;
  }
}

function cannotSave(node: string): RsentinelError {
  return new RsentinelError('DIRECTORY_UNUSABLE', `${node} cannot save its data set`, {
    hint: 'Look at its log: its data directory must be writable, with room for the file. Nothing was stopped.',
  });
}
