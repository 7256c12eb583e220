/** Brings faults on a group that runs, and waits until every sentinel has noticed. */
import type { Driver, ObservedEngine, ObservedMember } from '../driver/driver.js';
import { RsentinelError } from '../errors.js';
import type { Context } from '../group/context.js';
import { untilEngineCalm } from '../group/engine-calm.js';
import { withLock } from '../group/lock.js';
import { observeLive } from '../group/observe-live.js';
import { Presence } from '../group/presence.js';
import { replaceDeadMaster } from '../group/replace-master.js';
import { untilWhole } from '../group/whole.js';
import { hasProcess } from '../plan/members.js';
import { Connections } from '../sentinel/connection.js';
import { DEFAULT_PERIODS, setPeriods } from '../sentinel/periods.js';
import { type Address, sameAddress } from '../spec/address.js';
import { Milestones, type Missing, untilGone } from './effect.js';
import type { FaultKind, FaultReport, Victims } from './fault.js';
import { failoverLines, lastLeader } from './leader.js';
import { demoteFormer, repointStopped } from './restore.js';
import { chooseVictims, type Scene } from './victims.js';

/** ms beyond `down-after-milliseconds` that a fault has for its effect, where nothing else is said. */
export const PATIENCE = 60_000;

export interface FaultSettings {
  readonly kind: FaultKind;
  readonly victims: Victims;
  /** Whether to wait for the effect. */
  readonly wait: boolean;
  /** ms for the effect; undefined: {@link PATIENCE} and the group's `down-after-milliseconds`. */
  readonly waitTimeoutMs: number | undefined;
}

/** The group that a fault is about. */
export interface FaultTarget {
  readonly name: string;
}

/**
 * Brings a fault on a group.
 * @throws RsentinelError GROUP_ABSENT, NODE_UNKNOWN, NETWORK_UNSUITABLE (`partition` elsewhere than in
 *   bridge mode), WAIT_TIMEOUT with what Sentinel has said; the context's signal's reason
 */
export function bringOn(
  target: FaultTarget,
  settings: FaultSettings,
  context: Context,
): Promise<FaultReport> {
  return onGroup(target.name, settings.kind, context, async (engine, connections, locked) => {
    const { kind } = settings;
    const scene = await observeScene(target.name, engine, settings.victims, connections, locked);
    const victims = chooseVictims(kind, settings.victims, scene);
    if (kind === 'partition' || kind === 'heal') refuseOtherModes(kind, engine);
    const timeout = settings.waitTimeoutMs ?? PATIENCE + (await downAfter(engine, connections));

    const since = BigInt(Date.now()) * 1_000_000n;
    const started = performance.now();
    const milestones = new Milestones(started);
    await inflict(kind, victims, target, engine, connections, locked);
    if (settings.wait && victims.length > 0) {
      const deadline = AbortSignal.timeout(timeout);
      try {
        await untilEffect(kind, victims, scene, engine, milestones, connections, locked, deadline);
      } catch (error) {
        throw await explained(error, engine, since, locked);
      }
    }
    const ms = performance.now() - started;
    const after = settings.wait ? await masterName(engine, connections) : null;
    return {
      group: target.name,
      fault: kind,
      victims: victims.map(({ node }) => node),
      master: { before: scene.master, after },
      milestones: milestones.list,
      ms: Math.round(ms),
    };
  });
}

/** With the lock of a group that is there, and connections that are closed afterwards. */
export async function onGroup<T>(
  group: string,
  command: string,
  context: Context,
  work: (engine: ObservedEngine, connections: Connections, context: Context) => Promise<T>,
): Promise<T> {
  const seen = await context.driver.observe(group);
  if (!seen.members.some(({ role }) => role === 'redis' || role === 'sentinel')) throw absent(group);
  const lock = {
    command,
    waitTimeoutMs: PATIENCE,
    image: seen.image,
    directory: seen.members[0]?.directory ?? null,
    file: seen.members[0]?.file ?? null,
  };
  const connections = new Connections();
  try {
    return await withLock(group, lock, context, async (locked) => {
      if (locked.tookOver) await untilEngineCalm(group, locked.context);
      return work(await context.driver.observe(group), connections, locked.context);
    });
  } finally {
    connections.close();
  }
}

function absent(group: string): RsentinelError {
  return new RsentinelError('GROUP_ABSENT', `there is no group ${group} on this engine`, {
    hint: '`rsentinel ls` shows those that there are; `rsentinel up` makes one.',
  });
}

async function observeScene(
  group: string,
  engine: ObservedEngine,
  victims: Victims,
  connections: Connections,
  { driver, signal }: Context,
): Promise<Scene> {
  const nodes = nodesOf(engine);
  const needsLeader = victims.kind === 'role' && victims.role === 'leader';
  const [master, leader] = await Promise.all([
    masterName(engine, connections),
    needsLeader ? lastLeader(driver, nodes, signal) : null,
  ]);
  return { group, nodes, master, leader };
}

export function nodesOf({ members }: ObservedEngine): readonly ObservedMember[] {
  return members
    .filter(({ role }) => role === 'redis' || role === 'sentinel')
    .sort((a, b) => a.node.localeCompare(b.node, 'en', { numeric: true }));
}

/** The node that the sentinels that answer name as the master. */
export async function masterName(engine: ObservedEngine, connections: Connections): Promise<string | null> {
  const { master } = await observeLive(engine, connections);
  const isIt = ({ address }: ObservedMember) =>
    master !== null && address !== null && sameAddress(address, master);
  return nodesOf(engine).find(isIt)?.node ?? null;
}

