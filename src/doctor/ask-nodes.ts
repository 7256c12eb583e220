/** Asks the nodes of a group for what the traps are judged by. */

import type { Address, Endpoint } from '../model/address.js';
import type { GroupNode } from '../model/group-nodes.js';
import { PING_PERIOD } from '../model/timing.js';
import type { Command, Connections, Reply } from '../nodes/client/connection.js';
import { type Fields, infoFields, listOf, pairs, redisAnswer, text } from '../nodes/client/replies.js';
import type { Announced, Clock, KnownAs, RedisOwn, SentinelOwn, Watch } from './facts.js';

export interface Asked<Own> {
  readonly node: GroupNode;
  readonly own: Own | null;
  readonly announced: Announced;
}

/** A node that a sentinel knows, and how. */
type KnownAt = KnownAs & { readonly address: Address };

/** What a Redis node says of itself, and who answers at the address that it announces. */
export async function askRedis(node: GroupNode, connections: Connections): Promise<Asked<RedisOwn>> {
  const identity = async (at: Endpoint): Promise<Announced> => {
    const [info] = await connections.query(at, [['INFO', 'server']]);
    return announcedAs(infoFields(text(info)), info?.ok ? 'run_id' : null);
  };
  const [own, announced] = await Promise.all([
    redisOwn(node.control, connections).catch(() => null),
    identity({ ...node.control, ...node.address }).catch(silent),
  ]);
  return { node, own, announced };
}

const REDIS_QUESTIONS = [
  ['INFO', 'server'],
  ['INFO', 'replication'],
  ['CONFIG', 'GET', 'min-replicas-to-write'],
  ['ACL', 'GETUSER', 'default'],
] as const satisfies readonly Command[];

/** @returns null: it wants a password first. @throws Error when it does not answer */
async function redisOwn(at: Endpoint, connections: Connections): Promise<RedisOwn | null> {
  const [server, replication, minReplicas, nobody] = await connections.query(at, REDIS_QUESTIONS);
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
    isOpen: isOpenBy(nobody) ?? connections.credentials.redis.length === 0,
    configFile: fields.get('config_file') ?? null,
    clock: await clockOf(at, ['TIME'], timeOf, connections),
  };
}

/** By the flags of the default user; null: it may not be asked for them, or knows no users. */
function isOpenBy(nobody: Reply | undefined): boolean | null {
  const flags = nobody?.ok ? pairs(nobody.value).get('flags')?.split(',') : undefined;
  return flags === undefined ? null : flags.includes('on') && flags.includes('nopass');
}

/** What a sentinel says of itself and of all that it knows, and who answers at the address that it announces. */
export async function askSentinel(
  node: GroupNode,
  masterName: string,
  connections: Connections,
): Promise<Asked<SentinelOwn> & { readonly known: readonly KnownAt[] }> {
  const identity = async (at: Endpoint): Promise<Announced> => {
    const [info, myid] = await connections.query(at, [
      ['INFO', 'server'],
      ['SENTINEL', 'MYID'],
    ]);
    const announced = announcedAs(infoFields(text(info)), null);
    return announced.kind === 'answers' ? { ...announced, id: myid?.ok ? text(myid) : null } : announced;
  };
  const [answer, announced] = await Promise.all([
    sentinelOwn(node, masterName, connections).catch(() => null),
    identity({ ...node.control, ...node.address }).catch(silent),
  ]);
  return { node, own: answer?.own ?? null, known: answer?.known ?? [], announced };
}

/** @returns null: it wants a password first. @throws Error when it does not answer */
async function sentinelOwn(
  node: GroupNode,
  masterName: string,
  connections: Connections,
): Promise<{ readonly own: SentinelOwn; readonly known: readonly KnownAt[] } | null> {
  const [info, masters, master, replicas, sentinels, flush, debug] = await connections.query(node.control, [
    ['INFO'],
    ['SENTINEL', 'MASTERS'],
    ['SENTINEL', 'MASTER', masterName],
    ['SENTINEL', 'REPLICAS', masterName],
    ['SENTINEL', 'SENTINELS', masterName],
    ['SENTINEL', 'FLUSHCONFIG'],
    ['SENTINEL', 'DEBUG'],
  ]);
  if (!info?.ok) return null;
  const fields = infoFields(text(info));
  const data = [...(master?.ok ? [pairs(master.value)] : []), ...listOf(replicas)];
  const own = {
    version: redisAnswer(text(info)).version,
    isTilted: fields.get('sentinel_tilt') === '1',
    masters: listOf(masters).map((watched) => watched.get('name') ?? ''),
    watch: watchOf(master, debug),
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

/** @param debug reply of SENTINEL DEBUG, which 7.0 has */
function watchOf(master: Reply | undefined, debug: Reply | undefined): Watch | null {
  if (!master?.ok) return null;
  const ping = debug?.ok ? numberOf(pairs(debug.value).get('ping-period')) : null;
  const fields = pairs(master.value);
  const value = (name: string): number => numberOf(fields.get(name)) ?? 0;
  return {
    quorum: value('quorum'),
    sentinels: value('num-other-sentinels') + 1,
    downAfter: value('down-after-milliseconds'),
    failoverTimeout: value('failover-timeout'),
    pingPeriod: ping ?? PING_PERIOD,
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
  at: Endpoint,
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
