/** Whatever nodes, sentinels, files, logs and labels say: values, and text that is nothing but text. */
import type { ContainerInfo } from 'dockerode';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { givenGroup } from '../../src/api/external-group.js';
import { jsonText } from '../../src/cli/output/json.js';
import { readConfFacts, withReplicaof } from '../../src/config/conf-facts.js';
import { editsOf } from '../../src/config/edits.js';
import { readHeader, withHeader } from '../../src/config/header.js';
import { LABEL, observedMember } from '../../src/engine/docker/labels.js';
import { listingsOf } from '../../src/engine/docker/listings.js';
import { listedLock } from '../../src/engine/docker/lock.js';
import { FrameSplitter, LineReader } from '../../src/engine/docker/output/frames.js';
import { endpointAt } from '../../src/model/address.js';
import { holderText } from '../../src/model/lock.js';
import type { WatchMoment } from '../../src/model/report/watch-report.js';
import type { Reply } from '../../src/nodes/client/connection.js';
import { redisAnswer, sentinelAnswer, text } from '../../src/nodes/client/replies.js';
import { parseEvent } from '../../src/nodes/events/events.js';
import { FailoverTracker } from '../../src/nodes/events/failover-tracker.js';
import { eventText, nodeOf, timelineOf } from '../../src/nodes/events/timeline.js';
import { LinkEvidence } from '../../src/nodes/health/evidence.js';
import { findFaults } from '../../src/nodes/health/readiness.js';
import type { Snapshot } from '../../src/nodes/health/snapshot.js';
import { assembleReport } from '../../src/nodes/live/assemble-report.js';
import { groupOf } from '../../src/nodes/live/discover.js';
import { warningText } from '../../src/report/reporters/event-text.js';
import { LogFormat } from '../../src/report/text/log-text.js';
import { statusText } from '../../src/report/text/status-text.js';
import { watchFrame } from '../../src/report/watch/watch-frame.js';
import { watchLines } from '../../src/report/watch/watch-lines.js';
import { NOTHING_SEEN, viewAfter } from '../../src/report/watch/watch-view.js';
import { plain } from '../unit/report/fixtures.js';
import { share, TIMEOUT } from './share.js';
import { ACTIVE, HOSTILE_TEXTS, hostileText, prototypesAreUntouched } from './texts.js';

const word = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '127.0.0.1',
      '::1',
      '6379',
      '26379',
      'master',
      'slave',
      'sentinel',
      'ok',
      'mymaster',
      '0',
      '1',
    ),
  },
  { weight: 2, arbitrary: hostileText },
);

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.integer(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 6 }),
  ),
}));

const FIELDS = [
  'name',
  'ip',
  'port',
  'runid',
  'flags',
  'last-ping-sent',
  'role-reported',
  'master-link-status',
  'master-host',
  'master-port',
  'config-epoch',
  'quorum',
  'num-slaves',
  'num-other-sentinels',
  'down-after-milliseconds',
  '__proto__',
] as const;
/** Much like what SENTINEL MASTER answers. */
const instance = fc
  .array(fc.tuple(fc.constantFrom(...FIELDS), fc.oneof(word, value)), { maxLength: 14 })
  .map((fields) => fields.flat());

const INFO = [
  'role:master',
  'role:slave',
  'redis_version:',
  'valkey_version:',
  'slave0:ip=',
  'slave1:ip=127.0.0.1,port=6380,state=online,offset=',
  'master_host:',
  'master_port:',
  'master_link_status:',
  'master_repl_offset:',
  'master0:name=mymaster,status=ok,',
  '__proto__:',
  'loading:1',
] as const;
const info = fc
  .array(fc.tuple(fc.constantFrom(...INFO), word), { maxLength: 12 })
  .map((lines) => lines.map((line) => line.join('')).join('\r\n'));

const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc
    .oneof(value, instance, fc.array(instance, { maxLength: 4 }), info)
    .map((it) => ({ ok: true, value: it }) as const),
  hostileText.map((error) => ({ ok: false, error }) as const),
);

const sentinelReplies = fc.record({
  info: fc.oneof(
    reply,
    info.map((it) => ({ ok: true, value: it }) as const),
  ),
  myid: reply,
  master: fc.oneof(
    reply,
    instance.map((it) => ({ ok: true, value: it }) as const),
  ),
  replicas: fc.oneof(
    reply,
    fc.array(instance, { maxLength: 4 }).map((it) => ({ ok: true, value: it }) as const),
  ),
  sentinels: fc.oneof(
    reply,
    fc.array(instance, { maxLength: 4 }).map((it) => ({ ok: true, value: it }) as const),
  ),
  quorum: reply,
  debug: reply,
});

/** No line that was not meant, and nothing in it that anything acts upon. */
function expectPlain(shown: string): void {
  expect(shown).not.toMatch(ACTIVE);
}

function sayAll(moments: readonly WatchMoment[]): void {
  let view = NOTHING_SEEN;
  for (const moment of moments) {
    for (const line of watchLines(view, moment)) {
      expectPlain(line);
      expect(line).not.toContain('\n');
    }
    view = viewAfter(view, moment);
    const frame = watchFrame(view, { columns: 80, rows: 24 }, plain);
    expect(frame.length).toBeLessThanOrEqual(24);
    for (const line of frame) expectPlain(line);
  }
}

