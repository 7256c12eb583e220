/** Ends Redis servers that have data: only once it has been seen on disk. */

import type { Context, LockedContext } from '../engine/context.js';
import type { WritePause } from '../failover/pause-writes.js';
import type { Connections } from '../nodes/client/connection.js';
import { infoFields, text } from '../nodes/client/replies.js';
import { asNotSaved, confirmSaved, notSaved, type SavedNode, saveDataSet } from './save.js';

/** ms that a server which cannot be asked has to save its data behind SIGTERM. */
const UNASKED = 60_000;
/** ms for the end of a server that has nothing to save any more. */
const SAVED = 10_000;

/** How a node stands before it is stopped. */
type Readiness =
  | { readonly kind: 'saved'; readonly pause: WritePause }
  /** It does not answer, so that nobody can see whether it saves. */
  | { readonly kind: 'silent'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** A node that has been made ready to stop. */
export interface ReadyToStop {
  readonly node: SavedNode;
  /** Whether it says that it is a master; null: it does not answer. */
  readonly isMaster: boolean | null;
  readonly readiness: Readiness;
}

/**
 * Pauses writes and saves on a node, without stopping it. Never throws but for the context's signal.
 */
export async function prepareStop(
  node: SavedNode,
  connections: Connections,
  context: Context,
): Promise<ReadyToStop> {
  const isMaster = await connections
    .query(node.control, [['INFO', 'replication']])
    .then(([reply]) => reply?.ok === true && infoFields(text(reply)).get('role') === 'master')
    .catch((error: unknown) => String(error instanceof Error ? error.message : error));
  if (typeof isMaster === 'string')
    return { node, isMaster: null, readiness: { kind: 'silent', why: isMaster } };
  try {
    return {
      node,
      isMaster,
      readiness: { kind: 'saved', pause: await saveDataSet(node, connections, context) },
    };
  } catch (error) {
    context.signal.throwIfAborted();
    return { node, isMaster, readiness: { kind: 'failed', error: await asNotSaved(node, error, context) } };
  }
}

/** Lets a node go on that was to be stopped. */
export async function goOn({ readiness }: ReadyToStop): Promise<void> {
  if (readiness.kind === 'saved') await readiness.pause.end();
}

/**
 * Ends a node that was made ready. One that has saved ends at once, without waiting for replicas; one that could not be
 * asked gets the time to save by itself.
 * @throws RsentinelError DATA_NOT_SAVED when nobody has seen it save; its container is still there then, and a master that
 *   answers goes on
 */
export async function stopReady(
  group: string,
  ready: ReadyToStop,
  connections: Connections,
  context: LockedContext,
): Promise<void> {
  const { engine } = context;
  const { node, readiness } = ready;
  if (readiness.kind === 'saved') {
    return stopSaved(group, ready, readiness.pause, connections, context);
  }
  await engine.stop(group, node.container, UNASKED);
  if (readiness.kind === 'failed') throw readiness.error;
  const { exitCode } = await engine.state(node.container);
  const log = await engine.logTail(node.container, LOG_LINES).catch(() => []);
  if (exitCode !== 0)
    throw await notSaved(node, `it did not answer (${readiness.why}), and had to be killed`, context);
  if (!log.some((line) => SAVED_LINE.test(line))) {
    throw await notSaved(node, `it did not answer (${readiness.why}), and its log tells of no save`, context);
  }
}

/** Ends a node that has saved, after a last look. Once the others have been ended, no signal may leave this one half done. */
async function stopSaved(
  group: string,
  { node, isMaster }: ReadyToStop,
  pause: WritePause,
  connections: Connections,
  context: LockedContext,
): Promise<void> {
  const unsignalled = { ...context, signal: new AbortController().signal };
  try {
    const failure = await confirmSaved(node, pause, connections, unsignalled).then(
      () => null,
      async (error: unknown) => ({ error: await asNotSaved(node, error, context) }),
    );
    if (failure !== null && isMaster === true) throw failure.error;
    await context.confirmLock();
    if (failure === null) await shutDown(node, connections);
    await context.engine.stop(group, node.container, SAVED);
    if (failure !== null) throw failure.error;
  } finally {
    await pause.end();
  }
}

const LOG_LINES = 30;
/** Of Redis 6.0 – 8.0 and Valkey (rdb.c, server.c): what a server logs when it saves before it ends. */
const SAVED_LINE = /DB saved on disk|Calling fsync\(\) on the AOF file/;

/**
 * Has a server end itself. From 7.0 on SIGTERM, and SHUTDOWN without NOW, would wait for replicas that lag behind
 * (`shutdown-timeout`); the data is on disk already, so that nothing is saved once more (NOSAVE; an AOF is
 * flushed all the same).
 */
async function shutDown({ control }: SavedNode, connections: Connections): Promise<void> {
  for (const command of [
    ['SHUTDOWN', 'NOSAVE', 'NOW', 'FORCE'],
    ['SHUTDOWN', 'NOSAVE'],
  ] as const) {
    // A server that ends does not reply; one before 7.0 knows no NOW.
    const [reply] = await connections.query(control, [command]).catch(() => []);
    if (reply === undefined || reply.ok) return;
  }
}
