/** The replies of fake servers to the commands that rsentinel sends. */
import type { Address } from '../../../src/model/address.js';
import { type Nodes, type RedisServer, type SentinelServer, type Server, sha256, takes } from './nodes.js';

/** An error reply: `READONLY …`. */
export class ErrorReply extends Error {
  override readonly name = 'ReplyError';
}

/** As INFO has it: 8.0.2. */
function versionText({ version }: Server): string {
  return `${Math.floor(version / 100)}.${version % 100}.2`;
}

/** Answers one command. @throws ErrorReply */
export function reply(server: Server, command: readonly string[], nodes: Nodes): unknown {
  const [name = '', ...args] = command.map(String);
  switch (name.toUpperCase()) {
    case 'PING':
      return 'PONG';
    case 'ACL':
      return acl(server, args, nodes);
    case 'INFO':
      return server.kind === 'redis' ? redisInfo(server, nodes) : sentinelInfo(server);
    default:
      return server.kind === 'redis'
        ? redisReply(server, name.toUpperCase(), args, nodes)
        : sentinelReply(server, name.toUpperCase(), args, nodes);
  }
}

function redisReply(server: RedisServer, name: string, args: readonly string[], nodes: Nodes): unknown {
  const [first = '', second = ''] = args;
  switch (name) {
    case 'CONFIG':
      return config(server, args, nodes);
    case 'REPLICAOF':
      nodes.replicaOf(server, first.toUpperCase() === 'NO' ? null : { host: first, port: Number(second) });
      return 'OK';
    case 'CLIENT':
      if (server.version < 602 && /^(?:PAUSE|UNPAUSE)$/i.test(first) && args.length !== 2)
        throw new ErrorReply('ERR syntax error');
      if (first.toUpperCase() === 'PAUSE') server.holdsWrites = true;
      if (first.toUpperCase() === 'UNPAUSE') server.holdsWrites = false;
      return first.toUpperCase() === 'KILL' ? 0 : 'OK';
    case 'BGSAVE':
    case 'SAVE':
      server.files.saveData(server.writes);
      return 'Background saving started';
    case 'PUBLISH':
      return 0;
    case 'SHUTDOWN':
      nodes.shutDown(server.container);
      throw new Error('Connection is closed.');
    case 'WAIT':
      return nodes.redis.filter((other) => nodes.masterOf(other) === server).length;
    case 'FLUSHALL':
      server.writes = [];
      nodes.replicate();
      return 'OK';
    case 'FUNCTION':
    case 'MULTI':
      return 'OK';
    case 'EXEC':
      return [];
    default:
      throw new ErrorReply(`ERR unknown command '${name}'`);
  }
}

/** ACL SETUSER of the default user: the only one that there is. */
function acl(server: Server, [verb = '', user = '', ...rules]: readonly string[], nodes: Nodes): unknown {
  const isKnown = server.kind === 'redis' || server.version >= 602;
  if (!isKnown || verb.toUpperCase() !== 'SETUSER' || user !== 'default')
    throw new ErrorReply(`ERR unknown command 'ACL ${verb} ${user}'`);
  for (const rule of rules) {
    if (rule === 'resetpass') server.passwords = new Set();
    if (rule.startsWith('#')) server.passwords = new Set([...server.passwords, rule.slice(1)]);
  }
  nodes.replicate();
  return 'OK';
}

function config(server: RedisServer, words: readonly string[], nodes: Nodes): unknown {
  const [verb = '', name = '', value = ''] = words;
  const { settings } = server;
  if (verb.toUpperCase() === 'SET' && name === 'requirepass') {
    server.requirepass = value;
    server.passwords = new Set([sha256(value)]);
    nodes.replicate();
    return 'OK';
  }
  if (verb.toUpperCase() === 'SET' && name === 'masterauth') {
    server.authPass = value;
    nodes.replicate();
    return 'OK';
  }
  if (verb.toUpperCase() === 'REWRITE') {
    nodes.rewrite(server);
    return 'OK';
  }
  switch (verb.toUpperCase()) {
    case 'GET':
      return settings.has(name)
        ? [name, settings.get(name)]
        : DEFAULTS.has(name)
          ? [name, DEFAULTS.get(name)]
          : [];
    case 'SET':
      settings.set(name, value);
      return 'OK';
    default:
      return 'OK';
  }
}

