/** Waits until a node that has been started answers. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../../engine/context.js';
import { RsentinelError } from '../../errors.js';
import { formatAddress } from '../../model/address.js';
import type { NodeSpec } from '../../model/group-spec.js';
import type { Connections } from '../client/connection.js';
import { logDetails, nodeExited } from './explain.js';

/** ms between two attempts to reach it. */
const RETRY = 10;
/** ms for which it may be silent before the engine is asked whether it still runs. */
const SUSPICIOUS = 300;

/**
 * Asks until it gives a proper reply: one that is loading, or not up yet, does not.
 * @throws RsentinelError WAIT_TIMEOUT, NODE_EXITED; the context's signal's reason
 */
export async function waitAnswer(
  node: NodeSpec,
  connections: Connections,
  context: Context,
  deadline: AbortSignal,
): Promise<void> {
  let last = 'nothing';
  let checkAt = performance.now() + SUSPICIOUS;
  for (;;) {
    context.signal.throwIfAborted();
    if (deadline.aborted) throw await tooLate(node, last, context);
    try {
      const [reply] = await connections.query(node.control, [['PING']]);
      if (reply?.ok) return;
      last = reply?.error ?? last;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
      if (performance.now() > checkAt) {
        await throwIfExited(node, context);
        checkAt = performance.now() + SUSPICIOUS;
      }
    }
    await delay(RETRY);
  }
}

async function throwIfExited(node: NodeSpec, { driver }: Context): Promise<void> {
  const now = await driver.state(node.container);
  if (now.state !== 'running') throw await nodeExited(driver, node, now);
}

/** With the log: a rollback leaves none to look at. */
async function tooLate(node: NodeSpec, last: string, { driver }: Context): Promise<RsentinelError> {
  const message = `${node.name} did not answer at ${formatAddress(node.control)} in time`;
  return new RsentinelError('WAIT_TIMEOUT', message, {
    details: [`it said last: ${last}`, ...(await logDetails(driver, node))],
    hint: 'Give it longer with --wait-timeout.',
  });
}
