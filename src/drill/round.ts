/** One round of a drill: a fault, what the sentinels and a client see of it, and the way back. */

import { setTimeout as delay } from 'node:timers/promises';
import { sameAddress } from '../model/address.js';
import type { Listener } from '../model/events.js';
import type { GroupNode, GroupNodes } from '../model/group-nodes.js';
import type { DrillFault, DrillRound } from '../model/report/drill-report.js';
import type { Connections } from '../nodes/client/connection.js';
import { EventChannel, type Recorded } from '../nodes/events/event-channel.js';
import { masterOfEvent } from '../nodes/events/events.js';
import { nodeOf, type Timeline, timelineOf } from '../nodes/events/timeline.js';
import { takeSnapshot } from '../nodes/health/observe.js';
import { agreedMaster, type Snapshot } from '../nodes/health/snapshot.js';
import { Live } from '../nodes/live/live.js';
import { waitConverged } from '../nodes/wait/wait-converged.js';
import { CutOffClient } from './cut-off-client.js';
import type { DrillGroup } from './drill-group.js';
import { type Patience, until } from './until.js';
import { cutOffOf, readsOf, writesOf } from './verdict.js';
import { Workload } from './workload.js';

/** Successes of the client before the fault: it is connected, and its pace is steady. */
const WARM_UP = 50;
/** ms. Sentinel asks once a second: rounds that all began at the same point of that would all take the same time. */
const PHASE = 1_000;
/** Events that an error shows. */
const LAST_WORDS = 10;
/** Events that are kept: a hundred sentinels that try again for minutes say less. */
const MOST_EVENTS = 20_000;

export interface RoundSettings {
  readonly drillGroup: DrillGroup;
  readonly round: number;
  readonly rounds: number;
  /** The list that the client writes to; to be removed by whoever chose it. */
  readonly key: string;
  /** The same of the client on the old master's side. */
  readonly cutOffKey: string;
  /** ms for each of: the failover, the return of the old master, the group's becoming whole. */
  readonly waitTimeoutMs: number;
}

/** A round that is being played. */
interface RunningRound {
  readonly settings: RoundSettings;
  readonly group: GroupNodes;
  readonly old: GroupNode;
  readonly before: Snapshot;
  readonly recorded: readonly Recorded[];
  readonly workload: Workload;
  /** null: nobody is cut off, or it cannot be had. */
  readonly cutOff: CutOffClient | null;
  readonly connections: Connections;
}

/** When the old master was let back, and when it was a linked replica. ms on the clock of `performance.now`. */
interface Return {
  readonly from: number;
  readonly to: number;
}

/**
 * The group is healthy; it is so again when this returns. Its sentinels may have other periods then.
 * @throws RsentinelError WAIT_TIMEOUT with what the sentinels said last; the context's signal's reason
 */
export async function playRound(settings: RoundSettings, connections: Connections): Promise<DrillRound> {
  const { drillGroup, key } = settings;
  const { emit, signal } = drillGroup.watching;
  const present = await drillGroup.present();
  const before = await takeSnapshot(present, connections);
  const old = masterOf(present, before);
  const recorded: Recorded[] = [];
  let faultAt: number | null = null;
  const channel = await EventChannel.open(present.sentinels, connections.credentials, (one) => {
    const master = masterOfEvent(one.event);
    // The same sentinels may watch other groups.
    if (master !== null && master !== drillGroup.masterName) return;
    if (recorded.length < MOST_EVENTS) recorded.push(one);
    if (faultAt !== null) tell(one, faultAt, present, emit);
  });
  const sentinels = present.sentinels.map(({ address }) => address);
  const { masterName, fault } = drillGroup;
  const workload = await Workload.start(
    sentinels,
    masterName,
    connections.credentials,
    key,
    isSilentFault(fault),
  );
  const inside = await drillGroup.clientBeside(old);
  const cutOff = inside === null ? null : new CutOffClient(inside, settings.cutOffKey);
  const running = { settings, group: present, old, before, recorded, workload, cutOff, connections };
  try {
    await untilWarm(running);
    await delay(Math.random() * PHASE, undefined, { signal }).catch(() => signal.throwIfAborted());
    const { round, rounds } = settings;
    emit({ type: 'drill-round', round, rounds, fault: drillGroup.fault, node: old.name });
    faultAt = performance.now();
    const result = await play(running, faultAt);
    emit({ type: 'drill-round-done', round: result });
    return result;
  } finally {
    workload.close();
    cutOff?.close();
    channel.close();
  }
}

async function play(running: RunningRound, faultAt: number): Promise<DrillRound> {
  const { settings, group, old, before, recorded, workload, cutOff, connections } = running;
  workload.watch(faultAt);
  const returning = await throughFailover(running, faultAt);
  const resumed = performance.now();
  await until(
    'the client did not read from a replica again',
    () => isAfter(workload.reads.lastAt, resumed),
    patience(running),
  );
  await waitConverged(new Live(group, connections, settings.drillGroup.watching, patience(running).deadline));
  const ms = Math.round(performance.now() - faultAt);
  await Promise.all([workload.stop(), cutOff?.stop()]);
  // The sentinels may have failed over again, from the master that they had announced.
  const master = masterOf(group, await takeSnapshot(group, connections));
  const timeline: Timeline = timelineOf(recorded, {
    redis: group.redis,
    sentinels: group.sentinels.map(({ name }) => ({ name, id: idOf(name, before) })),
    master: old.address,
    faultAt,
    returning,
  });
  return {
    round: settings.round,
    from: old.name,
    to: master.name,
    ...timeline,
    writes: await writesOf(workload.writes, settings.key, master, faultAt, connections),
    reads: readsOf(workload.reads, faultAt),
    cutOff: cutOff === null ? null : await cutOffOf(cutOff.ledger, settings.cutOffKey, master, connections),
    ms,
  };
}

