/** Whoever listens in the place of a node may answer anything, slowly, endlessly or never. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_CREDENTIALS } from '../../../src/model/credentials/credentials.js';
import { Connections } from '../../../src/nodes/client/connection.js';
import { EventChannel } from '../../../src/nodes/events/event-channel.js';
import { Listeners } from '../../../src/nodes/events/listeners.js';
import { takeSnapshot } from '../../../src/nodes/health/observe.js';
import { discover } from '../../../src/nodes/live/discover.js';
import { type Act, HostileNode, say } from '../../support/hostile-node.js';
import { until } from '../../support/until.js';

let node: HostileNode;
let connections: Connections;
beforeEach(async () => {
  node = await HostileNode.start();
  connections = new Connections();
});
afterEach(async () => {
  connections.close();
  await node[Symbol.asyncDispose]();
});

/** ms that a question may take: the connection's second, the answer's second, and what a loaded machine adds. */
const PATIENCE = 4_000;

async function failureOf(asking: Promise<unknown>): Promise<string> {
  const started = performance.now();
  const outcome = await asking.then(
    () => 'an answer',
    (error: unknown) => String(error),
  );
  expect(performance.now() - started).toBeLessThan(PATIENCE);
  return outcome;
}

const PING = [['PING']] as const;
const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

describe('a node that is asked', () => {
  it.each<[string, readonly Act[], RegExp]>([
    ['answers garbage', [say('HTTP/1.1 400 Bad Request\r\n\r\n')], /not what Redis answers/],
    ['answers in another protocol', [say('>2\r\n$-1\r\n$-1\r\n')], /not what Redis answers/],
    ['announces a text of two gigabytes', [say('$2147483647\r\n')], /announces more than 4096 KiB/],
    ['announces a list of a thousand million', [say('*999999999\r\n')], /announces more than 4096 KiB/],
    ['announces what is no number', [say('*1e9\r\n')], /not what Redis answers/],
    ['answers in lists of lists of lists', [say('*1\r\n'.repeat(100_000))], /more than 8 deep/],
    ['answers with a line that has no end', [say(`+${'x'.repeat(100_000)}`)], /line that has no end/],
    ['answers with a text that is longer than it says', [say('$1\r\nxy\r\n')], /not what Redis answers/],
    [
      'answers more than it was asked, and with nothing',
      [say('+PONG\r\n$-1\r\n$-1\r\n')],
      /what it was not asked|an answer/,
    ],
    ['never answers', [], /timed out/],
    [
      'answers a byte now and then',
      Array.from({ length: 100 }, (_, at) => [
        say('$9\r\nxyz'[at] ?? 'x'),
        { kind: 'wait', ms: 100 } as const,
      ]).flat(),
      /timed out/,
    ],
    ['closes at once', [{ kind: 'hang-up' }], /closed|ECONNRESET/],
  ])('%s', async (_what, acts, reason) => {
    node.will(acts);
    expect(await failureOf(connections.query(node.target('x').control, PING))).toMatch(reason);
  });

  it('speaks before it is asked', async () => {
    node.will([say('$-1\r\n'.repeat(3))], 'connected');
    await failureOf(connections.query(node.target('x').control, PING));
  });

  it('answers endlessly, and is cut off', async () => {
    node.will([say('$-1\r\n'), { kind: 'say-for-ever', bytes: Buffer.from('+PONG\r\n'.repeat(10_000)) }]);
    await failureOf(connections.query(node.target('x').control, PING));
    await until('the connection is closed', () => node.connections === 0);
  });

  it('gives lists in the place of texts, and nothing of it is more than an answer', async () => {
    node.will([say('*2\r\n*1\r\n$-1\r\n:7\r\n'.repeat(7))]);
    const targets = { masterName: 'mymaster', redis: [node.target('r')], sentinels: [node.target('s')] };
    const { redis, sentinels } = await takeSnapshot(targets, connections);
    expect([redis.size, sentinels.size]).toEqual([1, 1]);
  });
});

