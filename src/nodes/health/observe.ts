/** Asks every node of a group what it knows, all at once. */

import type { Endpoint } from '../../model/address.js';
import type { AskedNode, AskedNodes } from '../../model/group-nodes.js';
import { type Connections, LoginError } from '../client/connection.js';
import { redisAnswer, sentinelAnswer, text } from '../client/replies.js';
import { TlsError } from '../client/tls-error.js';
import type { RedisAnswer, SentinelAnswer, Silent, Snapshot } from './snapshot.js';

export async function takeSnapshot(targets: AskedNodes, connections: Connections): Promise<Snapshot> {
  const ask = async <T>(
    target: AskedNode,
    question: (at: Endpoint) => Promise<T>,
  ): Promise<[string, T | Silent]> => {
    try {
      return [target.name, await question(target.control).catch(again(() => question(target.control)))];
    } catch (error) {
      return [target.name, silence(error, target.name)];
    }
  };
  const [redis, sentinels] = await Promise.all([
    Promise.all(targets.redis.map((target) => ask(target, (at) => askRedis(at, connections)))),
    Promise.all(
      targets.sentinels.map((target) =>
        ask(target, (at) => askSentinel(at, targets.masterName, connections)),
      ),
    ),
  ]);
  return { redis: new Map(redis), sentinels: new Map(sentinels) };
}

function silence(error: unknown, node: string): Silent {
  if (error instanceof TlsError) {
    const tls = error.about(node);
    return { kind: 'silent', reason: tls.message, isLocked: false, tls };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: 'silent', reason, isLocked: error instanceof LoginError };
}

/** Sentinel ends the connections of a node that it gives another role or master: that is no silence. */
function again<T>(ask: () => Promise<T>): (error: unknown) => Promise<T> {
  return (error) => {
    if (error instanceof Error && error.message === 'Connection is closed.') return ask();
    throw error;
  };
}

async function askRedis(at: Endpoint, connections: Connections): Promise<RedisAnswer> {
  const replies = await connections.query(at, [
    ['INFO', 'server'],
    ['INFO', 'replication'],
    ['INFO', 'persistence'],
  ]);
  const refused = replies.find((reply) => !reply.ok);
  if (refused !== undefined) throw new Error(text(refused));
  return redisAnswer(replies.map(text).join('\n'));
}

async function askSentinel(
  at: Endpoint,
  masterName: string,
  connections: Connections,
): Promise<SentinelAnswer> {
  const [info, myid, master, replicas, sentinels, quorum, debug] = await connections.query(at, [
    ['INFO'],
    ['SENTINEL', 'MYID'],
    ['SENTINEL', 'MASTER', masterName],
    ['SENTINEL', 'REPLICAS', masterName],
    ['SENTINEL', 'SENTINELS', masterName],
    ['SENTINEL', 'CKQUORUM', masterName],
    ['SENTINEL', 'DEBUG'],
  ]);
  if (info !== undefined && !info.ok) throw new Error(info.error);
  return sentinelAnswer(masterName, { info, myid, master, replicas, sentinels, quorum, debug });
}
