/** Has the data of a Redis node on disk, whatever its own rules for saving are, and lets nothing be added to it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../engine/context.js';
import { RsentinelError } from '../errors.js';
import { type Ask, WritePause } from '../failover/pause-writes.js';
import type { AskedNode } from '../model/group-nodes.js';
import { type Command, type Connections, LoginError, type Reply } from '../nodes/client/connection.js';
import { infoFields, text } from '../nodes/client/replies.js';
import { TlsError } from '../nodes/client/tls-error.js';
import { logDetails } from '../nodes/wait/explain.js';
import { type SaveState, savePatience, saveState } from './persistence.js';

/** ms between two looks: at first, and at a server that takes its time. */
const POLL = { first: 10, later: 200, laterAfter: 500 } as const;
/** ms for which a replica that is connected may make no progress, until it is no longer waited for. */
const CATCH_UP = 1_000;
const CATCH_UP_POLL = 10;
/** ms for which a server whose container runs may answer nothing. 2 s have been seen where 36 servers saved at once on 2 cores. */
const SILENCE = 30_000;

/** A Redis node whose data is to be saved. */
export type SavedNode = AskedNode & { readonly container: string };

/**
 * Pauses writes, gives the replicas that can follow what they lack, and has the server save: what was acknowledged is in the
 * file then, also where the topology has `save ""`, which makes a server stop without saving.
 * @returns the pause, to be ended when the node has stopped, or is to go on after all
 * @throws RsentinelError DATA_NOT_SAVED; Error when the node does not answer; the context's signal's reason. Writes go on then
 */
export async function saveDataSet(
  node: SavedNode,
  connections: Connections,
  context: Context,
): Promise<WritePause> {
  const ask: Ask = (question) => untilAnswered(node, context, question);
  const pause = await WritePause.begin(node.control, connections, ask);
  try {
    await untilReplicasFollow(node, connections, context);
    await untilSaved(node, connections, context);
    return pause;
  } catch (error) {
    await pause.end();
    throw error;
  }
}

/** Waits as long as connected replicas get nearer to the master. One that is cut off or stands still is not waited for. */
async function untilReplicasFollow(
  node: SavedNode,
  connections: Connections,
  context: Context,
): Promise<void> {
  let before = '';
  let movedAt = performance.now();
  for (;;) {
    context.signal.throwIfAborted();
    const [reply] = await asked(node, connections, context, [['INFO', 'replication']]);
    const info = infoFields(text(reply));
    const offset = Number(info.get('master_repl_offset') ?? 0);
    const behind = [...info]
      .filter(([name, value]) => /^slave\d+$/.test(name) && /state=online/.test(value))
      .map(([, value]) => Number(/offset=(\d+)/.exec(value)?.[1] ?? 0))
      .filter((other) => other < offset);
    if (info.get('role') !== 'master' || behind.length === 0) return;
    const now = behind.join();
    if (now !== before) movedAt = performance.now();
    before = now;
    if (performance.now() - movedAt > CATCH_UP) return;
    await delay(CATCH_UP_POLL);
  }
}

/**
 * Looks once more whether the data is on disk, right before a server is ended: this process may have stood still for longer
 * than the pause of writes lasts (a machine that slept), and clients have written since. Saves anew then.
 * @throws RsentinelError DATA_NOT_SAVED; Error when the node does not answer
 */
export async function confirmSaved(
  node: SavedNode,
  pause: WritePause,
  connections: Connections,
  context: Context,
): Promise<void> {
  // A refusal (before 6.2) does not run out.
  if (pause.kind !== 'pause') return;
  await untilAnswered(node, context, () => pause.renew());
  await untilSaved(node, connections, context);
}

async function untilSaved(node: SavedNode, connections: Connections, context: Context): Promise<void> {
  const started = performance.now();
  let isAsked = false;
  let refusal = 'it is busy with another child process';
  let progress = '';
  let movedAt = started;
  for (;;) {
    context.signal.throwIfAborted();
    const [persistence, memory] = await asked(node, connections, context, [
      ['INFO', 'persistence'],
      ['INFO', 'memory'],
    ]);
    const state = saveState(infoFields(text(persistence)), isAsked);
    if (state.kind === 'saved') return;
    if (state.kind === 'failed') throw await notSaved(node, state.why, context);
    if (state.kind === 'due') {
      // Refused while another child works: nothing is known of a save that began before the pause.
      const [reply] = await asked(node, connections, context, [['BGSAVE']]);
      isAsked = reply?.ok ?? false;
      refusal = isAsked ? 'it is still saving' : text(reply);
    } else if (isForwarded(state)) {
      context.emit({ type: 'saving', node: node.name, done: state.done, total: state.total });
    }
    const now = performance.now();
    const seen = JSON.stringify(state);
    if (seen !== progress) movedAt = now;
    progress = seen;
    const used = Number(infoFields(text(memory)).get('used_memory') ?? 0);
    if (now - movedAt > savePatience(used)) throw await notSaved(node, refusal, context);
    await delay(now - started > POLL.laterAfter ? POLL.later : POLL.first);
  }
}

function asked(
  node: SavedNode,
  connections: Connections,
  context: Context,
  questions: readonly Command[],
): Promise<readonly Reply[]> {
  return untilAnswered(node, context, () => connections.query(node.control, questions));
}

/**
 * Asks again for as long as the server's container runs and {@link SILENCE} is not over: on a machine that has much to do a server may
 * be silent for seconds, and a process that stood still takes its own silence for the server's.
 * @param ask what can be asked twice
 * @throws what `ask` has thrown last; the context's signal's reason
 */
async function untilAnswered<T>(node: SavedNode, context: Context, ask: () => Promise<T>): Promise<T> {
  const started = performance.now();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof LoginError || error instanceof TlsError) throw error;
      const { state } = await context.engine.state(node.container);
      if (state !== 'running' || performance.now() - started > SILENCE) throw error;
    }
    await delay(POLL.later);
  }
}

function isForwarded(state: SaveState): state is Extract<SaveState, { kind: 'saving' }> {
  return state.kind === 'saving' && state.total > 0;
}

/** Returns the error as it is where it says already what was not saved; a node that stopped answering has not saved either. */
export function asNotSaved(
  node: Pick<SavedNode, 'name' | 'container'>,
  error: unknown,
  context: Pick<Context, 'engine'>,
): Promise<RsentinelError> {
  if (error instanceof RsentinelError) return Promise.resolve(error);
  return notSaved(
    node,
    `it does not answer any more (${error instanceof Error ? error.message : error})`,
    context,
  );
}

/** Says in Redis' own words why the data of a node is not on disk. */
export async function notSaved(
  node: Pick<SavedNode, 'name' | 'container'>,
  why: string,
  { engine }: Pick<Context, 'engine'>,
): Promise<RsentinelError> {
  return new RsentinelError('DATA_NOT_SAVED', `${node.name} has not saved its data: ${why}`, {
    details: await logDetails(engine, node),
    hint: 'Give its data directory room and the right to write; then run the command again. `rsentinel down --volumes` removes a group with its data.',
  });
}
