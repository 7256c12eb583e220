/** Waits until a node that has been started answers. */
import type { Watching } from '../../engine/context.js';
import { RsentinelError } from '../../errors.js';
import { formatAddress } from '../../model/address.js';
import type { NodeSpec } from '../../model/group-spec.js';
import type { Live } from '../live/live.js';
import { logDetails, nodeExited } from './explain.js';

/** ms between two attempts to reach it. */
const RETRY = 10;
/** ms for which it may be silent before the engine is asked whether it still runs. */
const SUSPICIOUS = 300;

/**
 * Asks until it gives a proper reply: one that is loading, or not up yet, does not.
 * @throws RsentinelError WAIT_TIMEOUT, NODE_EXITED; the context's signal's reason
 */
export async function waitAnswer(node: NodeSpec, live: Live): Promise<void> {
  let last = 'nothing';
  let checkAt = performance.now() + SUSPICIOUS;
  await live.poll(
    RETRY,
    async () => {
      try {
        const [reply] = await live.query(node, [['PING']]);
        if (reply?.ok) return true;
        last = reply?.error ?? last;
      } catch (error) {
        last = error instanceof Error ? error.message : String(error);
        if (performance.now() > checkAt) {
          await throwIfExited(node, live.context);
          checkAt = performance.now() + SUSPICIOUS;
        }
      }
      return null;
    },
    () => tooLate(node, last, live.context),
  );
}

async function throwIfExited(node: NodeSpec, { engine }: Watching): Promise<void> {
  if (engine === null) return;
  const now = await engine.state(node.container);
  if (now.state !== 'running') throw await nodeExited(engine, node, now);
}

/** With the log: a rollback leaves none to look at. */
async function tooLate(node: NodeSpec, last: string, { engine }: Watching): Promise<RsentinelError> {
  const message = `${node.name} did not answer at ${formatAddress(node.control)} in time`;
  return new RsentinelError('WAIT_TIMEOUT', message, {
    details: [`it said last: ${last}`, ...(await logDetails(engine, node))],
    hint: 'Give it longer with --wait-timeout.',
  });
}
