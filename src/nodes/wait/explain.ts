/** Errors that show what the node itself said last. */

import { toldLogLine } from '../../config/secret-lines.js';
import type { Engine, MemberNow } from '../../engine/engine.js';
import { DataUnreadableError, RsentinelError } from '../../errors.js';
import { beginning } from '../../model/text.js';
import { UNREADABLE_HINT } from '../../plan/up/refusals.js';

/** Lines of a node's log that an error shows. */
const LOG_LINES = 8;
/** Characters of each: an error is read by people. */
const LOG_COLUMNS = 500;

interface Named {
  readonly name: string;
  readonly container: string | null;
}

/** The last log lines of a node, indented below a heading; empty when it has logged nothing, or nobody knows. */
export async function logDetails(engine: Engine | null, node: Named): Promise<readonly string[]> {
  if (engine === null || node.container === null) return [];
  const lines = await engine.logTail(node.container, LOG_LINES).catch(() => []);
  return lines.length === 0
    ? []
    : [
        `last lines of the log of ${node.name}:`,
        // Told before it is cut: half of a secret is one too.
        ...lines.map((line) => `  ${beginning(toldLogLine(line), LOG_COLUMNS)}`),
      ];
}

/**
 * The lines that a server logs when it ends because it cannot load its data (rdb.c, aof.c, server.c; 6.0 – 8.0 and
 * Valkey). A file of a newer version is no spoilt file.
 */
const UNREADABLE =
  /(?:Bad file format reading the append only file|Unexpected end of file reading the append only file|Unrecoverable error reading the append only file|Short read or OOM loading DB|Wrong RDB checksum|Wrong signature trying to load DB|Internal error in RDB|Fatal error loading the DB|Invalid AOF manifest|AOF .{1,200} doesn't exist|Terminating server after rdb file reading failure|RDB CRC error|RDB ERROR DETECTED).*/;
const NEWER = /Can't handle RDB format version/;

/** Returns the error for a node that has ended; a {@link DataUnreadableError} when it ended at its data files. */
export async function nodeExited(
  engine: Engine,
  node: Named,
  { state, exitCode, outOfMemory }: MemberNow,
): Promise<RsentinelError> {
  const log = await logDetails(engine, node);
  const unreadable = log.some((line) => NEWER.test(line))
    ? undefined
    : log.find((line) => UNREADABLE.test(line));
  if (unreadable !== undefined) {
    const why = UNREADABLE.exec(unreadable)?.[0] ?? unreadable;
    return new DataUnreadableError(node.name, why, { details: log, hint: UNREADABLE_HINT });
  }
  const code = exitCode === null ? '' : ` with exit code ${exitCode}`;
  const why = outOfMemory ? ': it has run out of memory' : '';
  return new RsentinelError(
    'NODE_EXITED',
    `${node.name} does not run: its container is ${state}${code}${why}`,
    {
      details: log,
      hint: outOfMemory
        ? 'Give the Redis nodes more memory than their data needs (`redis.memory` in the topology file), or limit the data (`maxmemory`).'
        : 'A directive in the topology file may be wrong for this version of Redis; its log says which.',
    },
  );
}