function refuseOtherModes(kind: FaultKind, { members }: ObservedEngine): void {
  const mode = members.find(({ networkMode }) => networkMode !== '')?.networkMode;
  if (mode === 'bridge') return;
  throw new RsentinelError(
    'NETWORK_UNSUITABLE',
    `${kind} needs mode: bridge, and the group is in mode: ${mode}`,
    {
      hint: 'There each node has a network connection of its own. Elsewhere they share one: use pause, or kill.',
    },
  );
}

async function inflict(
  kind: FaultKind,
  victims: readonly ObservedMember[],
  { name }: FaultTarget,
  engine: ObservedEngine,
  connections: Connections,
  context: Context,
): Promise<void> {
  const { driver } = context;
  if (kind === 'restart') return restart(victims, { name }, engine, connections, context);
  await Promise.all(victims.map((victim) => inflictOn(kind, victim, name, driver)));
  if (kind !== 'unpause' && kind !== 'heal') return;
  const { master } = await observeLive(engine, connections);
  if (master !== null) await Promise.all(victims.map((victim) => demoteFormer(victim, master, connections)));
}

function inflictOn(
  kind: Exclude<FaultKind, 'restart'>,
  { container, address }: ObservedMember,
  group: string,
  driver: Driver,
): Promise<void> {
  switch (kind) {
    case 'kill':
      return driver.kill(group, container);
    case 'pause':
      return driver.pause(group, container);
    case 'unpause':
      return driver.unpause(group, container);
    case 'partition':
      return driver.disconnect(group, container);
    case 'heal':
      return address === null ? Promise.resolve() : driver.connect(group, container, address);
  }
}

/** A master that is dead is replaced first: it would come back with what is on its disk, and be copied. */
async function restart(
  victims: readonly ObservedMember[],
  { name }: FaultTarget,
  engine: ObservedEngine,
  connections: Connections,
  context: Context,
): Promise<void> {
  const { driver } = context;
  if (victims.some((member) => !hasProcess(member))) await replaceDeadMaster(name, engine, context);
  await Promise.all(
    victims
      .filter(({ state }) => state === 'running' || state === 'paused')
      .map(async ({ container, state }) => {
        if (state === 'paused') await driver.unpause(name, container);
        await driver.stop(name, container);
      }),
  );
  const { master } = await observeLive(engine, connections);
  const start = async (member: ObservedMember): Promise<void> => {
    if (member.role === 'redis' && master !== null)
      await repointStopped(member, master, engine, name, driver);
    await driver.start(name, member.container);
  };
  await Promise.all(victims.map(start));
}

async function untilEffect(
  kind: FaultKind,
  victims: readonly ObservedMember[],
  { group, master }: Scene,
  engine: ObservedEngine,
  milestones: Milestones,
  connections: Connections,
  context: Context,
  deadline: AbortSignal,
): Promise<void> {
  const monitored = engine.members.find(({ role }) => role === 'sentinel')?.masterName ?? '';
  const isBack = kind === 'unpause' || kind === 'restart' || kind === 'heal';
  const now = isBack ? await context.driver.observe(group) : engine;
  const presence = new Presence(group, monitored, now);
  if (isBack) {
    await untilWhole(presence.group, connections, context, deadline);
    milestones.note('every node has its place again');
    await calm(presence.group.sentinels, connections);
    return;
  }
  for (const { node } of victims) presence.remove(node);
  const left = presence.group;
  // Nobody is left who could notice.
  if (left.sentinels.length === 0) return;
  const missing = victims.flatMap(({ node, address }): Missing[] =>
    address === null ? [] : [{ name: node, address }],
  );
  const lost = missing.find(({ name }) => name === master) ?? null;
  await untilGone(left, missing, lost, milestones, connections, context, deadline);
  milestones.note(lost === null ? 'all others have noticed' : 'every replica follows the new master');
}

export async function calm(
  sentinels: readonly { readonly control: Address }[],
  connections: Connections,
): Promise<void> {
  await Promise.allSettled(sentinels.map(({ control }) => setPeriods(control, DEFAULT_PERIODS, connections)));
}

/** ms; 0: no sentinel answers. */
async function downAfter(engine: ObservedEngine, connections: Connections): Promise<number> {
  for (const { role, control, masterName: name } of engine.members) {
    if (role !== 'sentinel' || control === null) continue;
    const [reply] = await connections.query(control, [['SENTINEL', 'MASTER', name]]).catch(() => []);
    const words: readonly unknown[] = reply?.ok && Array.isArray(reply.value) ? reply.value : [];
    const at = words.indexOf('down-after-milliseconds');
    if (at !== -1) return Number(words[at + 1]);
  }
  return 0;
}

/** With Sentinel's own words on why nothing came about. */
async function explained(
  error: unknown,
  engine: ObservedEngine,
  since: bigint,
  { driver, signal }: Context,
): Promise<unknown> {
  if (!(error instanceof RsentinelError) || error.code !== 'WAIT_TIMEOUT') return error;
  const lines = await failoverLines(driver, nodesOf(engine), since, signal).catch(() => []);
  return new RsentinelError('WAIT_TIMEOUT', 'the fault has not had its effect in time', {
    details: [
      ...error.details.filter((line) => line.startsWith('missing: ')),
      ...lines.map((line) => `Sentinel says: ${line}`),
    ],
    hint: 'Too few sentinels that agree cannot fail over (quorum), nor can they without a good replica; `rsentinel status` shows which. Longer: --wait-timeout.',
    cause: error,
  });
}
