/** Brings faults on a group that runs, and waits until every sentinel has noticed. */

import type { Context, LockedContext } from '../engine/context.js';
import type { GroupObjects, ObservedMember } from '../engine/engine.js';
import { RsentinelError } from '../errors.js';
import { demote, demotionOf, holdInside } from '../failover/demote.js';
import { keepingPeriods } from '../failover/keep-timers.js';
import { allDone } from '../lock/all-done.js';
import { onGroup } from '../lock/with-group.js';
import { type Address, sameAddress } from '../model/address.js';
import type { GroupNodes } from '../model/group-nodes.js';
import type { DivergedWrites } from '../model/report/diverged-writes.js';
import type { Connections } from '../nodes/client/connection.js';
import { pairs } from '../nodes/client/replies.js';
import { Live } from '../nodes/live/live.js';
import { LiveNodes, masterNameOf } from '../nodes/live/live-nodes.js';
import { observeLive } from '../nodes/live/live-state.js';
import { nodeMembers, presentMaster, sentinelsOf } from '../nodes/live/members.js';
import { waitConverged } from '../nodes/wait/wait-converged.js';
import { waitTilt } from '../nodes/wait/wait-tilt.js';
import { hasProcess } from '../plan/members.js';
import { replaceDeadMaster } from '../reconcile/replace-dead-master.js';
import { prepareStop, stopReady } from '../shutdown/stop-node.js';
import { Milestones, type Missing, untilGone } from './effect.js';
import type { FaultKind, FaultReport, FaultTargets } from './fault.js';
import { inject } from './inject.js';
import { failoverLines, lastLeader } from './leader.js';
import { modeOf, refuseSharedNetwork } from './network.js';
import { repointStopped } from './restore.js';
import { chooseTargets, type GroupRoles } from './targets.js';

/** ms beyond `down-after-milliseconds` that a fault has for its effect, where nothing else is said. */
export const PATIENCE = 60_000;

export interface FaultSettings {
  readonly kind: FaultKind;
  readonly targets: FaultTargets;
  /** Whether to wait for the effect. */
  readonly wait: boolean;
  /** ms for the effect; undefined: {@link PATIENCE} and the group's `down-after-milliseconds`. */
  readonly waitTimeoutMs: number | undefined;
}

/**
 * Brings a fault on a group.
 * @throws RsentinelError GROUP_ABSENT, GROUP_BUSY, NODE_UNKNOWN, NETWORK_UNSUITABLE (`partition` elsewhere than in
 *   bridge mode), WAIT_TIMEOUT with what Sentinel has said; the context's signal's reason
 */
export function bringOn(group: string, settings: FaultSettings, context: Context): Promise<FaultReport> {
  return onGroup(group, settings.kind, context, async (objects, connections, locked) => {
    const { kind } = settings;
    if (kind === 'partition' || kind === 'heal') refuseSharedNetwork(kind, modeOf(objects));
    const roles = await observeRoles(group, objects, settings.targets, connections, locked);
    const targets = chooseTargets(kind, settings.targets, roles);
    const run: FaultRun = { kind, targets, roles, objects, connections, context: locked };
    const work = () => bringAndWait(run, settings);
    // Bringing nodes back goes with lowered periods.
    return isRemedy(kind) ? keepingPeriods(sentinelsOf(objects), connections, work) : work();
  });
}

/** A fault that is being brought on. */
interface FaultRun {
  readonly kind: FaultKind;
  readonly targets: readonly ObservedMember[];
  readonly roles: GroupRoles;
  readonly objects: GroupObjects;
  readonly connections: Connections;
  readonly context: LockedContext;
}

function isRemedy(kind: FaultKind): boolean {
  return kind === 'unpause' || kind === 'restart' || kind === 'heal';
}

async function bringAndWait(run: FaultRun, { wait, waitTimeoutMs }: FaultSettings): Promise<FaultReport> {
  const { kind, targets, roles, objects, connections, context } = run;
  const timeout = waitTimeoutMs ?? PATIENCE + (await downAfter(objects, connections));
  if (wait && !isRemedy(kind)) {
    // In TILT the sentinels would notice nothing, and the effect would come half a minute late.
    await waitTilt(new Live(sentinelsRunning(objects), connections, context, AbortSignal.timeout(timeout)));
  }
  const since = BigInt(Date.now()) * 1_000_000n;
  const started = performance.now();
  const milestones = new Milestones(started);
  const lost = await bring(run);
  if (wait && targets.length > 0) {
    await untilEffect(run, milestones, AbortSignal.timeout(timeout)).catch(async (error: unknown) => {
      throw isRemedy(kind) ? error : await explained(error, objects, since, context);
    });
  }
  const ms = performance.now() - started;
  return {
    group: roles.group,
    fault: kind,
    victims: targets.map(({ node }) => node),
    master: { before: roles.master, after: wait ? await presentMaster(objects, connections) : null },
    milestones: milestones.list,
    lost,
    ms: Math.round(ms),
  };
}

function sentinelsRunning(objects: GroupObjects): GroupNodes {
  return new LiveNodes('', masterNameOf(objects), objects).group;
}

async function observeRoles(
  group: string,
  objects: GroupObjects,
  targets: FaultTargets,
  connections: Connections,
  { engine, signal }: Context,
): Promise<GroupRoles> {
  const nodes = nodeMembers(objects);
  const needsLeader = targets.kind === 'role' && targets.role === 'leader';
  const [master, leader] = await Promise.all([
    presentMaster(objects, connections),
    needsLeader ? lastLeader(engine, nodes, signal) : null,
  ]);
  return { group, nodes, master, leader };
}