describe('a sentinel that is listened to', () => {
  it.each<[string, string]>([
    ['answers with nothing', '$-1\r\n'],
    ['answers with a list of nothing', '*1\r\n$-1\r\n'],
    ['answers with a number', ':1\r\n'],
    ['answers with an empty line', '+\r\n'],
    ['answers with half of nothing', '*-'],
    ['answers with half an empty line', '+\r'],
    ['sends an event without a text', `*2\r\n${bulk('pmessage')}${bulk('*')}`],
    ['sends an event of another kind', `*4\r\n${bulk('pmessage')}${bulk('*')}*0\r\n:1\r\n`],
    ['sends a huge event', `*4\r\n${bulk('pmessage')}${bulk('*')}${bulk('+x')}$1000000\r\n`],
  ])('%s', async (_what, text) => {
    node.will([say(text)]);
    expect(await failureOf(EventChannel.open([node.target('s')], NO_CREDENTIALS, () => {}))).toMatch(
      /cannot be listened to/,
    );
  });

  it('never confirms that it is', async () => {
    node.will([]);
    expect(await failureOf(EventChannel.open([node.target('s')], NO_CREDENTIALS, () => {}))).toMatch(
      /cannot be listened to/,
    );
  });

  it('says the same for ever, and no more of it is heard than a sentinel can have to say', async () => {
    const event = `*4\r\n${bulk('pmessage')}${bulk('*')}${bulk('+sdown')}${bulk('master x 1.2.3.4 6379 '.repeat(40))}`;
    node.will([
      say(`*3\r\n${bulk('psubscribe')}${bulk('*')}:1\r\n`),
      { kind: 'say-for-ever', bytes: Buffer.from(event.repeat(100)) },
    ]);
    let heard = 0;
    const listeners = new Listeners(() => {
      heard += 1;
    });
    await listeners.follow([node.target('s')], NO_CREDENTIALS);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    listeners.close();
    expect(heard).toBeGreaterThan(0);
    expect(heard).toBeLessThan(8_000_000 / event.length);
  });
});

describe('sentinels that name others', () => {
  const fields = (...words: readonly string[]): string => `*${words.length}\r\n${words.map(bulk).join('')}`;

  it('name addresses that are none, and far too many', async () => {
    const master = fields('name', 'mymaster', 'ip', '10.255.255.1', 'port', '99999', 'flags', 'master');
    const odd = ['', '\u001b[2J', '../../etc', 'a b', 'x'.repeat(300)].map((ip) =>
      fields('ip', ip, 'port', '1'),
    );
    const ports = ['0', '-1', '65536', '1e3', 'NaN', '1.5'].map((port) =>
      fields('ip', '10.255.255.1', 'port', port),
    );
    const many = Array.from({ length: 5_000 }, (_, at) => fields('ip', '127.0.0.1', 'port', String(at + 1)));
    const all = [...odd, ...ports, ...many];
    const list = `*${all.length}\r\n${all.join('')}`;
    // SENTINEL MASTERS, then the seven questions of a look; the same again for whoever it has named.
    node.will([
      say(`*1\r\n${master}`),
      { kind: 'wait', ms: 20 },
      say(`${bulk('redis_version:8.0.0')}${bulk('a'.repeat(40))}${master}${list}${list}+OK\r\n*0\r\n`),
    ]);
    const group = await discover(
      [node.target('s').control],
      undefined,
      connections,
      new AbortController().signal,
    );
    expect(group.redis.length).toBeLessThanOrEqual(125);
    expect(group.sentinels.length).toBeLessThanOrEqual(126);
    for (const { address } of [...group.redis, ...group.sentinels]) {
      expect(address.host).toMatch(/^[\w.-]+$/);
      expect(address.port).toBeGreaterThan(0);
      expect(address.port).toBeLessThanOrEqual(65_535);
    }
  });
});
