import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { downText } from '../../../src/report/text/down-text.js';
import { planText } from '../../../src/report/text/plan-text.js';
import { statusText } from '../../../src/report/text/status-text.js';
import { upText } from '../../../src/report/text/up-text.js';
import { coloured, groupReport, plain, redisNode, sentinelNode, step } from './fixtures.js';

const ESC = '\u001b';

describe('the result of up', () => {
  const text = upText({ report: groupReport(), changed: true, ms: 1312 }, plain);

  it('is Sentinel’s INFO, the nodes, how to connect and how to remove it', () => {
    expect(text).toBe(`✔ demo: 3 Redis nodes, 3 sentinels, proved ready (1.31 s)

# Sentinel (the same on all 3)
master0:name=mymaster,status=ok,address=127.0.0.1:6379,slaves=2,sentinels=3

NODE        ROLE      ADDRESS          CONTAINER
redis-1     master    127.0.0.1:6379   demo-redis-1
redis-2     replica   127.0.0.1:6380   demo-redis-2
redis-3     replica   127.0.0.1:6381   demo-redis-3
sentinel-1  sentinel  127.0.0.1:26379  demo-sentinel-1
sentinel-2  sentinel  127.0.0.1:26378  demo-sentinel-2
sentinel-3  sentinel  127.0.0.1:26377  demo-sentinel-3

Connect from this machine, or from a container with --network container:demo-anchor
  sentinels   127.0.0.1:26379,127.0.0.1:26378,127.0.0.1:26377
  redis-cli   redis-cli -p 26379 SENTINEL GET-MASTER-ADDR-BY-NAME mymaster
  JavaScript  const sentinels = [26379, 26378, 26377].map((port) => ({ host: '127.0.0.1', port }));
    ioredis   new Redis({ sentinels, name: 'mymaster' })
    redis     createSentinel({ name: 'mymaster', sentinelRootNodes: sentinels })
  redis-py    Sentinel([('127.0.0.1', 26379), ('127.0.0.1', 26378), ('127.0.0.1', 26377)]).discover_master('mymaster')
Files   /home/me/.rsentinel/demo
Remove  rsentinel down -n demo
`);
  });

  it('fits on one screen of 24 lines', () => {
    expect(text.split('\n').length - 1).toBeLessThanOrEqual(24);
  });

  it('says when nothing was touched', () => {
    expect(upText({ report: groupReport(), changed: false, ms: 90 }, plain)).toContain(
      'demo: 3 Redis nodes, 3 sentinels, healthy; nothing was touched (90 ms)',
    );
  });

  it('shows each sentinel’s INFO when they differ', () => {
    const sentinels = [sentinelNode(1), sentinelNode(2, { info: null })];
    expect(upText({ report: groupReport({ sentinels }), changed: true, ms: 1 }, plain)).toContain(
      `# Sentinel (sentinel-1)\n${sentinelNode(1).info}\n# Sentinel (sentinel-2)\nno answer\n`,
    );
  });

  it('says in bridge mode from where the addresses work, and names every host', () => {
    const sentinels = [2, 3].map((last) =>
      sentinelNode(last, { address: { host: `10.200.0.${last}`, port: 26379 } }),
    );
    const bridge = upText(
      { report: groupReport({ networkMode: 'bridge', sentinels }), changed: true, ms: 1 },
      plain,
    );
    expect(bridge).toContain(
      'Connect from a container with --network demo, or from this machine if it runs Linux',
    );
    expect(bridge).toContain('redis-cli -h 10.200.0.2 -p 26379 SENTINEL');
    expect(bridge).toContain("[{ host: '10.200.0.2', port: 26379 }, { host: '10.200.0.3', port: 26379 }]");
  });

  it('gives Python a list for a single sentinel too', () => {
    const single = upText(
      { report: groupReport({ sentinels: [sentinelNode(1)] }), changed: true, ms: 1 },
      plain,
    );
    expect(single).toContain("Sentinel([('127.0.0.1', 26379)]).discover_master");
    expect(single).toContain("[{ host: '127.0.0.1', port: 26379 }]");
  });
});

