/** Waits until a look at a group finds nothing amiss, and says what is missing when that does not come. */

import type { Watching } from '../../engine/context.js';
import { RsentinelError } from '../../errors.js';
import type { GroupNode, GroupNodes } from '../../model/group-nodes.js';
import type { Fault } from '../../model/report/group-report.js';
import type { Looked } from '../health/look.js';
import type { Snapshot } from '../health/snapshot.js';
import type { Live } from '../live/live.js';
import { logDetails, nodeExited } from './explain.js';

/** ms between two looks at a group that forms; then longer, for one that takes its time. */
const POLL = { first: 15, later: 100, laterAfter: 5_000 } as const;
/** ms between two looks at the containers of nodes that do not answer. */
const CONTAINER_CHECK = 500;

/** What a look at a group has found. */
export type Examined = Pick<Looked, 'snapshot' | 'faults'>;

/**
 * Waits until a look at a group finds no fault, and returns what it has seen.
 * @throws RsentinelError WAIT_TIMEOUT with what was missing and the log of the node concerned;
 *   NODE_EXITED as soon as a node has ended; the context's signal's reason
 */
export function waitHealthy(live: Live, look: () => Promise<Examined>): Promise<Snapshot> {
  const { group, context } = live;
  let nextContainerCheck = performance.now() + CONTAINER_CHECK;
  let told = '';
  let last: readonly Fault[] = [];
  return live.poll(
    (elapsed) => (elapsed > POLL.laterAfter ? POLL.later : POLL.first),
    async () => {
      const { snapshot, faults } = await look();
      if (faults.length === 0) return snapshot;
      last = faults;
      const missing = faults.map((fault) => fault.message);
      if (missing.join('\n') !== told) live.emit({ type: 'waiting', missing });
      told = missing.join('\n');
      if (!live.deadline.aborted && performance.now() > nextContainerCheck) {
        await throwIfExited(group, faults, context);
        nextContainerCheck = performance.now() + CONTAINER_CHECK;
      }
      return null;
    },
    () => notReady(group, last, context),
  );
}

function nodesOf({ redis, sentinels }: GroupNodes): readonly GroupNode[] {
  return [...redis, ...sentinels];
}

async function throwIfExited(
  group: GroupNodes,
  faults: readonly Fault[],
  { engine }: Watching,
): Promise<void> {
  if (engine === null) return;
  const silent = faults.filter((fault) => fault.code === 'node-silent').map((fault) => fault.node);
  for (const node of nodesOf(group).filter(({ name }) => silent.includes(name))) {
    if (node.container === null) continue;
    const now = await engine.state(node.container);
    if (now.state === 'exited' || now.state === 'dead') throw await nodeExited(engine, node, now);
  }
}

async function notReady(
  group: GroupNodes,
  faults: readonly Fault[],
  { engine }: Watching,
): Promise<RsentinelError> {
  const concerned = faults.map((fault) => fault.node).find((name) => name !== null);
  const node = nodesOf(group).find(({ name }) => name === concerned);
  return new RsentinelError('WAIT_TIMEOUT', `the group ${group.name} was not ready in time`, {
    details: [
      ...faults.map((fault) => `missing: ${fault.message}`),
      ...(node === undefined ? [] : await logDetails(engine, node)),
    ],
    hint: `${faults[0]?.remedy ?? ''} Give it longer with --wait-timeout.`,
  });
}
