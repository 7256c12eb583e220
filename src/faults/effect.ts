/** Waits until a fault has had its effect on every sentinel, and notes what is seen on the way. */

import { type Address, sameAddress } from '../model/address.js';
import type { GroupNodes } from '../model/group-nodes.js';
import type { Fault } from '../model/report/group-report.js';
import { LinkEvidence } from '../nodes/health/evidence.js';
import { findFaults } from '../nodes/health/readiness.js';
import { instancesOf, masterViews, type Snapshot } from '../nodes/health/snapshot.js';
import type { Live } from '../nodes/live/live.js';
import { type Examined, waitHealthy } from '../nodes/wait/wait-healthy.js';
import type { Milestone } from './fault.js';

/** A node that is gone, for the others. */
export interface Missing {
  readonly name: string;
  readonly address: Address;
}

/**
 * What a failover has to bring about: the master by everybody's words, and the replicas' links by
 * their own. What the sentinels hear of replicas, by INFO every 10 s, follows from that.
 */
const BROUGHT_ABOUT: ReadonlySet<string> = new Set([
  'node-silent',
  'node-loading',
  'master-unknown',
  'master-disagreement',
  'epoch-disagreement',
  'master-foreign',
  'master-gone',
  'master-flags',
  'master-role',
  'replica-role',
  'replica-link-down',
  'replica-not-online',
]);

/** Collects what is seen for the first time. */
export class Milestones {
  readonly #started: number;
  readonly #seen = new Map<string, number>();

  /** @param started by `performance.now()` */
  constructor(started: number) {
    this.#started = started;
  }

  note(what: string): void {
    if (!this.#seen.has(what)) this.#seen.set(what, performance.now() - this.#started);
  }

  get list(): readonly Milestone[] {
    return [...this.#seen].map(([what, ms]) => ({ what, ms: Math.round(ms) }));
  }
}

/**
 * Waits until every sentinel that answers sees the missing nodes as down; and, where the master is
 * among them, until all agree on another one that the remaining replicas follow.
 * @param live the nodes that are left
 * @param master the former master, where it is missing
 * @throws RsentinelError WAIT_TIMEOUT; the context's signal's reason
 */
export function untilGone(
  live: Live,
  missing: readonly Missing[],
  master: Missing | null,
  milestones: Milestones,
): Promise<Snapshot> {
  const { group } = live;
  const evidence = new LinkEvidence();
  const look = async (): Promise<Examined> => {
    const snapshot = await live.snapshot();
    evidence.add(snapshot);
    noteFailover(group, missing, master, snapshot, milestones);
    const unseen = missing.flatMap((node) => unseenBy(group, node, snapshot));
    if (master === null) return { snapshot, faults: unseen };
    const rest = findFaults({ ...group, gone: missing }, snapshot, evidence).filter(({ code }) =>
      BROUGHT_ABOUT.has(code),
    );
    // A former master counts as a replica from the switch on, and may be found down once more.
    return { snapshot, faults: rest.length > 0 ? rest : unseen };
  };
  return waitHealthy(live, look);
}

function unseenBy(group: GroupNodes, { name, address }: Missing, snapshot: Snapshot): readonly Fault[] {
  return group.sentinels.flatMap((sentinel): Fault[] => {
    const answer = snapshot.sentinels.get(sentinel.name);
    if (answer?.kind !== 'sentinel') return [];
    const instance = instancesOf(answer).find((one) => sameAddress(one.address, address));
    if (instance === undefined || instance.flags.includes('s_down')) return [];
    return [
      {
        code: 'node-silent',
        node: name,
        message: `${sentinel.name} does not see ${name} as down yet`,
        remedy: 'Wait for down-after-milliseconds to pass.',
      },
    ];
  });
}

function noteFailover(
  group: GroupNodes,
  missing: readonly Missing[],
  master: Missing | null,
  snapshot: Snapshot,
  milestones: Milestones,
): void {
  for (const node of missing) {
    const views = [...snapshot.sentinels.values()].flatMap((answer) =>
      answer.kind === 'sentinel'
        ? instancesOf(answer).filter(({ address }) => sameAddress(address, node.address))
        : [],
    );
    if (views.some(({ flags }) => flags.includes('s_down')))
      milestones.note(`a sentinel sees ${node.name} as down`);
    if (views.some(({ flags }) => flags.includes('o_down')))
      milestones.note(`a quorum sees ${node.name} as down`);
    if (views.length > 0 && views.every(({ flags }) => flags.includes('s_down'))) {
      milestones.note(`every sentinel sees ${node.name} as down`);
    }
  }
  if (master === null) return;
  const named = masterViews(snapshot).map(({ address }) => address);
  const others = named.filter((address) => !sameAddress(address, master.address));
  const successor = group.redis.find(({ address }) => others.some((other) => sameAddress(other, address)));
  if (successor === undefined) return;
  milestones.note(`a sentinel names ${successor.name} as the master`);
  if (others.length === named.length) milestones.note(`all sentinels name ${successor.name} as the master`);
}