describe('the result of status', () => {
  it('is the nodes, each sentinel’s view, the agreed master and the verdict', () => {
    expect(
      statusText(groupReport(), plain),
    ).toBe(`NODE     ROLE     ADDRESS         STATE    LINK  OFFSET  LAG  VERSION
redis-1  master   127.0.0.1:6379  running  -     1834    -    8.0.2
redis-2  replica  127.0.0.1:6380  running  up    1834    0 B  8.0.2
redis-3  replica  127.0.0.1:6381  running  up    1834    0 B  8.0.2

SENTINEL    ADDRESS          STATE    MASTER          FLAGS   REPLICAS  SENTINELS  QUORUM  CKQUORUM
sentinel-1  127.0.0.1:26379  running  127.0.0.1:6379  master  2         3          2       OK
sentinel-2  127.0.0.1:26378  running  127.0.0.1:6379  master  2         3          2       OK
sentinel-3  127.0.0.1:26377  running  127.0.0.1:6379  master  2         3          2       OK

mymaster: master is 127.0.0.1:6379 (redis-1), as the sentinels agree

demo is healthy
`);
  });

  it('names every fault with its remedy', () => {
    const report = groupReport({
      health: 'degraded',
      master: null,
      redis: [
        redisNode(1, {
          role: 'unknown',
          version: null,
          offset: null,
          container: { name: 'demo-redis-1', state: 'exited', exitCode: 137 },
        }),
        redisNode(2, {
          link: { master: redisNode(1).address, status: 'down', syncInProgress: false },
          lag: null,
        }),
        redisNode(3, { link: { master: redisNode(1).address, status: 'down', syncInProgress: true } }),
      ],
      sentinels: [
        sentinelNode(1, { view: null, info: null }),
        sentinelNode(2, {
          view: null,
          info: null,
          container: { name: 'x', state: 'missing', exitCode: null },
        }),
      ],
      faults: [
        {
          code: 'container-exited',
          node: 'redis-1',
          message: 'the container of redis-1 has exited',
          remedy: 'rsentinel up',
        },
        { code: 'no-master', node: null, message: 'no sentinel answers', remedy: 'rsentinel up starts them' },
      ],
    });
    expect(
      statusText(report, plain),
    ).toBe(`NODE     ROLE     ADDRESS         STATE         LINK     OFFSET  LAG  VERSION
redis-1  unknown  127.0.0.1:6379  exited (137)  -        -       -    -
redis-2  replica  127.0.0.1:6380  running       down     1834    -    8.0.2
redis-3  replica  127.0.0.1:6381  running       syncing  1834    0 B  8.0.2

SENTINEL    ADDRESS          STATE    MASTER
sentinel-1  127.0.0.1:26379  running  no answer about this master
sentinel-2  127.0.0.1:26378  missing  -

mymaster: master unknown: the sentinels do not agree, or none answers

✖ the container of redis-1 has exited
  rsentinel up
✖ no sentinel answers
  rsentinel up starts them

demo is degraded: 2 faults
`);
  });

  it('says no more than that of an absent group', () => {
    const report = groupReport({ health: 'absent', redis: [redisNode(1)], master: null });
    expect(statusText(report, plain)).toBe('demo is absent: nothing of it is on this engine\n');
  });

  it('prints what nodes say with control characters escaped', () => {
    const report = groupReport({ redis: [redisNode(1, { version: `8${ESC}[2J\n` })] });
    const text = statusText(report, plain);
    expect(text).toContain('8\\u001b[2J\\u000a');
    expect(text).not.toContain(ESC);
  });

  it('keeps its columns when coloured', () => {
    expect(stripVTControlCharacters(statusText(groupReport(), coloured))).toBe(
      statusText(groupReport(), plain),
    );
  });
});

describe('the result of down', () => {
  it('is what was removed, and where the data is kept', () => {
    const removed = ['container demo-redis-1', 'network demo'];
    expect(
      downText('demo', { removed, kept: '/home/me/.rsentinel/demo', keptVolumes: [], ms: 312 }, plain),
    ).toBe(
      `removed container demo-redis-1
removed network demo
demo is gone (312 ms)
Configuration and data are kept in /home/me/.rsentinel/demo
To remove them too: rsentinel down -n demo --volumes
`,
    );
  });

  it('says that there was nothing', () => {
    expect(downText('demo', { removed: [], kept: null, keptVolumes: [], ms: 3 }, plain)).toBe(
      'demo: there was nothing to remove\n',
    );
  });
});

describe('the plan of up --dry-run', () => {
  it('is a line per step with its reason', () => {
    const steps = [
      step({ kind: 'network' }, 'there is none'),
      step({ kind: 'start', node: 'redis-1' }, 'it has ended'),
    ];
    expect(
      planText('demo', steps, ' is as the file says: nothing to do', plain),
    ).toBe(`demo: 2 steps, none of them done
  network        there is none
  start redis-1  it has ended
`);
  });

  it('says that there is nothing to do', () => {
    expect(planText('demo', [], ' is as the file says: nothing to do', plain)).toBe(
      'demo is as the file says: nothing to do\n',
    );
  });
});
