/**
 * Asks the nodes, the engine and this machine for what the traps are judged by. Nothing is changed:
 * SENTINEL FLUSHCONFIG writes what the sentinel has decided already.
 */

import { readFile, stat } from 'node:fs/promises';
import type { Engine, GroupObjects } from '../engine/engine.js';
import { holderState } from '../lock/lock-holder.js';
import { sameAddress } from '../model/address.js';
import type { Owner } from '../model/files.js';
import type { GroupNode } from '../model/group-nodes.js';
import { holderText } from '../model/lock.js';
import type { Connections } from '../nodes/client/connection.js';
import { hasBridgeOf, ownAddresses } from '../nodes/client/this-machine.js';
import type { KnownGroup } from '../nodes/live/assemble-report.js';
import { isLoopback } from '../spec/defaults.js';
import { nodeMounts } from '../storage/node-places.js';
import { askRedis, askSentinel } from './ask-nodes.js';
import type {
  Announced,
  ConfDirectory,
  Facts,
  Leftover,
  Origin,
  RedisFacts,
  SentinelFacts,
} from './facts.js';
import { trackedFiles } from './tracked-files.js';

/** An engine, and what it has of the group. */
export interface OnEngine {
  readonly engine: Engine;
  readonly observed: GroupObjects;
}

/** @param on null: the group is known by its sentinels */
export async function observeFacts(
  group: KnownGroup,
  on: OnEngine | null,
  connections: Connections,
): Promise<Facts> {
  const [sentinels, redis, confs, overcommit, separates, leftovers, tracked, isBusy] = await Promise.all([
    Promise.all(group.sentinels.map((node) => askSentinel(node, group.masterName, connections))),
    Promise.all(group.redis.map((node) => askRedis(node, connections))),
    confDirectories(group, on),
    hasOurKernel(group, on).then((ours) => (ours ? overcommitOf() : null)),
    on === null ? null : on.engine.facts().then(({ separates }) => separates),
    on === null ? [] : leftoversOf(group.name, on),
    group.directory === null || on?.engine.place.kind !== 'local' ? [] : trackedFiles(group.directory),
    on === null ? false : isChanged(on.observed),
  ]);
  const known = sentinels.flatMap((sentinel) => sentinel.known);
  const factsOf = (node: GroupNode, announced: Announced) => ({
    name: node.name,
    address: node.address,
    control: node.control,
    announced,
    known: known.filter(({ address }) => sameAddress(address, node.address)),
    conf: confs.get(node.name) ?? null,
  });
  return {
    group: group.name,
    masterName: group.masterName,
    origin: originOf(group, on),
    redis: redis.map(
      ({ node, own, announced }): RedisFacts => ({
        kind: 'redis',
        ...factsOf(node, announced),
        own,
      }),
    ),
    sentinels: sentinels.map(
      ({ node, own, announced }): SentinelFacts => ({
        kind: 'sentinel',
        ...factsOf(node, announced),
        own,
      }),
    ),
    overcommit,
    separates,
    leftovers,
    tracked,
    isBusy,
  };
}

function originOf(group: KnownGroup, on: OnEngine | null): Origin {
  if (on === null) return { kind: 'sentinels' };
  const subnet = on.observed.network?.subnet ?? null;
  const mode = group.network.mode ?? '';
  return { kind: 'engine', mode, isNear: mode !== 'bridge' || hasBridgeOf(subnet) };
}

/** Whether the nodes run on the kernel of this process. */
async function hasOurKernel(group: KnownGroup, on: OnEngine | null): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  if (on === null) {
    const own = ownAddresses();
    return group.redis.some(({ control }) => isLoopback(control.host) || own.includes(control.host));
  }
  if (on.engine.place.kind !== 'local') return false;
  return !/docker desktop/i.test((await on.engine.facts()).operatingSystem);
}

async function overcommitOf(): Promise<string | null> {
  const value = await readFile('/proc/sys/vm/overcommit_memory', 'utf8').catch(() => null);
  return value === null ? null : value.trim();
}

/** By node, where the group keeps its files in directories of this machine. */
async function confDirectories(
  { directory, redis, sentinels }: KnownGroup,
  on: OnEngine | null,
): Promise<ReadonlyMap<string, ConfDirectory>> {
  if (directory === null || on === null || on.engine.place.kind !== 'local') return new Map();
  const owner = await on.engine.fileOwner();
  const found = await Promise.all(
    [...redis, ...sentinels].map(async ({ name }): Promise<readonly [string, ConfDirectory][]> => {
      const path = nodeMounts(directory, name).conf;
      const stats = await stat(path).catch(() => null);
      return stats === null ? [] : [[name, { path, isWritable: mayWrite(stats, owner) }]];
    }),
  );
  return new Map(found.flat());
}

/** Whether a user may make files in a directory, by its mode: nodes have no capabilities. */
export function mayWrite(
  directory: { readonly mode: number; readonly uid: number; readonly gid: number },
  { uid, gid }: Owner,
): boolean {
  // Write and search: the kernel looks at the first that fits, and at no other.
  const needed = 0o3;
  const shift = directory.uid === uid ? 6 : directory.gid === gid ? 3 : 0;
  return ((directory.mode >> shift) & needed) === needed;
}

/** ms since something of a group was made, after which nobody makes it any more. */
const SETTLED = 60_000;

async function leftoversOf(name: string, { engine, observed }: OnEngine): Promise<readonly Leftover[]> {
  const [groups, isFree] = await Promise.all([engine.groups(), lockState(observed).then(isUnheld)]);
  const now = Date.now();
  const fragments = groups.filter(
    (group) =>
      group.name !== name &&
      !group.isDown &&
      group.redis + group.sentinels === 0 &&
      group.changedAt !== null &&
      now - group.changedAt > SETTLED,
  );
  const others = isFree ? observed.members.filter(({ role }) => role === 'other') : [];
  const holder = isFree && observed.lock !== null ? holderText(observed.lock) : null;
  return [
    ...others.map(({ container }): Leftover => ({ kind: 'container', name: container })),
    ...(holder === null ? [] : [{ kind: 'lock', holder } as const]),
    ...fragments.map((group): Leftover => ({ kind: 'group', name: group.name })),
  ];
}

type LockState = 'none' | 'alive' | 'dead' | 'unknown';

function lockState({ lock }: GroupObjects): Promise<LockState> {
  return lock === null ? Promise.resolve('none') : holderState(lock.holder);
}

const isUnheld = (state: LockState): boolean => state === 'none' || state === 'dead';

async function isChanged(observed: GroupObjects): Promise<boolean> {
  return !isUnheld(await lockState(observed));
}
