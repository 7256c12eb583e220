/** Replies of Redis and Sentinel → values. Pure; what is not as expected becomes empty, never an exception. */
import type { Address } from '../../model/address.js';
import type {
  InstanceView,
  MasterView,
  RedisAnswer,
  ReplicaView,
  SentinelAnswer,
} from '../health/snapshot.js';
import type { Reply } from './connection.js';

export type Fields = ReadonlyMap<string, string>;

/** Nodes that are read off one reply: a topology has a hundred of a kind, and every one of them is compared with all others. */
const MOST = 250;

export function text(reply: Reply | undefined): string {
  if (reply === undefined) return '';
  return reply.ok ? String(reply.value ?? '') : reply.error;
}

/** `name:value` lines of INFO. */
export function infoFields(info: string): Fields {
  return new Map(
    info
      .split(/\r?\n/)
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}

/** `name value name value …`, as SENTINEL MASTER and SENTINEL DEBUG answer. */
export function pairs(value: unknown): Fields {
  const fields = new Map<string, string>();
  if (!Array.isArray(value)) return fields;
  for (let index = 0; index + 1 < value.length; index += 2) {
    fields.set(String(value[index]).toLowerCase(), String(value[index + 1]));
  }
  return fields;
}

/** A list of such, as SENTINEL MASTERS and SENTINEL REPLICAS answer; empty where an error was answered. */
export function listOf(reply: Reply | undefined): readonly Fields[] {
  return reply?.ok && Array.isArray(reply.value) ? reply.value.slice(0, MOST).map(pairs) : [];
}

function number(fields: Fields, name: string): number {
  return Number(fields.get(name) ?? 0) || 0;
}

function addressOf(fields: Fields, host: string, port: string): Address {
  return { host: fields.get(host) ?? '', port: number(fields, port) };
}

/** Replies to `INFO server`, `INFO replication` and `INFO persistence`, in one text. */
export function redisAnswer(info: string): RedisAnswer {
  const fields = infoFields(info);
  const isMaster = fields.get('role') === 'master';
  const links = [...fields].filter(([name]) => /^slave\d+$/.test(name)).slice(0, MOST);
  const replicas = links.map(([, value]) => {
    const parts = new Map(
      value.split(',').map((part) => [part.split('=')[0] ?? '', part.split('=')[1] ?? '']),
    );
    return {
      address: addressOf(parts, 'ip', 'port'),
      state: parts.get('state') ?? '',
      offset: number(parts, 'offset'),
    };
  });
  return {
    kind: 'redis',
    product: productOf(fields),
    version: versionOf(fields),
    loading: fields.get('loading') === '1',
    role: isMaster ? 'master' : 'replica',
    link: isMaster
      ? null
      : {
          master: addressOf(fields, 'master_host', 'master_port'),
          status: fields.get('master_link_status') === 'up' ? 'up' : 'down',
          syncInProgress: fields.get('master_sync_in_progress') === '1',
        },
    offset: number(fields, isMaster ? 'master_repl_offset' : 'slave_repl_offset'),
    replicas,
  };
}

function productOf(fields: Fields): 'redis' | 'valkey' {
  return fields.has('valkey_version') ? 'valkey' : 'redis';
}

function versionOf(fields: Fields): string {
  return fields.get('valkey_version') ?? fields.get('redis_version') ?? '';
}

function instanceView(fields: Fields): InstanceView {
  return {
    address: addressOf(fields, 'ip', 'port'),
    flags: (fields.get('flags') ?? '').split(',').filter((flag) => flag !== ''),
    runid: fields.get('runid') ?? '',
    lastPingSent: number(fields, 'last-ping-sent'),
  };
}

function masterView(reply: Reply | undefined): MasterView | null {
  if (!reply?.ok) return null;
  const fields = pairs(reply.value);
  if (!fields.has('ip')) return null;
  return {
    ...instanceView(fields),
    roleReported: fields.get('role-reported') ?? '',
    configEpoch: number(fields, 'config-epoch'),
    quorum: number(fields, 'quorum'),
    'down-after-milliseconds': number(fields, 'down-after-milliseconds'),
    'parallel-syncs': number(fields, 'parallel-syncs'),
    'failover-timeout': number(fields, 'failover-timeout'),
    replicas: number(fields, 'num-slaves'),
    otherSentinels: number(fields, 'num-other-sentinels'),
  };
}

function replicaView(fields: Fields): ReplicaView {
  return {
    ...instanceView(fields),
    roleReported: fields.get('role-reported') ?? '',
    masterLinkStatus: fields.get('master-link-status') ?? '',
    master: addressOf(fields, 'master-host', 'master-port'),
  };
}

/** Replies to the commands of SENTINEL_QUERY, by the names it gives them. */
export interface SentinelReplies {
  readonly info: Reply | undefined;
  readonly myid: Reply | undefined;
  readonly master: Reply | undefined;
  readonly replicas: Reply | undefined;
  readonly sentinels: Reply | undefined;
  readonly quorum: Reply | undefined;
  readonly debug: Reply | undefined;
}

export function sentinelAnswer(masterName: string, replies: SentinelReplies): SentinelAnswer {
  const info = text(replies.info);
  const periods = replies.debug?.ok ? pairs(replies.debug.value) : null;
  return {
    kind: 'sentinel',
    product: productOf(infoFields(info)),
    version: versionOf(infoFields(info)),
    tilt: tiltOf(infoFields(info)),
    myid: replies.myid?.ok ? text(replies.myid) : null,
    info:
      info.split(/\r?\n/).find((line) => /^master\d+:/.test(line) && line.includes(`name=${masterName},`)) ??
      null,
    master: masterView(replies.master),
    replicas: listOf(replies.replicas).map(replicaView),
    sentinels: listOf(replies.sentinels).map(instanceView),
    quorumReply: text(replies.quorum),
    periods: periods === null ? null : new Map([...periods].map(([name, value]) => [name, Number(value)])),
  };
}

function tiltOf(fields: Fields): SentinelAnswer['tilt'] {
  if (fields.get('sentinel_tilt') !== '1') return null;
  const since = Number(fields.get('sentinel_tilt_since_seconds') ?? Number.NaN);
  return { since: since >= 0 ? since : null };
}
