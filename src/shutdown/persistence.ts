/** How far a Redis server has its data on disk, from what it says of itself. Pure. */
import type { Fields } from '../nodes/client/replies.js';

/**
 * `due`: the server has to be asked to save. `saving`: it is at it; keys, as far as it tells (7.0 and newer).
 * `saved`: all that it has acknowledged is in its files. `failed`: it cannot write them.
 */
export type SaveState =
  | { readonly kind: 'due' }
  | { readonly kind: 'saving'; readonly done: number; readonly total: number }
  | { readonly kind: 'saved' }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * Returns whether the data is on disk, for a server whose writes are paused.
 *
 * A server with an AOF loads that and nothing else when it starts, so the AOF is what counts: every write is in it once the
 * buffer is empty and no rewrite is to come (aof.c, 6.0 – 8.0). Otherwise the RDB file counts. That nothing has
 * changed since the last save tells only about saves of this process: after a start it says so too (`rdb_saves`, 7.0).
 * @param info fields of INFO persistence
 * @param isAsked whether BGSAVE has been accepted since the writes were paused
 */
export function saveState(info: Fields, isAsked: boolean): SaveState {
  if (number(info, 'aof_enabled') === 1) return aofState(info);
  if (number(info, 'rdb_bgsave_in_progress') === 1) return saving(info);
  const isOk = info.get('rdb_last_bgsave_status') === 'ok';
  if (isAsked) return isOk ? { kind: 'saved' } : { kind: 'failed', why: 'the RDB file cannot be written' };
  const isUnchanged = number(info, 'rdb_changes_since_last_save') === 0 && number(info, 'rdb_saves') > 0;
  return isUnchanged && isOk ? { kind: 'saved' } : { kind: 'due' };
}

function aofState(info: Fields): SaveState {
  if (info.get('aof_last_write_status') !== 'ok') {
    return { kind: 'failed', why: 'the append-only file cannot be written' };
  }
  const isRewritten = number(info, 'aof_rewrite_in_progress') + number(info, 'aof_rewrite_scheduled') > 0;
  const isBuffered = number(info, 'aof_buffer_length') + number(info, 'aof_pending_bio_fsync') > 0;
  return isRewritten || isBuffered ? saving(info) : { kind: 'saved' };
}

function saving(info: Fields): SaveState {
  return {
    kind: 'saving',
    done: number(info, 'current_save_keys_processed'),
    total: number(info, 'current_save_keys_total'),
  };
}

function number(info: Fields, name: string): number {
  return Number(info.get(name) ?? 0) || 0;
}

/** ms that a save may take without any sign of progress: the time to open files on a busy disk. */
const STALL = 60_000;
/** Bytes that a server writes in a second at the least; a slow disk in a virtual machine does ten times as many. */
const SLOWEST = 2_000_000;

/**
 * Returns the ms that a server may take for a save from now on without telling of progress.
 * @param memory bytes of `used_memory`
 */
export function savePatience(memory: number): number {
  return STALL + (memory / SLOWEST) * 1000;
}
