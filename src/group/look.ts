/** Looks at the nodes of a group: what they say, and which faults that shows. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../report/group-report.js';
import type { Connections } from '../sentinel/connection.js';
import { LinkEvidence } from '../sentinel/evidence.js';
import type { Expectation } from '../sentinel/expectation.js';
import { type Targets, takeSnapshot } from '../sentinel/observe.js';
import { hasOtherPeriods } from '../sentinel/periods.js';
import { findFaults } from '../sentinel/readiness.js';
import { remedy } from '../sentinel/remedies.js';
import type { Snapshot } from '../sentinel/snapshot.js';

/** ms for which pings that are under way at the first look may be answered. */
const PING_PATIENCE = 1_500;
const PING_POLL = 20;

/** What the nodes of a group said, and what is wrong by it. */
export interface Looked {
  readonly snapshot: Snapshot;
  readonly faults: readonly Fault[];
}

/**
 * Asks every node, again for up to 1.5 s while a ping that happens to be under way looks like a fault.
 * @param isTold whether a fault is bound to be seen by what is known already
 */
export async function look(
  group: Expectation & Targets,
  isTold: (fault: Fault) => boolean,
  connections: Connections,
  signal: AbortSignal,
): Promise<Looked> {
  const evidence = new LinkEvidence();
  const patience = AbortSignal.timeout(PING_PATIENCE);
  for (;;) {
    signal.throwIfAborted();
    const snapshot = await takeSnapshot(group, connections);
    evidence.add(snapshot);
    const found = findFaults(group, snapshot, evidence).filter((fault) => !isTold(fault));
    if (patience.aborted || !found.some((fault) => fault.code === 'link-unproved')) {
      return { snapshot, faults: [...found, ...periodFaults(snapshot)] };
    }
    await delay(PING_POLL);
  }
}

function periodFaults(snapshot: Snapshot): readonly Fault[] {
  return [...snapshot.sentinels].flatMap(([node, answer]): Fault[] => {
    if (answer.kind !== 'sentinel' || !hasOtherPeriods(answer)) return [];
    const message = `${node} runs with other timer periods than Sentinel’s own`;
    return [{ code: 'periods-lowered', node, message, remedy: remedy('periods-lowered') }];
  });
}
