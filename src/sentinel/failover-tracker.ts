/** Finds failovers in what the sentinels of a watched group say, and follows each to its end. Asks nobody. */
import type { GroupReport } from '../report/group-report.js';
import type { FailoverProgress, FailoverState } from '../report/watch-report.js';
import { type Address, formatAddress, sameAddress } from '../spec/address.js';
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
    const isOver = current === null || hasReturned(current) || isCalledOff(current);
    if (master !== null && (isOver || !sameAddress(master, current.master))) {
      // The leader says in which epoch it tries just before it says that it does.
      const recorded =
        before?.event.kind === 'epoch' && before.sentinel === one.sentinel ? [before, one] : [one];
      this.#failover = { startedAt: heardAt, master, recorded, returning: null };
    } else if (isOver || isOfAnother(one.event, current)) {
      return null;
    } else {
      const kept = current.recorded.length < MOST ? current.recorded : current.recorded.toSpliced(FIRST, 1);
      this.#failover = { ...current, recorded: [...kept, one] };
    }
    return this.#progress();
  }

  /**
   * @param at when the group was looked at, on the clock of the events
   * @returns the failover that has gone on by what was seen; null: none has
   */
  see(report: GroupReport, at: number): FailoverProgress | null {
    this.#known = report;
    const failover = this.#failover;
    if (failover === null || hasReturned(failover) || lastSwitch(failover) === undefined) return null;
    const old = report.redis.find(({ address }) => sameAddress(address, failover.master));
    if (old?.link == null) return null;
    const isLinked = old.link.status === 'up';
    if (failover.returning !== null && !isLinked) return null;
    const returning = { from: failover.returning?.from ?? at, to: isLinked ? at : null };
    this.#failover = { ...failover, returning };
    return this.#progress();
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
    const answering = sentinels.filter(({ view }) => view !== null).length;
    const isTold = timeline.announced.length >= Math.max(1, answering);
    const state: FailoverState = isCalledOff(failover) ? 'called-off' : isTold ? 'done' : 'running';
    return {
      ...timeline,
      startedAt,
      from: nameOf(master),
      to: to === undefined ? null : nameOf(to),
      state,
      // Of one that is looked back at, whoever was last is the end of it; here others may follow.
      steps: steps.map((step) => (step.name === 'announced' && !isTold ? { ...step, to: null } : step)),
    };
  }
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

function hasReturned({ returning }: Failover): boolean {
  return returning !== null && returning.to !== null;
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