/** @returns what nodes that were let back had acknowledged and have lost */
async function bring(run: FaultRun): Promise<readonly DivergedWrites[]> {
  const { kind, targets, roles, context } = run;
  if (kind === 'restart') {
    await restart(run);
    return [];
  }
  if (kind === 'heal') await allDone(formers(targets, await presentAddress(run)).map(holding(run)));
  await allDone(targets.map((member) => inject(kind, member, roles.group, context.engine)));
  return isRemedy(kind) ? demoteFormers(run) : [];
}

function holding({ connections, context }: FaultRun): (member: ObservedMember) => Promise<void> {
  return (member) => holdInside(member, connections.credentials, context.engine);
}

async function presentAddress({ objects, connections }: FaultRun): Promise<Address | null> {
  return (await observeLive(objects, connections)).master?.address ?? null;
}

/** The Redis nodes among those that are let back that are not the present master: one of them may be the master of before. */
function formers(targets: readonly ObservedMember[], master: Address | null): readonly ObservedMember[] {
  if (master === null) return [];
  return targets.filter(
    ({ role, address }) => role === 'redis' && address !== null && !sameAddress(address, master),
  );
}

async function demoteFormers(run: FaultRun): Promise<readonly DivergedWrites[]> {
  const { targets, objects, connections, context } = run;
  const master = await presentAddress(run);
  if (master === null) return [];
  const lost: DivergedWrites[] = [];
  await allDone(
    formers(targets, master).map(async ({ node, control }) => {
      const former = control === null ? null : { name: node, control };
      const demotion = former === null ? null : demotionOf(former, master, objects);
      const diverged = demotion === null ? null : await demote(demotion, connections, context.emit);
      if (diverged !== null) lost.push(diverged);
    }),
  );
  return lost;
}

/** A master that is dead is replaced first: it would come back with what is on its disk, and be copied. */
async function restart({ targets, roles, objects, connections, context }: FaultRun): Promise<void> {
  const { engine } = context;
  const { group } = roles;
  if (targets.some((member) => !hasProcess(member)))
    await replaceDeadMaster(group, objects, connections, context);
  await allDone(targets.filter(hasProcess).map((member) => stopSaved(member, group, connections, context)));
  const { master } = await observeLive(objects, connections);
  const start = async (member: ObservedMember): Promise<void> => {
    if (member.role === 'redis' && master !== null)
      await repointStopped(member, master.address, objects, group, engine);
    await engine.start(group, member.id);
  };
  await allDone(targets.map(start));
}

/** Ends a node politely; one with data once that is on disk. @throws RsentinelError DATA_NOT_SAVED: it goes on */
async function stopSaved(
  { node: name, role, id, control, state }: ObservedMember,
  group: string,
  connections: Connections,
  context: LockedContext,
): Promise<void> {
  const { engine } = context;
  if (state === 'paused') await engine.unpause(group, id);
  if (role !== 'redis' || control === null) return engine.stop(group, id);
  const ready = await prepareStop({ name, container: id, control }, connections, context);
  if (ready.readiness.kind === 'failed') throw ready.readiness.error;
  await stopReady(group, ready, connections, context);
}

async function untilEffect(
  { kind, targets, roles, objects, connections, context }: FaultRun,
  milestones: Milestones,
  deadline: AbortSignal,
): Promise<void> {
  const { group, master } = roles;
  if (isRemedy(kind)) {
    const now = await context.engine.observe(group);
    const all = new LiveNodes(group, masterNameOf(now), now).group;
    await waitConverged(new Live(all, connections, context, deadline));
    milestones.note('every node has its place again');
    return;
  }
  const liveNodes = new LiveNodes(group, masterNameOf(objects), objects);
  for (const { node } of targets) liveNodes.remove(node);
  const left = liveNodes.group;
  // Nobody is left who could notice.
  if (left.sentinels.length === 0) return;
  const missing = targets.flatMap(({ node, address }): Missing[] =>
    address === null ? [] : [{ name: node, address }],
  );
  const lost = missing.find(({ name }) => name === master) ?? null;
  await untilGone(new Live(left, connections, context, deadline), missing, lost, milestones);
  milestones.note(lost === null ? 'all others have noticed' : 'every replica follows the new master');
}

/** ms; 0: no sentinel answers. */
async function downAfter(objects: GroupObjects, connections: Connections): Promise<number> {
  for (const { role, control, masterName } of objects.members) {
    if (role !== 'sentinel' || control === null) continue;
    const [reply] = await connections.query(control, [['SENTINEL', 'MASTER', masterName]]).catch(() => []);
    const ms = reply?.ok ? pairs(reply.value).get('down-after-milliseconds') : undefined;
    if (ms !== undefined) return Number(ms);
  }
  return 0;
}

/** With Sentinel's own words on why nothing came about. */
async function explained(
  error: unknown,
  objects: GroupObjects,
  since: bigint,
  { engine, signal }: Context,
): Promise<unknown> {
  if (!(error instanceof RsentinelError) || error.code !== 'WAIT_TIMEOUT') return error;
  const lines = await failoverLines(engine, nodeMembers(objects), since, signal).catch(() => []);
  return new RsentinelError('WAIT_TIMEOUT', 'the fault has not had its effect in time', {
    details: [
      ...error.details.filter((line) => line.startsWith('missing: ')),
      ...lines.map((line) => `Sentinel says: ${line}`),
    ],
    hint: 'Too few sentinels that agree cannot fail over (quorum), nor can they without a good replica; `rsentinel status` shows which. Longer: --wait-timeout.',
    cause: error,
  });
}