/** From the fault to the old master's being a linked replica of the new one. */
async function throughFailover(running: RunningRound, faultAt: number): Promise<Return> {
  const { settings, group, old, workload } = running;
  const { drillGroup } = settings;
  const fell = drillGroup.inject(group, old, patience(running).deadline);
  // In a planned failover the old master becomes a replica while it goes on.
  const [, planned] = await Promise.all([
    fell,
    drillGroup.fault === 'failover' ? untilReplica(running) : null,
  ]);
  await until(
    `the sentinels did not announce another master than ${old.name}`,
    () => announcedBy(running, faultAt),
    patience(running),
  );
  const master = await until(
    'the client did not write again',
    () => {
      const announced = announcedBy(running, faultAt);
      return announced !== null && isAfter(workload.writes.lastAt, announced.at) ? announced.node : null;
    },
    patience(running),
  );
  if (planned !== null) return planned;
  const from = performance.now();
  drillGroup.watching.emit({ type: 'drill-return', node: old.name });
  await drillGroup.recoverNode(old.name, master.address);
  const { to } = await untilReplica(running);
  return { from, to };
}

async function untilWarm(running: RunningRound): Promise<void> {
  const { writes, reads } = running.workload;
  const beside = running.cutOff?.ledger;
  await until(
    'a client of this machine did not come to write and read through the sentinels',
    () =>
      [writes, reads, ...(beside === undefined ? [] : [beside])].every(({ done }) => done.length >= WARM_UP)
        ? true
        : null,
    {
      ...patience(running),
      details: () => [
        `writes: ${writes.done.length} acknowledged, reads: ${reads.done.length} answered`,
        ...[...writes.errors, ...reads.errors].map(({ kind, count }) => `${kind}: ${count}`),
      ],
    },
  );
}

/** The node that every sentinel has announced last, the same for all, and when the last of them did; null: not yet. */
function announcedBy(
  { group, old, recorded }: RunningRound,
  faultAt: number,
): { readonly node: GroupNode; readonly at: number } | null {
  const announced = group.sentinels.flatMap(({ name }) => {
    const last = recorded.findLast(
      ({ at, sentinel, event }) => at >= faultAt && sentinel === name && event.kind === 'switch',
    );
    return last?.event.kind === 'switch' ? [{ to: last.event.to, at: last.at }] : [];
  });
  const [first] = announced;
  if (first === undefined || announced.length < group.sentinels.length) return null;
  const agreed =
    announced.every(({ to }) => sameAddress(to, first.to)) && !sameAddress(first.to, old.address);
  const node = agreed ? group.redis.find(({ address }) => sameAddress(address, first.to)) : undefined;
  return node === undefined ? null : { node, at: Math.max(...announced.map(({ at }) => at)) };
}

/** Asks the old master itself until it is a replica, and linked. @returns when each of these was so */
function untilReplica(running: RunningRound): Promise<Return> {
  const { old, connections } = running;
  let from: number | null = null;
  const look = async (): Promise<Return | null> => {
    const { redis } = await takeSnapshot({ masterName: '', redis: [old], sentinels: [] }, connections);
    const answer = redis.get(old.name);
    if (answer?.kind !== 'redis' || answer.link === null) return null;
    const now = performance.now();
    from ??= now;
    return answer.link.status === 'up' ? { from, to: now } : null;
  };
  return until(
    `${old.name} did not become a replica that is linked to the new master`,
    look,
    patience(running),
  );
}

/** The whole time again, for what comes next. */
function patience({ settings, recorded }: RunningRound): Patience {
  const details = (): readonly string[] => [
    'the sentinels said last:',
    ...recorded.slice(-LAST_WORDS).map(({ sentinel, event }) => `  ${sentinel}: ${event.type}`),
  ];
  return {
    watching: settings.drillGroup.watching,
    deadline: AbortSignal.timeout(settings.waitTimeoutMs),
    details,
  };
}

function masterOf({ redis }: GroupNodes, snapshot: Snapshot): GroupNode {
  const agreed = agreedMaster(snapshot);
  const node = redis.find(({ address }) => agreed !== null && sameAddress(address, agreed));
  if (node === undefined) throw new Error('the sentinels of a healthy group name no node of it');
  return node;
}

function idOf(sentinel: string, { sentinels }: Snapshot): string | null {
  const answer = sentinels.get(sentinel);
  return answer?.kind === 'sentinel' ? answer.myid : null;
}

/** Nobody closes the connections of a master that is frozen or cut off: a client that does not listen to the sentinels waits for ever. */
function isSilentFault(fault: DrillFault): boolean {
  return fault === 'pause' || fault === 'partition';
}

function isAfter(at: number | null, moment: number): true | null {
  return at !== null && at > moment ? true : null;
}

function tell({ at, sentinel, event }: Recorded, faultAt: number, group: GroupNodes, emit: Listener): void {
  const node = nodeOf(event, group);
  emit({ type: 'drill-event', at: at - faultAt, sentinel, event: event.type, node });
}
