/** Waits until a look at a group finds nothing amiss, and says what is missing when that does not come. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Watching } from '../../engine/context.js';
import { RsentinelError } from '../../errors.js';
import type { Fault } from '../../model/report/group-report.js';
import type { Snapshot } from '../health/snapshot.js';
import type { LiveGroup, LiveNode } from '../live/live-nodes.js';
import { logDetails, nodeExited } from './explain.js';

/** ms between two looks at a group that forms; then longer, for one that takes its time. */
const POLL = { first: 15, later: 100, laterAfter: 5_000 } as const;
/** ms between two looks at the containers of nodes that do not answer. */
const CONTAINER_CHECK = 500;

/** What a look at a group has found. */
export interface Look {
  readonly snapshot: Snapshot;
  readonly faults: readonly Fault[];
}

/**
 * @param look asked again and again, until it finds no fault
 * @param deadline aborted when the group has had its time
 * @throws RsentinelError WAIT_TIMEOUT with what was missing and the log of the node concerned;
 *   NODE_EXITED as soon as a node has ended; the context's signal's reason
 */
export async function waitHealthy(
  group: LiveGroup,
  look: () => Promise<Look>,
  context: Watching,
  deadline: AbortSignal,
): Promise<Snapshot> {
  const started = performance.now();
  let nextContainerCheck = started + CONTAINER_CHECK;
  let told = '';
  for (;;) {
    context.signal.throwIfAborted();
    const { snapshot, faults } = await look();
    if (faults.length === 0) return snapshot;

    const missing = faults.map((fault) => fault.message);
    if (missing.join('\n') !== told) context.emit({ type: 'waiting', missing });
    told = missing.join('\n');
    if (deadline.aborted) throw await notReady(group, faults, context);
    if (performance.now() > nextContainerCheck) {
      await throwIfExited(group, faults, context);
      nextContainerCheck = performance.now() + CONTAINER_CHECK;
    }
    await delay(performance.now() - started > POLL.laterAfter ? POLL.later : POLL.first);
  }
}

function nodesOf({ redis, sentinels }: LiveGroup): readonly LiveNode[] {
  return [...redis, ...sentinels];
}

async function throwIfExited(
  group: LiveGroup,
  faults: readonly Fault[],
  { driver }: Watching,
): Promise<void> {
  if (driver === null) return;
  const silent = faults.filter((fault) => fault.code === 'node-silent').map((fault) => fault.node);
  for (const node of nodesOf(group).filter(({ name }) => silent.includes(name))) {
    if (node.container === null) continue;
    const now = await driver.state(node.container);
    if (now.state === 'exited' || now.state === 'dead') throw await nodeExited(driver, node, now);
  }
}

async function notReady(
  group: LiveGroup,
  faults: readonly Fault[],
  { driver }: Watching,
): Promise<RsentinelError> {
  const concerned = faults.map((fault) => fault.node).find((name) => name !== null);
  const node = nodesOf(group).find(({ name }) => name === concerned);
  return new RsentinelError('WAIT_TIMEOUT', `the group ${group.name} was not ready in time`, {
    details: [
      ...faults.map((fault) => `missing: ${fault.message}`),
      ...(node === undefined ? [] : await logDetails(driver, node)),
    ],
    hint: `${faults[0]?.remedy ?? ''} Give it longer with --wait-timeout.`,
  });
}
