import { describe, expect, it } from 'vitest';
import { breachesOf, figuresOf } from '../../../src/drill/figures.js';
import type { DrillLimits, DrillReport, DrillRound } from '../../../src/model/report/drill-report.js';
import { timelineOf } from '../../../src/nodes/events/timeline.js';
import { drillHtml } from '../../../src/report/html/drill-html.js';
import { drillJunit } from '../../../src/report/junit.js';
import { drillText } from '../../../src/report/text/drill-text.js';
import { CIRCUMSTANCES, drillRound, KILLED, recorded } from '../drill/rounds.js';
import { plain } from './fixtures.js';

const timeline = timelineOf(recorded(KILLED), CIRCUMSTANCES);
const good = drillRound(1, timeline);
const losing = drillRound(2, timeline, {
  writes: { ...good.writes, lost: { count: 21, first: [7, 8, 9] }, gap: { from: 0, to: 2500, ms: 2500 } },
});

function reportOf(
  rounds: readonly DrillRound[],
  limits: DrillLimits = { maxDowntime: null, maxLost: null },
): DrillReport {
  return {
    version: 1,
    group: 'demo',
    masterName: 'mymaster',
    fault: 'kill',
    timing: 'normal',
    startedAt: 1_764_000_000_000,
    redis: ['redis-1', 'redis-2', 'redis-3'],
    sentinels: ['sentinel-1', 'sentinel-2', 'sentinel-3'],
    rounds,
    figures: figuresOf(rounds),
    limits,
    breaches: breachesOf(rounds, limits),
  };
}

const failed = reportOf([good, losing], { maxDowntime: 2100, maxLost: 0 });

/** Names of the elements, in order; throws when one is not closed where it should be. */
function elementsOf(markup: string): readonly string[] {
  const open: string[] = [];
  const names: string[] = [];
  for (const [, closing, name = '', rest = ''] of markup.matchAll(/<(\/?)([a-zA-Z][\w-]*)([^>]*)>/g)) {
    if (closing === '/') expect(open.pop()).toBe(name);
    else {
      names.push(name);
      if (!rest.endsWith('/') && name !== 'meta') open.push(name);
    }
  }
  expect(open).toEqual([]);
  return names;
}

describe('a drill of one round, as text', () => {
  const text = drillText(reportOf([good]), plain);

  it('has the six steps and who did them', () => {
    expect(text).toContain(
      '1 found down           1.01 s  1.08 s  +sdown sentinel-1 1.01 s, sentinel-2 1.03 s\n',
    );
    expect(text).toContain('2 leader elected       1.08 s  1.16 s  sentinel-2 by 3 votes, epoch 1\n');
    expect(text).toContain('3 replica promoted     1.16 s  1.90 s  redis-2\n');
    expect(text).toContain('4 others reconfigured  1.90 s  2.96 s  redis-3 2.90 s\n');
    expect(text).toContain('+switch-master sentinel-1 1.99 s, sentinel-3 1.99 s, sentinel-2 2.96 s\n');
    expect(text).toContain('6 old master back      3.00 s  3.32 s  redis-1\n');
  });

  it('has what the client saw', () => {
    expect(text).toContain('writes  2.03 s       1800  connection-lost 1, not-connected 1\n');
    expect(text).toContain(
      '1800 writes acknowledged, none lost; of 1 more the client could not know, 0 are there\n',
    );
  });

  it('says that the group is healthy again', () => {
    expect(text).toMatch(/demo is healthy again after 1 round\n$/);
  });
});

