/**
 * Asks the nodes, the engine and this machine for what the traps are judged by. Nothing is changed:
 * SENTINEL FLUSHCONFIG writes what the sentinel has decided already.
 */
import { readFile, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Driver, ObservedEngine } from '../driver/driver.js';
import { holderText } from '../driver/lock.js';
import type { KnownGroup, KnownNode } from '../group/assemble-report.js';
import { holderState } from '../group/holder.js';
import type { Command, Connections, Reply } from '../sentinel/connection.js';
import { type Fields, infoFields, listOf, pairs, redisAnswer, text } from '../sentinel/replies.js';
import { type Address, sameAddress } from '../spec/address.js';
import { isLoopback } from '../spec/settle.js';
import { contains, parseSubnet } from '../spec/subnet.js';
import { nodeMounts } from '../storage/directory-storage.js';
import type { Owner } from '../storage/storage.js';
import type {
  Announced,
  Clock,
  ConfDirectory,
  Facts,
  KnownAs,
  Leftover,
  Origin,
  RedisFacts,
  RedisOwn,
  SentinelFacts,
  SentinelOwn,
  Watch,
} from './facts.js';

/** An engine, and what it has of the group. */
export interface OnEngine {
  readonly driver: Driver;
  readonly observed: ObservedEngine;
}

/** @param on null: the group is known by its sentinels */
export async function observeFacts(
  group: KnownGroup,
  on: OnEngine | null,
  connections: Connections,
): Promise<Facts> {
  const [sentinels, redis, confs, overcommit, leftovers, isBusy] = await Promise.all([
    Promise.all(group.sentinels.map((node) => askSentinel(node, group.masterName, connections))),
    Promise.all(group.redis.map((node) => askRedis(node, connections))),
    confDirectories(group, on),
    hasOurKernel(group, on).then((ours) => (ours ? overcommitOf() : null)),
    on === null ? [] : leftoversOf(group.name, on),
    on === null ? false : isChanged(on.observed),
  ]);
  const known = sentinels.flatMap((sentinel) => sentinel.known);
  const factsOf = (node: KnownNode, announced: Announced) => ({
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
    leftovers,
    isBusy,
  };
}

interface Asked<Own> {
  readonly node: KnownNode;
  readonly own: Own | null;
  readonly announced: Announced;
}

/** A node that a sentinel knows, and how. */
type KnownAt = KnownAs & { readonly address: Address };

async function askRedis(node: KnownNode, connections: Connections): Promise<Asked<RedisOwn>> {
  const identity = async (at: Address): Promise<Announced> => {
    const [info] = await connections.query(at, [['INFO', 'server']]);
    return announcedAs(infoFields(text(info)), info?.ok ? 'run_id' : null);
  };
  const [own, announced] = await Promise.all([
    redisOwn(node.control, connections).catch(() => null),
    identity(node.address).catch(silent),
  ]);
  return { node, own, announced };
}

const REDIS_QUESTIONS = [
  ['INFO', 'server'],
  ['INFO', 'replication'],
  ['CONFIG', 'GET', 'min-replicas-to-write'],
] as const satisfies readonly Command[];

/** @returns null: it wants a password first. @throws Error when it does not answer */
async function redisOwn(at: Address, connections: Connections): Promise<RedisOwn | null> {
  const [server, replication, minReplicas] = await connections.query(at, REDIS_QUESTIONS);
  if (!server?.ok || !replication?.ok) return null;
  const fields = infoFields(`${text(server)}\n${text(replication)}`);
  const { version, role, replicas } = redisAnswer(`${text(server)}\n${text(replication)}`);
  return {
    version,
    role,
    connectedReplicas: replicas.length,
    replicaPriority: numberOf(fields.get('slave_priority')),
    minReplicasToWrite: minReplicas?.ok
      ? numberOf(pairs(minReplicas.value).get('min-replicas-to-write'))
      : null,
    configFile: fields.get('config_file') ?? null,
    clock: await clockOf(at, ['TIME'], timeOf, connections),
  };
}

async function askSentinel(
  node: KnownNode,
  masterName: string,
  connections: Connections,
): Promise<Asked<SentinelOwn> & { readonly known: readonly KnownAt[] }> {
  const identity = async (at: Address): Promise<Announced> => {
    const [info, myid] = await connections.query(at, [
      ['INFO', 'server'],
      ['SENTINEL', 'MYID'],
    ]);
    const announced = announcedAs(infoFields(text(info)), null);
    return announced.kind === 'answers' ? { ...announced, id: myid?.ok ? text(myid) : null } : announced;
  };
  const [answer, announced] = await Promise.all([
    sentinelOwn(node, masterName, connections).catch(() => null),
    identity(node.address).catch(silent),
  ]);
  return { node, own: answer?.own ?? null, known: answer?.known ?? [], announced };
}

/** @returns null: it wants a password first. @throws Error when it does not answer */
async function sentinelOwn(
  node: KnownNode,
  masterName: string,
  connections: Connections,
): Promise<{ readonly own: SentinelOwn; readonly known: readonly KnownAt[] } | null> {
  const [info, masters, master, replicas, sentinels, flush] = await connections.query(node.control, [
    ['INFO'],
    ['SENTINEL', 'MASTERS'],
    ['SENTINEL', 'MASTER', masterName],
    ['SENTINEL', 'REPLICAS', masterName],
    ['SENTINEL', 'SENTINELS', masterName],
    ['SENTINEL', 'FLUSHCONFIG'],
  ]);
  if (!info?.ok) return null;
  const fields = infoFields(text(info));
  const data = [...(master?.ok ? [pairs(master.value)] : []), ...listOf(replicas)];
  const own = {
    version: redisAnswer(text(info)).version,
    isTilted: fields.get('sentinel_tilt') === '1',
    masters: listOf(masters).map((watched) => watched.get('name') ?? ''),
    watch: watchOf(master),
    notSaved: flush?.ok ? null : text(flush).replace(/^ERR |\.$/g, ''),
    clock: await clockOf(node.control, ['INFO', 'server'], serverTimeOf, connections),
  };
  return {
    own,
    known: [
      ...data.map((instance) => knownAs(node.name, instance, numberOf(instance.get('info-refresh')) ?? 0)),
      ...listOf(sentinels).map((instance) => knownAs(node.name, instance, 0)),
    ],
  };
}

function watchOf(master: Reply | undefined): Watch | null {
  if (!master?.ok) return null;
  const fields = pairs(master.value);
  const value = (name: string): number => numberOf(fields.get(name)) ?? 0;
  return {
    quorum: value('quorum'),
    sentinels: value('num-other-sentinels') + 1,
    downAfter: value('down-after-milliseconds'),
    failoverTimeout: value('failover-timeout'),
  };
}

/** @param age ms since the id was heard last */
function knownAs(by: string, fields: Fields, age: number): KnownAt {
  const flags = (fields.get('flags') ?? '').split(',');
  return {
    by,
    address: { host: fields.get('ip') ?? '', port: numberOf(fields.get('port')) ?? 0 },
    id: fields.get('runid') ?? '',
    age,
    isReached: !flags.includes('s_down') && !flags.includes('disconnected'),
  };
}

/** @param field of INFO that holds the id; null: it holds none */
function announcedAs(fields: Fields, field: string | null): Announced {
  const uptime = (numberOf(fields.get('uptime_in_seconds')) ?? 0) * 1000;
  return { kind: 'answers', id: field === null ? null : (fields.get(field) ?? null), uptime };
}

function silent(error: unknown): Announced {
  return { kind: 'silent', reason: error instanceof Error ? error.message : String(error) };
}

function numberOf(value: string | undefined): number | null {
  return value === undefined || value === '' || Number.isNaN(Number(value)) ? null : Number(value);
}

/** @param read ms since 1970 in the reply; null: it has none */
async function clockOf(
  at: Address,
  question: Command,
  read: (reply: Reply) => number | null,
  connections: Connections,
): Promise<Clock | null> {
  const before = Date.now();
  const [reply] = await connections.query(at, [question]);
  const after = Date.now();
  const time = reply === undefined ? null : read(reply);
  if (time === null) return null;
  return { offset: time - (before + after) / 2, uncertainty: (after - before) / 2 };
}

/** Reply of TIME: seconds and microseconds. */
function timeOf(reply: Reply): number | null {
  if (!reply.ok || !Array.isArray(reply.value)) return null;
  const [seconds, micros] = reply.value.map(Number);
  return seconds === undefined || micros === undefined ? null : seconds * 1000 + micros / 1000;
}

/** Sentinels have no TIME; since 6.2 INFO has it. */
function serverTimeOf(reply: Reply): number | null {
  const micros = numberOf(infoFields(text(reply)).get('server_time_usec'));
  return micros === null ? null : micros / 1000;
}

function originOf(group: KnownGroup, on: OnEngine | null): Origin {
  if (on === null) return { kind: 'sentinels' };
  const subnet = on.observed.network?.subnet ?? null;
  const mode = group.network.mode ?? '';
  return { kind: 'engine', mode, isNear: mode !== 'bridge' || isOwnNetwork(subnet) };
}

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address);

