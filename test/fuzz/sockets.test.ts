/** Whoever listens where a node should, and whatever it sends: those who ask are done in time, and nothing else happens. */
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RsentinelError } from '../../src/errors.js';
import { NO_CREDENTIALS } from '../../src/model/credentials/credentials.js';
import { type Command, Connections } from '../../src/nodes/client/connection.js';
import { EventChannel } from '../../src/nodes/events/event-channel.js';
import { takeSnapshot } from '../../src/nodes/health/observe.js';
import { discover } from '../../src/nodes/live/discover.js';
import { type Act, HostileNode } from '../support/hostile-node.js';
import { casesOf, share, TIMEOUT } from './share.js';
import { hostileText, prototypesAreUntouched } from './texts.js';

/** Servers that are asked at the same time: most cases wait for a deadline. */
const AT_ONCE = 48;
/** ms. A question takes two seconds at most, a look asks twice, sentinels are asked for others three times. */
const PATIENCE = { query: 6_000, channel: 8_000, discover: 30_000 } as const;

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

const { resp } = fc.letrec<{ resp: string }>((tie) => ({
  resp: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      '+OK\r\n',
      '+\r\n',
      ':1\r\n',
      ':-\r\n',
      '$-1\r\n',
      '*-1\r\n',
      '*0\r\n',
      '$0\r\n\r\n',
      '-ERR unknown command\r\n',
      '-MOVED 1 127.0.0.1:1\r\n',
      '-READONLY x\r\n',
      '-NOAUTH x\r\n',
      '_\r\n',
      '#t\r\n',
      ',inf\r\n',
      '>1\r\n$-1\r\n',
      '%1\r\n+a\r\n+b\r\n',
      '$2147483647\r\n',
      '*1073741824\r\n',
      '$-2\r\n',
      '*1e3\r\n',
      '\r\n',
      'HTTP/1.1 200 OK\r\n\r\n',
    ),
    fc
      .oneof(
        hostileText,
        fc.constantFrom(
          'pmessage',
          'psubscribe',
          '*',
          '+sdown',
          'pong',
          'message',
          'ip',
          'port',
          'name',
          'mymaster',
          '127.0.0.1',
          '1',
        ),
      )
      .map(bulk),
    fc.array(tie('resp'), { maxLength: 5 }).map((items) => `*${items.length}\r\n${items.join('')}`),
    fc.constantFrom(
      `*3\r\n${bulk('psubscribe')}${bulk('*')}:1\r\n`,
      `*4\r\n${bulk('pmessage')}${bulk('*')}${bulk('+sdown')}${bulk('master m 1.2.3.4 1')}`,
      `*1\r\n*6\r\n${bulk('name')}${bulk('mymaster')}${bulk('ip')}${bulk('127.0.0.1')}${bulk('port')}${bulk('1')}`,
    ),
  ),
}));