/** Values of directives that no file of the tests has. */
const DEFAULTS = new Map([
  ['save', '3600 1 300 100 60 10000'],
  ['appendonly', 'no'],
  ['appendfsync', 'everysec'],
  ['replica-priority', '100'],
  ['min-replicas-to-write', '0'],
  ['maxmemory', '0'],
  ['shutdown-timeout', '10'],
  ['dir', '/data'],
  ['dbfilename', 'dump.rdb'],
]);

function redisInfo(server: RedisServer, nodes: Nodes): string {
  const master = nodes.masterOf(server);
  const offset = 100 + server.writes.length * 10;
  const replicas = nodes.redis.filter((other) => nodes.masterOf(other) === server);
  const role =
    server.replicaOf === null
      ? [
          'role:master',
          ...replicas.map(
            ({ address: { host, port } }, index) =>
              `slave${index}:ip=${host},port=${port},state=online,offset=${offset},lag=0`,
          ),
        ]
      : [
          'role:slave',
          `master_host:${server.replicaOf.host}`,
          `master_port:${server.replicaOf.port}`,
          `master_link_status:${master === undefined ? 'down' : 'up'}`,
          'master_sync_in_progress:0',
          `slave_repl_offset:${offset}`,
        ];
  return [
    `redis_version:${versionText(server)}`,
    `run_id:${server.runid}`,
    ...role,
    `connected_slaves:${replicas.length}`,
    'master_replid:0123456789012345678901234567890123456789',
    `master_repl_offset:${offset}`,
    'loading:0',
    'async_loading:0',
    'rdb_bgsave_in_progress:0',
    'rdb_last_bgsave_status:ok',
    'rdb_changes_since_last_save:0',
    'rdb_last_save_time:1',
    'aof_enabled:0',
    'used_memory:1000000',
  ].join('\r\n');
}

function sentinelInfo(server: SentinelServer): string {
  const { masterName, master, replicas, sentinels } = server;
  return [
    `redis_version:${versionText(server)}`,
    'sentinel_masters:1',
    'sentinel_tilt:0',
    `master0:name=${masterName},status=ok,address=${master.host}:${master.port},slaves=${replicas.length},sentinels=${sentinels.length + 1}`,
  ].join('\r\n');
}

function sentinelReply(server: SentinelServer, name: string, args: readonly string[], nodes: Nodes): unknown {
  const [verb = '', masterName = '', ...rest] = args;
  if (name === 'PUBLISH') return hello(nodes, args[1] ?? '');
  if (name !== 'SENTINEL') throw new ErrorReply(`ERR unknown command '${name}'`);
  switch (verb.toUpperCase()) {
    case 'MYID':
      return server.runid;
    case 'FLUSHCONFIG':
      return 'OK';
    case 'CONFIG':
      if (server.version < 602) throw new ErrorReply(`ERR Unknown sentinel subcommand '${verb}'`);
      if (args[2] === 'sentinel-pass') server.ownPass = args[3] ?? null;
      nodes.replicate();
      return 'OK';
    case 'DEBUG':
      if (server.version < 700) throw new ErrorReply(`ERR Unknown sentinel subcommand '${verb}'`);
      for (let index = 1; index + 1 < args.length; index += 2)
        server.periods.set(args[index] ?? '', args[index + 1] ?? '');
      return args.length > 1 ? 'OK' : [...server.periods].flat();
    case 'MASTERS':
      return [masterFields(server, nodes)];
    default:
      if (masterName !== server.masterName) throw new ErrorReply('ERR No such master with that name');
      return ofMaster(server, verb.toUpperCase(), rest, nodes);
  }
}

