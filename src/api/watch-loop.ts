/** When a watched group is looked at, and in which order what is seen and heard is told. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Credentials } from '../model/credentials/credentials.js';
import type { AskedNode } from '../model/group-nodes.js';
import type { GroupReport } from '../model/report/group-report.js';
import type { WatchedEvent, WatchMoment } from '../model/report/watch-report.js';
import { Connections } from '../nodes/client/connection.js';
import type { Recorded } from '../nodes/events/event-channel.js';
import { masterOfEvent } from '../nodes/events/events.js';
import { FailoverTracker } from '../nodes/events/failover-tracker.js';
import { Listeners } from '../nodes/events/listeners.js';
import { eventText, nodeOf } from '../nodes/events/timeline.js';
import { LinkEvidence } from '../nodes/health/evidence.js';
import { type Asking, askingOnce } from '../nodes/health/look.js';
import type { Snapshot } from '../nodes/health/snapshot.js';

/** ms between two looks while the sentinels say nothing. */
const POLL = 1_000;
/** ms after an event until the group is looked at: what is said in one burst gives one look. */
const SETTLE = 40;
/** ms for which a ping that was answered proves a link. */
const EVIDENCE = 3_000;

/** What one look at a watched group has found. */
export interface Seen {
  readonly report: GroupReport;
  /** null: there is nobody to ask. */
  readonly snapshot: Snapshot | null;
  /** The sentinels that may say something from now on. */
  readonly sentinels: readonly AskedNode[];
}

type Happening =
  /** `at`: when the look began, as for events. */
  | { readonly kind: 'seen'; readonly seen: Seen; readonly at: number }
  | { readonly kind: 'heard'; readonly recorded: Recorded; readonly heardAt: number }
  | { readonly kind: 'failed'; readonly error: unknown };

export class WatchLoop {
  readonly #lookOnce: (asking: Asking) => Promise<Seen>;
  readonly #signal: AbortSignal;
  readonly #stop = new AbortController();
  readonly #happened: Happening[] = [];
  readonly #tracker = new FailoverTracker();
  #wake: () => void = () => {};
  /** Ends the wait for the next look. */
  #hurry = new AbortController();
  #recent: readonly { readonly at: number; readonly snapshot: Snapshot }[] = [];
  #report: GroupReport | null = null;

  constructor(lookOnce: (asking: Asking) => Promise<Seen>, signal: AbortSignal) {
    this.#lookOnce = lookOnce;
    this.#signal = signal;
  }

  /** To be called once. */
  async *moments(): AsyncGenerator<WatchMoment> {
    const listeners = new Listeners((recorded) => {
      const master = masterOfEvent(recorded.event);
      // The same sentinels may watch other groups.
      if (master !== null && this.#report !== null && master !== this.#report.masterName) return;
      this.#push({ kind: 'heard', recorded, heardAt: Date.now() });
      this.#hurry.abort();
    });
    const onAbort = (): void => this.#wake();
    this.#signal.addEventListener('abort', onAbort);
    try {
      void this.#lookAgainAndAgain(listeners);
      for (;;) {
        this.#signal.throwIfAborted();
        const happening = this.#happened.shift();
        if (happening === undefined) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          continue;
        }
        if (happening.kind === 'failed') throw happening.error;
        yield* happening.kind === 'seen' ? this.#saw(happening) : this.#heard(happening);
        if (happening.kind === 'seen' && happening.seen.report.health === 'absent') return;
      }
    } finally {
      this.#stop.abort();
      this.#hurry.abort();
      this.#signal.removeEventListener('abort', onAbort);
      listeners.close();
    }
  }

  #push(happening: Happening): void {
    this.#happened.push(happening);
    this.#wake();
  }

  async #lookAgainAndAgain(listeners: Listeners): Promise<void> {
    try {
      while (!this.#stop.signal.aborted) {
        this.#hurry = new AbortController();
        const at = performance.now();
        const { seen, credentials } = await this.#look();
        if (this.#stop.signal.aborted) return;
        await listeners.follow(seen.sentinels, credentials);
        this.#push({ kind: 'seen', seen, at });
        await delay(POLL, undefined, { signal: this.#hurry.signal }).catch(() => {});
        if (this.#hurry.signal.aborted && !this.#stop.signal.aborted) await delay(SETTLE);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#push({ kind: 'failed', error });
    }
  }

  async #look(): Promise<{ readonly seen: Seen; readonly credentials: Credentials }> {
    const now = performance.now();
    this.#recent = this.#recent.filter(({ at }) => now - at < EVIDENCE);
    const evidence = new LinkEvidence();
    for (const { snapshot } of this.#recent) evidence.add(snapshot);
    // Those of the last look may be closed: Sentinel ends all that a node has when it gives it another role.
    // How its nodes let us in, whoever looks finds out.
    const connections = new Connections();
    try {
      const asking =
        this.#recent.length === 0 ? askingOnce(connections) : { connections, evidence, patienceMs: 0 };
      const seen = await this.#lookOnce(asking);
      if (seen.snapshot !== null) this.#recent = [...this.#recent, { at: now, snapshot: seen.snapshot }];
      return { seen, credentials: connections.credentials };
    } finally {
      connections.close();
    }
  }

  *#saw({ seen: { report }, at }: Extract<Happening, { readonly kind: 'seen' }>): Generator<WatchMoment> {
    this.#report = report;
    yield { kind: 'report', report };
    const failover = this.#tracker.see(report, at);
    if (failover !== null) yield { kind: 'failover', failover };
  }

  *#heard({ recorded, heardAt }: Extract<Happening, { readonly kind: 'heard' }>): Generator<WatchMoment> {
    const report = this.#report;
    if (report === null || isOfAnother(recorded, report.masterName)) return;
    yield { kind: 'event', event: watchedEvent(recorded, heardAt, report) };
    const failover = this.#tracker.hear(recorded, heardAt);
    if (failover !== null) yield { kind: 'failover', failover };
  }
}

/** Sentinels may watch several masters, and say which one they mean in all that concerns one. */
function isOfAnother({ event }: Recorded, masterName: string | null): boolean {
  const name =
    event.kind === 'instance'
      ? event.instance.masterName
      : event.kind === 'switch'
        ? event.masterName
        : masterName;
  return name !== masterName;
}

function watchedEvent(
  { sentinel, event }: Recorded,
  heardAt: number,
  { redis, sentinels }: GroupReport,
): WatchedEvent {
  const nameOfId = (id: string) => sentinels.find((one) => one.id === id)?.name ?? id;
  const told = event.kind === 'vote' ? { ...event, leader: nameOfId(event.leader) } : event;
  return { heardAt, sentinel, event: event.type, node: nodeOf(event, { redis }), text: eventText(told) };
}
