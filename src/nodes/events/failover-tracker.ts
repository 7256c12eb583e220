/** Finds failovers in what the sentinels of a watched group say, and follows each to its end. Asks nobody. */

import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import type { DrillStep } from '../../model/report/drill-report.js';
import type { GroupReport, MasterLink } from '../../model/report/group-report.js';
import type { FailoverProgress, FailoverState } from '../../model/report/watch-report.js';
import type { Recorded } from './event-channel.js';
import type { SentinelEvent } from './events.js';
import { timelineOf } from './timeline.js';

/** A failover that has begun. Times without a word on them are on the clock of the events. */
interface Failover {
  /** ms since 1970 */
  readonly startedAt: number;
  /** Address of the master before. */
  readonly master: Address;
  readonly recorded: readonly Recorded[];
  readonly returning: { readonly from: number; readonly to: number | null } | null;
  /** What was seen of its end: an event may be missed while a sentinel is connected to anew. null: it goes on. */
  readonly end: Exclude<FailoverState, 'running'> | null;
}

type Known = Pick<GroupReport, 'redis' | 'sentinels'>;

/** What is said of a master that is about to be replaced, first of all. */
const BEGINNINGS: ReadonlySet<string> = new Set(['+sdown', '+odown', '+try-failover']);

/** Events kept of one failover: Sentinel may try again and again for hours. */
const MOST = 500;
/** Of which so many are the first: how it began is never dropped. */
const FIRST = 50;

export class FailoverTracker {
  #known: Known = { redis: [], sentinels: [] };
  #failover: Failover | null = null;
  #last: Recorded | null = null;

  /**
   * @param heardAt ms since 1970
   * @returns the failover that the event belongs to; null: to none
   */
  hear(one: Recorded, heardAt: number): FailoverProgress | null {
    const before = this.#last;
    this.#last = one;
    const master = BEGINNINGS.has(one.event.type) ? masterOf(one.event) : null;
    const current = this.#failover;
    const isOver = current === null || this.#isOver(current);
    if (master !== null && (isOver || !sameAddress(master, current.master))) {
      // The leader says in which epoch it tries just before it says that it does.
      const recorded =
        before?.event.kind === 'epoch' && before.sentinel === one.sentinel ? [before, one] : [one];
      this.#failover = { startedAt: heardAt, master, recorded, returning: null, end: null };
    } else if (isOver || isOfAnother(one.event, current)) {
      return null;
    } else {
      const kept = current.recorded.length < MOST ? current.recorded : current.recorded.toSpliced(FIRST, 1);
      this.#failover = { ...current, recorded: [...kept, one] };
    }
    return this.#progress();
  }

  /**
   * @param at when the look began, on the clock of the events
   * @returns the failover that has gone on by what was seen; null: none has
   */
  see(report: GroupReport, at: number): FailoverProgress | null {
    this.#known = report;
    const failover = this.#failover;
    if (failover === null || this.#isOver(failover)) return null;
    const old = report.redis.find(({ address }) => sameAddress(address, failover.master));
    const end = failover.end ?? endSeen(failover, report, at);
    const returning = lastSwitch(failover) === undefined ? null : returned(failover.returning, old?.link, at);
    if (end === failover.end && returning === failover.returning) return null;
    this.#failover = { ...failover, end, returning };
    return this.#progress();
  }

  /** Nothing that comes now belongs to it. */
  #isOver(failover: Failover): boolean {
    const state = this.#stateOf(failover);
    const isBack = failover.returning !== null && failover.returning.to !== null;
    return state === 'called-off' || (state === 'done' && isBack);
  }

  #stateOf(failover: Failover): FailoverState {
    if (failover.end !== null) return failover.end;
    if (isCalledOff(failover)) return 'called-off';
    const announced = new Set(
      failover.recorded.flatMap(({ sentinel, event }) => (event.kind === 'switch' ? [sentinel] : [])),
    );
    const answering = this.#known.sentinels.filter(({ view }) => view !== null).length;
    return announced.size >= Math.max(1, answering) ? 'done' : 'running';
  }

  #progress(): FailoverProgress | null {
    const failover = this.#failover;
    const [first] = failover?.recorded ?? [];
    if (failover === null || first === undefined) return null;
    const { redis, sentinels } = this.#known;
    const { master, recorded, returning, startedAt } = failover;
    const { steps, ...timeline } = timelineOf(recorded, {
      redis,
      sentinels,
      master,
      faultAt: first.at,
      returning,
    });
    const nameOf = (address: Address) =>
      redis.find((node) => sameAddress(node.address, address))?.name ?? formatAddress(address);
    const to = lastSwitch(failover);
    const state = this.#stateOf(failover);
    return {
      ...timeline,
      startedAt,
      from: nameOf(master),
      to: to === undefined ? null : nameOf(to),
      state,
      steps: asTheyGoOn(steps, state),
    };
  }
}

/** The steps of one that is looked back at → those of one that goes on. */
function asTheyGoOn(steps: readonly DrillStep[], state: FailoverState): readonly DrillStep[] {
  const electedFrom = steps.find(({ name }) => name === 'elected')?.from ?? null;
  return steps.map((step) => {
    // Others may follow whoever was the last to announce it.
    if (step.name === 'announced' && state === 'running') return { ...step, to: null };
    // In a planned failover the master is taken for down while it is being demoted: no step of it.
    const isLate = step.from !== null && electedFrom !== null && step.from > electedFrom;
    return step.name === 'detected' && isLate ? { ...step, from: null, to: null } : step;
  });
}

/** Whether all that answer name another master by now, or the same one, with nothing amiss. */
function endSeen(failover: Failover, { master, health }: GroupReport, at: number): Failover['end'] {
  const last = failover.recorded.at(-1);
  if (master === null || last === undefined || last.at >= at) return null;
  const isSame = sameAddress(master.address, failover.master);
  if (lastSwitch(failover) === undefined) return isSame && health === 'healthy' ? 'called-off' : null;
  return isSame ? null : 'done';
}

/** @param link the old master's, which is back as soon as it has one */
function returned(
  before: Failover['returning'],
  link: MasterLink | null | undefined,
  at: number,
): Failover['returning'] {
  if (link == null) return before;
  if (link.status !== 'up') return before ?? { from: at, to: null };
  return { from: before?.from ?? at, to: at };
}

function masterOf(event: SentinelEvent): Address | null {
  return event.kind === 'instance' && event.instance.role === 'master' ? event.instance.address : null;
}

/** Where one failover follows upon another, sentinels still say the last words of the former. */
function isOfAnother(event: SentinelEvent, { master }: Failover): boolean {
  const about = event.kind === 'switch' ? event.from : masterOf(event);
  return about !== null && !sameAddress(about, master);
}

/** The master that was announced last. */
function lastSwitch({ recorded }: Failover): Address | undefined {
  return recorded.flatMap(({ event }) => (event.kind === 'switch' ? [event.to] : [])).at(-1);
}

/** Whoever took the master for down does so no more, and no other was announced. */
function isCalledOff(failover: Failover): boolean {
  if (lastSwitch(failover) !== undefined) return false;
  const down = new Set<string>();
  let wasDown = false;
  for (const { sentinel, event } of failover.recorded) {
    const master = masterOf(event);
    if (master === null || !sameAddress(master, failover.master)) continue;
    if (event.type === '+sdown') {
      down.add(sentinel);
      wasDown = true;
    }
    if (event.type === '-sdown') down.delete(sentinel);
  }
  return wasDown && down.size === 0;
}