const bytes = fc.oneof(
  { weight: 4, arbitrary: resp.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.array(resp, { maxLength: 10 }).map((all) => Buffer.from(all.join(''))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
);

/** Nothing for ever: those who ask have to end it. Endless speech is rare, as it takes all there is of a machine. */
const acts = fc.record({
  when: fc.constantFrom<'asked' | 'connected'>('asked', 'asked', 'connected'),
  acts: fc.array(
    fc.oneof(
      { weight: 12, arbitrary: bytes.map((one): Act => ({ kind: 'say', bytes: one })) },
      { weight: 3, arbitrary: fc.nat(15).map((ms): Act => ({ kind: 'wait', ms })) },
      // In two pieces, cut anywhere.
      {
        weight: 2,
        arbitrary: fc
          .tuple(bytes, fc.nat(20))
          .map(([one, at]): Act => ({ kind: 'say', bytes: one.subarray(0, at) })),
      },
    ),
    { maxLength: 8 },
  ),
  end: fc.oneof(
    { weight: 10, arbitrary: fc.constant<Act>({ kind: 'hang-up' }) },
    { weight: 9, arbitrary: fc.constant<Act>({ kind: 'wait', ms: 0 }) },
    { weight: 1, arbitrary: bytes.map((one): Act => ({ kind: 'say-for-ever', bytes: one })) },
  ),
});
const scripts = fc.array(acts, { minLength: AT_ONCE, maxLength: AT_ONCE });

const nodes: HostileNode[] = [];
const unhandled: unknown[] = [];
const note = (error: unknown): void => {
  unhandled.push(error);
};
beforeAll(async () => {
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  for (let made = 0; made < AT_ONCE; made += 1) nodes.push(await HostileNode.start());
});
afterAll(async () => {
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
  await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
});

/** Asks as many servers as there are scripts, each in its own way. */
async function inTime(
  all: readonly { readonly when: 'asked' | 'connected'; readonly acts: readonly Act[]; readonly end: Act }[],
  patience: number,
  ask: (node: HostileNode) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    all.map(async ({ when, acts: first, end }, index) => {
      const node = nodes[index];
      if (node === undefined) throw new Error('there is no such node');
      node.will([...first, end], when);
      const started = performance.now();
      const late = delay(patience, 'late', { ref: false });
      const outcome = await Promise.race([
        late,
        ask(node).then(
          () => null,
          (error: unknown) => error,
        ),
      ]);
      expect(outcome, `after ${performance.now() - started} ms`).not.toBe('late');
      if (outcome !== null) expect(outcome).toBeInstanceOf(Error);
      node.hangUp();
    }),
  );
  // What a library throws by itself comes with the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
  expect(prototypesAreUntouched()).toBe(true);
}

/** In batches: each case of fast-check is as many of ours. */
const batches = (percent: number) => ({
  ...share(percent),
  numRuns: Math.max(1, Math.round(casesOf(percent) / AT_ONCE)),
  // A batch takes seconds: the case that failed is told by its seed.
  endOnFailure: true,
});

const QUESTIONS: readonly (readonly Command[])[] = [
  [['PING']],
  [['INFO'], ['SENTINEL', 'MYID'], ['SENTINEL', 'MASTERS']],
  [
    ['PUBLISH', 'x', ''],
    ['WAIT', '1', '1'],
  ],
];

describe('a node that is asked', () => {
  it('keeps nobody waiting, and ends nothing but its connection', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(scripts, fc.constantFrom(...QUESTIONS), async (all, questions) => {
        await inTime(all, PATIENCE.query, async (node) => {
          const connections = new Connections();
          try {
            const replies = await connections.query(node.target('x').control, questions);
            expect(replies).toHaveLength(questions.length);
          } finally {
            connections.close();
          }
        });
      }),
      batches(2),
    );
  });

  it('is silent or says something, for a look', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (all) => {
        await inTime(all, PATIENCE.query, async (node) => {
          const connections = new Connections();
          try {
            const targets = {
              masterName: 'mymaster',
              redis: [node.target('r')],
              sentinels: [node.target('s')],
            };
            const { redis, sentinels } = await takeSnapshot(targets, connections);
            expect([...redis.keys(), ...sentinels.keys()]).toEqual(['r', 's']);
          } finally {
            connections.close();
          }
        });
      }),
      batches(1),
    );
  });
});

describe('a sentinel that is listened to', () => {
  it('is heard or not, and ends nothing but its connection', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (all) => {
        await inTime(all, PATIENCE.channel, async (node) => {
          const channel = await EventChannel.open([node.target('s')], NO_CREDENTIALS, ({ event }) => {
            expect(typeof event.type).toBe('string');
          });
          channel.close();
        });
      }),
      batches(1),
    );
  });
});

describe('a sentinel that is asked who belongs to it', () => {
  it('names addresses, or nobody', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (all) => {
        await inTime(all, PATIENCE.discover, async (node) => {
          const connections = new Connections();
          try {
            const group = await discover(
              [node.target('s').control],
              undefined,
              connections,
              new AbortController().signal,
            );
            for (const { address } of [...group.redis, ...group.sentinels]) {
              expect(address.port).toBeGreaterThan(0);
              expect(address.port).toBeLessThanOrEqual(65_535);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(RsentinelError);
            throw error;
          } finally {
            connections.close();
          }
        });
      }),
      batches(1),
    );
  });
});
