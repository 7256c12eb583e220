/** Looks at the nodes of a group: what they say, and which faults that shows. */

import { setTimeout as delay } from 'node:timers/promises';
import type { GroupNodes } from '../../model/group-nodes.js';
import type { DivergedWrites } from '../../model/report/diverged-writes.js';
import type { Fault } from '../../model/report/group-report.js';
import type { Timing } from '../../model/timing.js';
import type { Connections } from '../client/connection.js';
import { divergedFault, findDiverged } from '../live/find-diverged.js';
import { LinkEvidence } from './evidence.js';
import type { Expectation } from './expectation.js';
import { takeSnapshot } from './observe.js';
import { DEFAULT_PERIODS, PERIODS, runsWith, timingSeen } from './periods.js';
import { findFaults } from './readiness.js';
import { remedy } from './remedies.js';
import type { Snapshot } from './snapshot.js';

/** ms for which pings that are under way at the first look may be answered. */
const PING_PATIENCE = 1_500;
const PING_POLL = 20;

/** How nodes are asked. */
export interface Asking {
  readonly connections: Connections;
  /** What looks before have seen of the links; this one adds to it. */
  readonly evidence: LinkEvidence;
  /** ms for which a ping that is under way may be answered. */
  readonly patienceMs: number;
}

/** Of whoever knows nothing of the links yet: up to 1.5 s while a ping that happens to be under way looks like a fault. */
export function askingOnce(connections: Connections): Asking {
  return { connections, evidence: new LinkEvidence(), patienceMs: PING_PATIENCE };
}

/** What the nodes of a group said, and what is wrong by it. */
export interface Looked {
  readonly snapshot: Snapshot;
  readonly faults: readonly Fault[];
  /** What former masters that answer as masters have, and the present one has not. */
  readonly diverged: readonly DivergedWrites[];
}

/**
 * Asks nodes, again while a ping that is under way looks like a fault.
 * @param group who should be there
 * @param targets who is asked; of the others it is known that they cannot answer
 * @param timing what the group's timing should be; null: what it is seen to be
 * @param isTold whether a fault is bound to be seen by what is known already
 */
export async function look(
  group: Expectation,
  targets: GroupNodes,
  timing: Timing | null,
  isTold: (fault: Fault) => boolean,
  { connections, evidence, patienceMs }: Asking,
  signal: AbortSignal,
): Promise<Looked> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    signal.throwIfAborted();
    const snapshot = await takeSnapshot(targets, connections);
    evidence.add(snapshot);
    const found = findFaults(group, snapshot, evidence).filter((fault) => !isTold(fault));
    if (performance.now() >= deadline || !found.some((fault) => fault.code === 'link-unproved')) {
      const diverged = await findDiverged(targets, snapshot, connections);
      const periods = periodFaults(snapshot, timing ?? timingSeen(snapshot));
      return { snapshot, faults: [...found, ...periods, ...diverged.map(divergedFault)], diverged };
    }
    await delay(PING_POLL);
  }
}

function periodFaults(snapshot: Snapshot, timing: Timing): readonly Fault[] {
  return [...snapshot.sentinels].flatMap(([node, answer]): Fault[] => {
    if (answer.kind !== 'sentinel' || runsWith(answer, PERIODS[timing])) return [];
    const isLost = timing === 'fast' && runsWith(answer, DEFAULT_PERIODS);
    const code = isLost ? 'periods-lost' : 'periods-lowered';
    const message = isLost
      ? `${node} was started anew and runs with Sentinel’s own timer periods: timing: fast is lost there`
      : `${node} runs with other timer periods than ${timing === 'fast' ? 'those of timing: fast' : 'Sentinel’s own'}`;
    return [{ code, node, message, remedy: remedy(code) }];
  });
}
