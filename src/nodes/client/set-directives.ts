/** Sets directives on a node that runs, and has them kept in its configuration. */

import { RsentinelError } from '../../errors.js';
import type { Endpoint } from '../../model/address.js';
import type { Undo } from '../../model/step.js';
import type { Directive } from '../../model/topology.js';
import type { Command, Connections, Reply } from './connection.js';
import { pairs } from './replies.js';
import { getSettings, type Setting, settingsOf } from './settings.js';

/**
 * CONFIG SET. From 7.0 on all at once or none; before, one after the other.
 * @returns how to set what was set before
 * @throws RsentinelError DIRECTIVE_REFUSED; what had been set by then is set back
 */
export async function setOnRedis(
  node: string,
  at: Endpoint,
  directives: readonly Directive[],
  connections: Connections,
): Promise<Undo> {
  const settings = settingsOf(directives);
  const before = await getSettings(
    at,
    settings.map(({ name }) => name),
    connections,
  );
  const undo: Undo = async () => {
    for (const setting of before) await set(at, [setting], connections);
  };
  const all = await set(at, settings, connections);
  if (all?.ok) return undo;
  // Redis 6 takes one at a time; and one at a time tells which one is refused.
  for (const setting of settings) {
    const reply = await set(at, [setting], connections);
    if (reply?.ok) continue;
    await undo();
    throw refused(node, `${setting.name} ${setting.value}`, reply);
  }
  return undo;
}

async function set(
  at: Endpoint,
  settings: readonly Setting[],
  connections: Connections,
): Promise<Reply | undefined> {
  const pairs = settings.flatMap(({ name, value }) => [name, value]);
  const [reply] = await connections.query(at, [['CONFIG', 'SET', ...pairs]]);
  return reply;
}

/** SENTINEL SET. @throws RsentinelError DIRECTIVE_REFUSED */
export async function setOnSentinel(
  node: string,
  at: Endpoint,
  masterName: string,
  directives: readonly Directive[],
  connections: Connections,
): Promise<Undo> {
  const fields = await masterFields(at, masterName, connections);
  const undo: Undo = async () => {
    const before = directives.flatMap(({ name }) => {
      const value = fields.get(name);
      return value === undefined ? [] : [name, value];
    });
    await connections.query(at, [['SENTINEL', 'SET', masterName, ...before]]);
  };
  const words = directives.flatMap(({ name, value }) => [name, value]);
  const [reply] = await connections.query(at, [['SENTINEL', 'SET', masterName, ...words]]);
  if (!reply?.ok) throw refused(node, words.join(' '), reply);
  return undo;
}

async function masterFields(
  at: Endpoint,
  masterName: string,
  connections: Connections,
): Promise<ReadonlyMap<string, string>> {
  const [reply] = await connections.query(at, [['SENTINEL', 'MASTER', masterName]]);
  return pairs(reply?.ok ? reply.value : null);
}

/** Has a node write what it has in memory into its file, which keeps the comments of the one that is there. */
export async function rewriteConf(
  node: string,
  at: Endpoint,
  kind: 'redis' | 'sentinel',
  connections: Connections,
): Promise<void> {
  const command: Command = kind === 'redis' ? ['CONFIG', 'REWRITE'] : ['SENTINEL', 'FLUSHCONFIG'];
  const [reply] = await connections.query(at, [command]);
  if (!reply?.ok) throw refused(node, command.join(' '), reply);
}

function refused(node: string, what: string, reply: Reply | undefined): RsentinelError {
  const said = reply === undefined || reply.ok ? 'no reply' : reply.error;
  return new RsentinelError('DIRECTIVE_REFUSED', `${node} refuses ${what}`, {
    details: [said],
    hint: 'Give the directive a value in the topology file that this version of Redis takes.',
  });
}
