/** Keeping writes from a master before Redis 6.2, which cannot pause them, and whose replies get lost. */
import { expect, it } from 'vitest';
import { type Ask, WritePause } from '../../../src/failover/pause-writes.js';
import type { Command, Connections, Reply } from '../../../src/nodes/client/connection.js';

it('gives a master its own min-replicas-to-write back though the reply to the refusal was lost', async () => {
  let value = '1';
  let lost = 1;
  const answer = ([name, verb, , to]: Command): Reply => {
    if (name === 'CLIENT') return { ok: false, error: 'ERR syntax error' };
    if (verb === 'GET') return { ok: true, value: ['min-replicas-to-write', value] };
    if (verb === 'SET') value = to ?? '';
    return { ok: true, value: 'OK' };
  };
  const query = async (_at: unknown, commands: readonly Command[]): Promise<readonly Reply[]> => {
    const replies = commands.map(answer);
    const isSet = commands.some(([, verb]) => verb === 'SET');
    if (isSet && lost > 0) {
      lost -= 1;
      throw new Error('Command timed out');
    }
    return replies;
  };
  const connections = { query } as unknown as Connections;
  const twice: Ask = (question) => question().catch(question);
  const at = { host: '127.0.0.1', port: 6379, kind: 'redis', tls: false, announced: null } as never;
  const pause = await WritePause.begin(at, connections, twice);
  expect([pause.kind, value]).toEqual(['refusal', '2000000000']);
  await pause.end();
  expect(value).toBe('1');
});