describe('a drill of several rounds, as text', () => {
  const text = drillText(failed, plain);

  it('has a line for each round, and the figures', () => {
    expect(text).toMatch(/^ROUND +FROM +TO +/);
    expect(text).toMatch(/\n1 +redis-1 +redis-2 +1.08 s +1.90 s +2.96 s +3.32 s +2.03 s +60 ms +0 +1\n/);
    expect(text).toMatch(/\n +MIN +MEDIAN +P95 +MAX +ROUNDS\n/);
    expect(text).toMatch(/\nwithout writes +2.03 s +2.27 s +2.50 s +2.50 s +2\n/);
  });

  it('names lost writes, and the limits that were not kept', () => {
    expect(text).toContain('round 2: 1800 writes acknowledged, 21 lost (7, 8, 9, …)');
    expect(text).toContain('✖ round 2: 2.50 s without writes, more than 2.10 s\n');
    expect(text).toMatch(/✖ round 2: 21 acknowledged writes lost, more than 0\n$/);
  });

  it('says of a round what nobody expects', () => {
    const odd = { ...good, round: 2, failovers: 2, aborts: ['-failover-abort-no-good-slave'] };
    expect(drillText(reportOf([good, odd]), plain)).toContain(
      'round 2: the sentinels failed over 2 times, in the end to redis-2: the steps are those of the first; ' +
        'Sentinel gave up 1 attempt before (-failover-abort-no-good-slave)\n',
    );
  });

  it('says when the limits were kept', () => {
    const kept = drillText(reportOf([good, { ...good, round: 2 }], { maxDowntime: 3000, maxLost: 0 }), plain);
    expect(kept).toMatch(/demo is healthy again after 2 rounds, within the limits\n$/);
  });
});

describe('a drill as JUnit', () => {
  const xml = drillJunit(failed);

  it('has a test case for each round, and a failure for each limit that was not kept', () => {
    const names = elementsOf(xml);
    expect(names.filter((name) => name === 'testcase')).toHaveLength(2);
    expect(names.filter((name) => name === 'failure')).toHaveLength(2);
    expect(xml).toContain(
      '<testsuites name="rsentinel drill" tests="2" failures="1" errors="0" time="8.200">',
    );
    expect(xml).toContain(
      '<failure type="maxLost" message="round 2: 21 acknowledged writes lost, more than 0">',
    );
  });

  it('has the figures as properties', () => {
    expect(xml).toContain('<property name="without writes, median ms" value="2265"/>');
  });

  it('lets no name break it', () => {
    expect(drillJunit({ ...failed, group: 'a"<b>&\u0007' })).toContain(
      'drill a&quot;&lt;b&gt;&amp;\\u0007: kill',
    );
  });
});

describe('a drill as a page', () => {
  const html = drillHtml(failed);

  it('is whole, and needs nothing else', () => {
    const names = elementsOf(html.replace('<!DOCTYPE html>', ''));
    expect(names).not.toContain('script');
    expect(names).not.toContain('link');
    expect(names).not.toContain('img');
    expect(html).not.toMatch(/https?:|url\(|@import/);
  });

  it('has a picture of every round, with a lane for the steps, the client and every node', () => {
    const pictures = html.match(/<svg viewBox="0 0 1000 .*?<\/svg>/gs) ?? [];
    expect(pictures).toHaveLength(2);
    const labels = [...(pictures[0] ?? '').matchAll(/class="label"[^>]*>([^<]*)</g)].map(
      ([, label]) => label,
    );
    expect(labels).toEqual([
      '1 found down',
      '2 leader elected',
      '3 replica promoted',
      '4 others reconfigured',
      '5 clients told',
      '6 old master back',
      'client: writes',
      'client: reads',
      'redis-1',
      'redis-2',
      'redis-3',
      'sentinel-1',
      'sentinel-2, leader',
      'sentinel-3',
    ]);
    expect(pictures[0]).toContain('<rect class="gap"');
    expect(pictures[0]).not.toMatch(/NaN|Infinity/);
  });

  it('has the figures, and what was lost', () => {
    expect(html).toContain('<th scope="row">without writes</th><td>2.03 s</td>');
    expect(html).toContain('round 2: 21 acknowledged writes lost, more than 0');
  });

  it('draws a planned switch, in which nothing is detected', () => {
    const planned = timelineOf(
      recorded(KILLED.filter(([, , type]) => type !== '+sdown' && type !== '+odown')),
      CIRCUMSTANCES,
    );
    const page = drillHtml({ ...reportOf([drillRound(1, planned)]), fault: 'failover' });
    expect(page).toContain('>none</text>');
    expect(page).not.toMatch(/NaN|Infinity/);
  });
});