function ofMaster(server: SentinelServer, verb: string, rest: readonly string[], nodes: Nodes): unknown {
  switch (verb) {
    case 'MASTER':
      return masterFields(server, nodes);
    case 'REPLICAS':
    case 'SLAVES':
      return server.replicas.map((address) => replicaFields(server, address, nodes));
    case 'SENTINELS':
      return server.sentinels.map(({ address, id }) => [...instance(server, address, 'sentinel', id, nodes)]);
    case 'CKQUORUM':
      return `OK ${server.sentinels.length + 1} usable Sentinels. Quorum and failover authorization can be reached`;
    case 'GET-MASTER-ADDR-BY-NAME':
      return [server.master.host, String(server.master.port)];
    case 'FAILOVER':
      if (rest.length > 0)
        throw new ErrorReply("ERR wrong number of arguments for 'sentinel|failover' command");
      if (!nodes.failOver(server.masterName))
        throw new ErrorReply('NOGOODSLAVE No suitable replica to promote');
      return 'OK';
    case 'RESET':
      server.replicas = [];
      server.sentinels = [];
      nodes.replicate();
      return 1;
    case 'SET':
      for (let index = 0; index + 1 < rest.length; index += 2)
        if (rest[index] === 'auth-pass') server.authPass = rest[index + 1] ?? null;
        else server.settings.set(rest[index] ?? '', rest[index + 1] ?? '');
      nodes.replicate();
      return 'OK';
    default:
      throw new ErrorReply(`ERR Unknown sentinel subcommand '${verb}'`);
  }
}

/** A hello message of another sentinel: `ip,port,runid,epoch,name,ip,port,configEpoch`. */
function hello(nodes: Nodes, text: string): number {
  const [, , , , masterName, host = '', port, epoch] = text.split(',');
  for (const sentinel of nodes.sentinels) {
    if (sentinel.masterName !== masterName || Number(epoch) <= sentinel.configEpoch) continue;
    const former = sentinel.master;
    sentinel.master = { host, port: Number(port) };
    sentinel.configEpoch = Number(epoch);
    sentinel.replicas = [...sentinel.replicas.filter((one) => one.port !== Number(port)), former];
  }
  nodes.replicate();
  return 1;
}

function instance(by: SentinelServer, address: Address, flag: string, id: string, nodes: Nodes): string[] {
  const node = nodes.at(address);
  const answers = node !== undefined && takes(node, node.kind === 'redis' ? by.authPass : by.ownPass);
  return [
    ['ip', address.host],
    ['port', String(address.port)],
    ['flags', answers ? flag : `${flag},s_down,disconnected`],
    ['runid', id],
    ['last-ping-sent', answers ? '0' : '5000'],
  ].flat();
}

function masterFields(server: SentinelServer, nodes: Nodes): string[] {
  const node = nodes.at(server.master);
  return [
    ...instance(server, server.master, 'master', node?.runid ?? '', nodes),
    'role-reported',
    node?.kind === 'redis' && node.replicaOf !== null ? 'slave' : 'master',
    'config-epoch',
    String(server.configEpoch),
    'num-slaves',
    String(server.replicas.length),
    'num-other-sentinels',
    String(server.sentinels.length),
    ...[...server.settings].flat(),
  ];
}

function replicaFields(by: SentinelServer, address: Address, nodes: Nodes): string[] {
  const node = nodes.at(address);
  const redis = node?.kind === 'redis' ? node : null;
  const follows = redis?.replicaOf ?? { host: '?', port: 0 };
  return [
    ...instance(by, address, 'slave', node?.runid ?? '', nodes),
    'role-reported',
    redis?.replicaOf === null ? 'master' : 'slave',
    'master-link-status',
    redis !== null && nodes.masterOf(redis) !== undefined ? 'ok' : 'err',
    'master-host',
    follows.host,
    'master-port',
    String(follows.port),
    'slave-priority',
    redis?.settings.get('replica-priority') ?? '100',
  ];
}