/** Whether the bridge of a subnet is an interface of this machine, as on Linux without a virtual machine. */
function isOwnNetwork(cidr: string | null): boolean {
  if (cidr === null) return false;
  const subnet = parseSubnet(cidr);
  return ownAddresses().some((address) => isIP(address) === 4 && contains(subnet, address));
}

/** Whether the nodes run on the kernel of this process. */
async function hasOurKernel(group: KnownGroup, on: OnEngine | null): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  if (on === null) {
    const own = ownAddresses();
    return group.redis.some(({ control }) => isLoopback(control.host) || own.includes(control.host));
  }
  if (on.driver.place.kind !== 'local') return false;
  return !/docker desktop/i.test((await on.driver.facts()).operatingSystem);
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
  if (directory === null || on === null || on.driver.place.kind !== 'local') return new Map();
  const owner = await on.driver.fileOwner();
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

async function leftoversOf(name: string, { driver, observed }: OnEngine): Promise<readonly Leftover[]> {
  const [groups, isFree] = await Promise.all([driver.groups(), lockState(observed).then(isUnheld)]);
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

function lockState({ lock }: ObservedEngine): Promise<LockState> {
  return lock === null ? Promise.resolve('none') : holderState(lock.holder);
}

const isUnheld = (state: LockState): boolean => state === 'none' || state === 'dead';

async function isChanged(observed: ObservedEngine): Promise<boolean> {
  return !isUnheld(await lockState(observed));
}
