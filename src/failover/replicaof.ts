/** Gives a running node another role or another master, in the commands that Sentinel uses for it. */

import type { Address, Endpoint } from '../model/address.js';
import type { Command, Connections, Reply } from '../nodes/client/connection.js';

/**
 * The commands behind REPLICAOF in the transaction of sentinelSendSlaveOf (sentinel.c, 6.0 – 8.0, Valkey 8 and 9).
 * Without the kills a client keeps its connection to the former master and gets READONLY for ever, and
 * one that is blocked (BRPOP) is answered UNBLOCKED. A closed connection makes every client ask the sentinels again.
 */
const THEREAFTER: readonly Command[] = [
  ['CONFIG', 'REWRITE'],
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['CLIENT', 'KILL', 'TYPE', 'pubsub'],
];

/**
 * Makes a node a replica of `master`, or a master when that is null, and closes all connections of clients to it. Does
 * nothing to a node that does not answer: a later look finds that it has not changed.
 */
export async function replicaOf(
  node: Endpoint,
  master: Address | null,
  connections: Connections,
): Promise<void> {
  const to: readonly [string, string] = master === null ? ['NO', 'ONE'] : [master.host, String(master.port)];
  const commands: readonly Command[] = [['REPLICAOF', ...to], ...THEREAFTER];
  const replies = await connections.query(node, [['MULTI'], ...commands, ['EXEC']]).catch(() => []);
  // One of the commands is unknown there (rename-command), so that none was carried out.
  if (isAborted(replies.at(-1))) await connections.query(node, commands).catch(() => []);
}

function isAborted(reply: Reply | undefined): boolean {
  return reply !== undefined && !reply.ok && reply.error.startsWith('EXECABORT');
}