describe('what nodes answer', () => {
  it('is a report, whatever it is', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(
        word,
        fc.array(sentinelReplies, { minLength: 1, maxLength: 3 }),
        fc.array(fc.oneof(info, reply.map(text)), { maxLength: 3 }),
        hostileText,
        (masterName, sentinels, infos, reason) => {
          const asked = sentinels.map((_, index) => ({
            name: `127.0.0.1:${26_379 + index}`,
            control: endpointAt({ host: '127.0.0.1', port: 26_379 + index }, 'sentinel', false),
          }));
          const answers = new Map(
            sentinels.map((replies, index) => [
              asked[index]?.name ?? '',
              sentinelAnswer(masterName, replies),
            ]),
          );
          const group = givenGroup(groupOf(masterName, asked, { redis: new Map(), sentinels: answers }));
          for (const { address } of [...group.redis, ...group.sentinels]) {
            expect(address.host).toMatch(/^[\w.:-]{1,255}$/);
            expect(address.port % 1).toBe(0);
            expect(address.port).toBeGreaterThan(0);
            expect(address.port).toBeLessThanOrEqual(65_535);
          }
          const snapshot: Snapshot = {
            redis: new Map(
              group.redis.map(({ name }, index) => {
                const one = infos[index];
                return [
                  name,
                  one === undefined ? { kind: 'silent', reason, isLocked: false } : redisAnswer(one),
                ];
              }),
            ),
            sentinels: answers,
          };
          const evidence = new LinkEvidence();
          evidence.add(snapshot);
          const looked = { snapshot, faults: findFaults(group, snapshot, evidence), diverged: [] };
          const report = assembleReport(group, null, looked, {
            logins: null,
            tls: null,
          });
          expectPlain(statusText(report, plain));
          expectPlain(jsonText(report));
          expect(JSON.parse(jsonText(report))).toEqual(JSON.parse(JSON.stringify(report)));
          sayAll([{ kind: 'report', report }]);
          expect(prototypesAreUntouched()).toBe(true);
        },
      ),
      share(13),
    );
  });
});

const TYPES = [
  '+sdown',
  '-sdown',
  '+odown',
  '+try-failover',
  '+new-epoch',
  '+vote-for-leader',
  '+elected-leader',
  '+selected-slave',
  '+promoted-slave',
  '+slave-reconf-done',
  '+failover-end',
  '+switch-master',
  '-failover-abort-not-elected',
] as const;
const message = fc.oneof(
  hostileText,
  fc
    .array(fc.oneof(word, fc.constantFrom('@', '#quorum', '2/2')), { maxLength: 8 })
    .map((words) => words.join(' ')),
  fc.constantFrom(
    'master mymaster 127.0.0.1 6379',
    'slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster 127.0.0.1 6379',
    'mymaster 127.0.0.1 6379 127.0.0.1 6380',
    `${'a'.repeat(40)} 3`,
    '99999999999999999999999999',
  ),
);

describe('what sentinels say', () => {
  it('is told, whatever it is', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(fc.constantFrom(...TYPES), hostileText), message, hostileText), {
          maxLength: 20,
        }),
        (said) => {
          const master = { host: '127.0.0.1', port: 6379 };
          const known = {
            redis: [6379, 6380].map((port, index) => ({
              name: `redis-${index + 1}`,
              address: { ...master, port },
            })),
            sentinels: [{ name: 'sentinel-1', id: 'a'.repeat(40) }],
          };
          const recorded = said.map(([type, words, sentinel], at) => ({
            at,
            sentinel,
            event: parseEvent(type, words),
          }));
          const tracker = new FailoverTracker();
          sayAll(
            recorded.flatMap((one): WatchMoment[] => {
              const failover = tracker.hear(one, one.at);
              const { event, sentinel } = one;
              const told = {
                heardAt: one.at,
                sentinel,
                event: event.type,
                node: nodeOf(event, known),
                text: eventText(event),
              };
              return [
                { kind: 'event', event: told },
                ...(failover === null ? [] : [{ kind: 'failover', failover } as const]),
              ];
            }),
          );
          const timeline = timelineOf(recorded, { ...known, master, faultAt: 0, returning: null });
          expect(timeline.events).toHaveLength(recorded.length);
          expectPlain(jsonText(timeline));
          expect(prototypesAreUntouched()).toBe(true);
        },
      ),
      share(12),
    );
  });
});

const confLine = fc.oneof(
  hostileText,
  fc
    .tuple(
      fc.constantFrom(
        'port',
        'replicaof',
        'save',
        'sentinel monitor',
        'sentinel myid',
        'sentinel known-replica',
        'sentinel current-epoch',
        'replica-announce-ip',
        '# rsentinel: group=demo node=redis-1 spec=a frame=b',
        '# rsentinel-rendered:',
        '# rsentinel-directive:',
      ),
      fc.array(word, { maxLength: 4 }),
    )
    .map(([name, words]) => [name, ...words].join(' ')),
);

