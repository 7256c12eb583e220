/** Waits, in the middle of a roll-out, until all nodes that are there have their places; and makes sentinels forget. */

import { RsentinelError } from '../../errors.js';
import { sameAddress } from '../../model/address.js';
import type { GroupNode, GroupNodes } from '../../model/group-nodes.js';
import type { Fault } from '../../model/report/group-report.js';
import type { Connections } from '../client/connection.js';
import { LinkEvidence } from '../health/evidence.js';
import { DEFAULT_PERIODS, FAILOVER_PERIODS, runsWith, setPeriods } from '../health/periods.js';
import { findFaults } from '../health/readiness.js';
import { instancesOf, type Snapshot } from '../health/snapshot.js';
import { findStreamFaults } from '../health/stream.js';
import type { Live } from '../live/live.js';
import { waitHealthy } from './wait-healthy.js';

/** Concern what is to be forgotten, and only then. */
const TO_BE_FORGOTTEN: ReadonlySet<string> = new Set([
  'replica-foreign',
  'replica-count',
  'sentinel-foreign',
  'sentinel-count',
]);

/**
 * Waits until every node is where it belongs by the words of all others. Sentinels that have
 * Sentinel's own periods, as after a start, get those that a group in use bears.
 * @throws RsentinelError as {@link untilFaultless}
 */
export function waitConverged(
  live: Live,
  atEveryLook: (snapshot: Snapshot) => Promise<void> = async () => {},
): Promise<Snapshot> {
  const evidence = new LinkEvidence();
  const { group, connections } = live;
  const look = async () => {
    const snapshot = await live.snapshot();
    evidence.add(snapshot);
    await atEveryLook(snapshot);
    await keepLively(group, snapshot, connections);
    const faults = findFaults(group, snapshot, evidence).filter(({ code }) => !TO_BE_FORGOTTEN.has(code));
    if (faults.length > 0) return { snapshot, faults };
    return { snapshot, faults: await findStreamFaults(group, snapshot, connections.credentials) };
  };
  return waitHealthy(live, look);
}

async function keepLively(
  { sentinels }: GroupNodes,
  snapshot: Snapshot,
  connections: Connections,
): Promise<void> {
  const slow = sentinels.filter(({ name }) => {
    const answer = snapshot.sentinels.get(name);
    return answer?.kind === 'sentinel' && answer.periods !== null && runsWith(answer, DEFAULT_PERIODS);
  });
  await Promise.allSettled(slow.map(({ control }) => setPeriods(control, FAILOVER_PERIODS, connections)));
}

/**
 * SENTINEL RESET on one sentinel that knows addresses which are of no node any more, and waits until
 * it has found all others again: only then may the next be asked, for until then it can elect nobody.
 * @throws RsentinelError as {@link untilFaultless}
 */
export async function forget(sentinel: GroupNode, live: Live): Promise<void> {
  const { group } = live;
  const before = await live.with({ ...group, redis: [], sentinels: [sentinel] }).snapshot();
  if (!knowsStrangers(sentinel, group, before)) return;
  const [reply] = await live.query(sentinel, [['SENTINEL', 'RESET', group.masterName]]);
  if (!reply?.ok) {
    throw new RsentinelError(
      'ENGINE_FAILED',
      `${sentinel.name} refuses SENTINEL RESET: ${reply?.error ?? 'no reply'}`,
      {
        hint: 'Look at its log, and run the command again.',
      },
    );
  }
  const evidence = new LinkEvidence();
  const look = async () => {
    const snapshot = await live.snapshot();
    evidence.add(snapshot);
    return { snapshot, faults: ownFaults(sentinel, group, snapshot, evidence) };
  };
  await waitHealthy(live, look);
}

function knowsStrangers({ name }: GroupNode, group: GroupNodes, { sentinels }: Snapshot): boolean {
  const answer = sentinels.get(name);
  if (answer?.kind !== 'sentinel') return false;
  const nodes = [...group.redis, ...group.sentinels];
  return instancesOf(answer).some((one) => !nodes.some(({ address }) => sameAddress(address, one.address)));
}

/** What one sentinel lacks; what the others still have to forget does not concern it. */
function ownFaults(
  sentinel: GroupNode,
  group: GroupNodes,
  snapshot: Snapshot,
  evidence: LinkEvidence,
): readonly Fault[] {
  const answer = snapshot.sentinels.get(sentinel.name);
  const own: Snapshot = {
    redis: snapshot.redis,
    sentinels: new Map(answer === undefined ? [] : [[sentinel.name, answer]]),
  };
  const others = new Set(group.sentinels.map(({ name }) => name).filter((name) => name !== sentinel.name));
  return findFaults(group, own, evidence).filter(
    ({ code, node }) => code !== 'node-silent' || node === null || !others.has(node),
  );
}
