/** What the sentinels said → the six steps of a failover. Pure. */

import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import {
  type DrillEvent,
  type DrillRound,
  type DrillStep,
  type SentinelMoment,
  STEP_NAMES,
  type StepName,
} from '../../model/report/drill-report.js';
import type { Recorded } from './event-channel.js';
import type { SentinelEvent } from './events.js';

/** What has to be known of a failover beside the events. Times are on the clock of the events. */
export interface Circumstances {
  readonly redis: readonly { readonly name: string; readonly address: Address }[];
  readonly sentinels: readonly { readonly name: string; readonly id: string | null }[];
  /** Address of the master before. */
  readonly master: Address;
  /** When it began: the fault was ordered, or the first was heard of it. */
  readonly faultAt: number;
  /** When the old master was let back, and when it was a linked replica; null: not yet. */
  readonly returning: { readonly from: number; readonly to: number | null } | null;
}

/** What the sentinels' events tell, as a round of a drill has it. Times are ms after it began. */
export type Timeline = Pick<
  DrillRound,
  | 'epoch'
  | 'leader'
  | 'steps'
  | 'subjectivelyDown'
  | 'objectivelyDown'
  | 'votes'
  | 'announced'
  | 'failovers'
  | 'aborts'
  | 'events'
>;

/** Events of the attempt at a failover: of the last one, where Sentinel gave one up and tried again. */
interface Attempt {
  readonly all: readonly Recorded[];
  readonly last: readonly Recorded[];
}

/** @param recorded in the order in which they were heard; those before the fault are left out */
export function timelineOf(recorded: readonly Recorded[], circumstances: Circumstances): Timeline {
  const { master, faultAt } = circumstances;
  const after = recorded.filter(({ at }) => at >= faultAt);
  const attempt = { all: after, last: lastAttempt(after) };
  const isOfMaster = ({ event }: Recorded) =>
    event.kind === 'instance' &&
    event.instance.role === 'master' &&
    sameAddress(event.instance.address, master);
  const down = firstOfEach(ofType(after, '+sdown').filter(isOfMaster));
  const objective = ofType(after, '+odown').find(isOfMaster);
  const announced = firstOfEach(ofType(after, '+switch-master'));
  const epochs = after.flatMap(({ event }) => (event.kind === 'epoch' ? [event.epoch] : []));
  const nameOfId = (id: string) => circumstances.sentinels.find((one) => one.id === id)?.name ?? id;
  const sinceFault = ({ at }: Recorded) => round(at - faultAt);
  const moment = (one: Recorded): SentinelMoment => ({ sentinel: one.sentinel, at: sinceFault(one) });
  return {
    epoch: epochs.length === 0 ? null : epochs.reduce((most, one) => Math.max(most, one)),
    leader: ofType(attempt.last, '+elected-leader')[0]?.sentinel ?? null,
    steps: steps(attempt, down, objective, announced, circumstances),
    subjectivelyDown: down.map(moment),
    objectivelyDown: objective === undefined ? null : sinceFault(objective),
    votes: after.flatMap((one) =>
      one.event.kind === 'vote'
        ? [{ ...moment(one), leader: nameOfId(one.event.leader), epoch: one.event.epoch }]
        : [],
    ),
    announced: announced.map(moment),
    failovers: mostOfOne(ofType(after, '+switch-master')),
    aborts: after
      .filter(({ event }) => event.type.startsWith('-failover-abort'))
      .map(({ event }) => event.type),
    events: after.map(
      (one): DrillEvent => ({
        ...moment(one),
        type: one.event.type,
        node: nodeOf(one.event, circumstances),
        text: eventText(one.event),
      }),
    ),
  };
}

function steps(
  { last }: Attempt,
  down: readonly Recorded[],
  objective: Recorded | undefined,
  announced: readonly Recorded[],
  { faultAt, returning }: Circumstances,
): readonly DrillStep[] {
  const at = (one: Recorded | undefined) => one?.at ?? null;
  const first = (...types: readonly string[]) => at(last.find(({ event }) => types.includes(event.type)));
  const spans: Readonly<Record<StepName, readonly [number | null, number | null]>> = {
    detected: [at(down[0]), at(objective)],
    elected: [first('+new-epoch', '+try-failover', '+vote-for-leader'), first('+elected-leader')],
    promoted: [first('+failover-state-select-slave'), first('+promoted-slave')],
    reconfigured: [first('+failover-state-reconf-slaves'), first('+failover-end')],
    announced: [at(announced[0]), at(announced.at(-1))],
    returned: [returning?.from ?? null, returning?.to ?? null],
  };
  const sinceFault = (time: number | null) => (time === null ? null : round(time - faultAt));
  return STEP_NAMES.map((name) => {
    const [from, to] = spans[name];
    return { name, from: sinceFault(from), to: sinceFault(to) };
  });
}

/** What came after the last time that Sentinel gave up, before it succeeded. */
function lastAttempt(recorded: readonly Recorded[]): readonly Recorded[] {
  const success = recorded.findIndex(({ event }) => event.kind === 'switch');
  const given = recorded
    .slice(0, success === -1 ? recorded.length : success)
    .findLastIndex(({ event }) => event.type.startsWith('-failover-abort'));
  return recorded.slice(given + 1);
}

function ofType(recorded: readonly Recorded[], type: string): readonly Recorded[] {
  return recorded.filter(({ event }) => event.type === type);
}

/** The first of each sentinel. */
function firstOfEach(recorded: readonly Recorded[]): readonly Recorded[] {
  return recorded.filter(
    (one, index) => recorded.findIndex(({ sentinel }) => sentinel === one.sentinel) === index,
  );
}

/** How many of them the sentinel said that said most of them. */
function mostOfOne(recorded: readonly Recorded[]): number {
  const counts = recorded.map(({ sentinel }) => recorded.filter((one) => one.sentinel === sentinel).length);
  return Math.max(0, ...counts);
}

/** Tenths of a ms are more than the way of an event to us is sure of. */
function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** Name of the node that an event is about; of a switch, the new master. */
export function nodeOf(event: SentinelEvent, { redis }: Pick<Circumstances, 'redis'>): string | null {
  const address =
    event.kind === 'instance' ? event.instance.address : event.kind === 'switch' ? event.to : null;
  if (address === null) return null;
  return redis.find((node) => sameAddress(node.address, address))?.name ?? null;
}

/** What an event says beside its type, for people. */
export function eventText(event: SentinelEvent): string {
  switch (event.kind) {
    case 'instance':
      return [event.instance.role, formatAddress(event.instance.address), event.more].join(' ').trim();
    case 'switch':
      return `${formatAddress(event.from)} → ${formatAddress(event.to)}`;
    case 'vote':
      return `${event.leader} ${event.epoch}`;
    case 'epoch':
      return String(event.epoch);
    case 'other':
      return event.text;
  }
}