describe('what stands in a node’s file', () => {
  it('is read, whatever it is', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(fc.array(confLine, { maxLength: 20 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const file = lines.join(end);
        const facts = readConfFacts(file);
        for (const { name, value: now } of editsOf(facts).added)
          expectPlain(warningText(`${name} ${now}`, plain));
        for (const edit of editsOf(facts).changed)
          expectPlain(warningText(`${edit.name} ${edit.now}`, plain));
        const moved = readConfFacts(withReplicaof(file, 'replicaof 10.0.0.1 6379'));
        expect(moved.replicaOf).toEqual({ host: '10.0.0.1', port: 6379 });
        expect(readConfFacts(withReplicaof(file, null)).replicaOf).toBeNull();
        if (facts.header !== null) {
          const { group, node } = facts.header;
          expect(readHeader(withHeader(file, facts.header))).toMatchObject({ group, node });
        }
        expect(prototypesAreUntouched()).toBe(true);
      }),
      share(8),
    );
  });
});

const logText = fc.oneof(
  hostileText,
  fc.constantFrom(
    '2026-01-02T03:04:05.000000001Z x\n',
    '2026-99-99T99:99:99Z x\n',
    '9999-12-31T23:59:59+23:59 \n',
    '0000-00-00T00:00:00Z x',
  ),
);
const frame = fc.oneof(
  fc.tuple(fc.constantFrom(0, 1, 2, 3, 9), logText).map(([type, payload]) => {
    const bytes = Buffer.from(payload);
    const head = Buffer.alloc(8);
    head[0] = type;
    head.writeUInt32BE(bytes.length, 4);
    return Buffer.concat([head, bytes]);
  }),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);

describe('what containers log', () => {
  it('is lines, wherever it is cut', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 12 }),
        fc.array(fc.nat(400), { maxLength: 6 }),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames);
          const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
          const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
          const splitter = new FrameSplitter();
          const reader = new LineReader();
          const lines = [
            ...chunks.flatMap((chunk) => splitter.push(chunk)).flatMap((one) => reader.push(one)),
            ...reader.end(),
          ];
          const format = new LogFormat(['redis-1'], 'shown', plain);
          for (const line of lines) {
            const shown = format.line({ node: 'redis-1', ...line });
            expectPlain(shown);
            expect(shown.indexOf('\n')).toBe(shown.length - 1);
          }
        },
      ),
      share(8),
    );
  });
});

/** The role and the name of a node, which may be what they should be. */
const ofNode = fc.record({
  'io.rsentinel.group': fc.constantFrom('demo', '../x', ''),
  [LABEL.role]: fc.constantFrom('redis', 'sentinel', 'anchor', 'lock'),
  [LABEL.node]: fc.oneof(fc.constantFrom('redis-1', 'anchor', '../..', 'a/b', '.', ''), hostileText),
});
const anyLabels = fc.dictionary(
  fc.oneof(fc.constantFrom(...Object.values(LABEL), 'io.rsentinel.group'), hostileText),
  fc.oneof(
    word,
    fc.constantFrom(...HOSTILE_TEXTS, 'redis', 'demo', '{"pid": "x"}', '[]', 'null', '127.0.0.1:99999'),
  ),
  { maxKeys: 14 },
);
const labels = fc.oneof(
  anyLabels,
  fc.tuple(anyLabels, ofNode).map(([all, node]): Record<string, string> => ({ ...all, ...node })),
);

describe('what is labelled on the engine', () => {
  it('is a member, a group, a lock, or none of ours', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(
        labels,
        fc.array(labels, { maxLength: 4 }),
        hostileText,
        fc.double(),
        (own, others, name, time) => {
          const container = {
            Id: 'i',
            // As `up` would call it, now and then.
            Names: [`/${time > 0 ? `${own['io.rsentinel.group']}-${own[LABEL.node]}` : name}`],
            Image: name,
            Labels: own,
            State: name,
            Status: name,
            HostConfig: { NetworkMode: name },
            NetworkSettings: { Networks: {} },
          } as unknown as ContainerInfo;
          const member = observedMember(container, { network: null, anchor: null }, null, false);
          if (member.role !== 'other') {
            expect(member.node).toMatch(/^[a-z0-9][a-z0-9-]{0,30}$/);
            // Whatever labels an image brings along, it cannot choose the name of the container.
            expect(member.container).toBe(`${own['io.rsentinel.group']}-${member.node}`);
          }
          for (const address of [member.address, member.control]) {
            if (address !== null) expect(address.port).toBeLessThanOrEqual(65_535);
          }
          const groups = listingsOf(
            [own, ...others].map((one, at) => ({ id: String(at), labels: one, madeAt: time })),
          );
          for (const group of groups) expect(group.name).toMatch(/^[a-z0-9][a-z0-9-]{0,40}$/);
          const lock = listedLock({ Id: 'i', Created: 1, Labels: own });
          expectPlain(warningText(holderText(lock), plain));
          expect(prototypesAreUntouched()).toBe(true);
        },
      ),
      share(7),
    );
  });
});
