import { describe, expect, it } from 'vitest';
import type { FailoverProgress } from '../../../src/model/report/watch-report.js';
import { FailoverTracker } from '../../../src/nodes/events/failover-tracker.js';
import { KILLED, recorded } from '../drill/rounds.js';
import { groupReport, redisNode } from '../report/fixtures.js';

const OLD = 'master mymaster 127.0.0.1 6379';
/** Of the ms of the recorded events on the wall. */
const WALL = 1_764_000_000_000;

type Line = Parameters<typeof recorded>[0][number];

/** A tracker that has seen the healthy group, and what it says after each line. */
function tracked(lines: readonly Line[]) {
  const tracker = new FailoverTracker();
  tracker.see(groupReport(), 0);
  const said = recorded(lines).map((one) => tracker.hear(one, WALL + one.at));
  return { tracker, said, last: said.findLast((one) => one !== null) ?? null };
}

const step = (failover: FailoverProgress | null, name: string) =>
  failover?.steps.find((one) => one.name === name);

const BACK = groupReport({
  master: { node: 'redis-2', address: { host: '127.0.0.1', port: 6380 } },
  redis: [
    redisNode(1, {
      role: 'replica',
      link: { master: { host: '127.0.0.1', port: 6380 }, status: 'up', syncInProgress: false },
    }),
    redisNode(2, { role: 'master', link: null }),
    redisNode(3),
  ],
});

describe('a failover that is followed', () => {
  it('begins when the first sentinel takes the master for down, and not before', () => {
    const { said } = tracked(KILLED.slice(0, 2));
    expect(said[0]).toBeNull();
    expect(said[1]).toMatchObject({ startedAt: WALL + 2010, from: 'redis-1', to: null, state: 'running' });
    expect(step(said[1] ?? null, 'detected')).toEqual({ name: 'detected', from: 0, to: null });
  });

  it('goes through its steps, and is done when every sentinel has announced it', () => {
    const told = KILLED.findIndex(([at]) => at === 2991);
    const { said } = tracked(KILLED);
    expect(said[told]).toMatchObject({ state: 'running', to: 'redis-2', leader: 'sentinel-2', epoch: 1 });
    expect(step(said[told] ?? null, 'promoted')).toEqual({ name: 'promoted', from: 150, to: 890 });
    expect(step(said[told] ?? null, 'announced')).toEqual({ name: 'announced', from: 981, to: null });
    const end = said[KILLED.findIndex(([at]) => at === 3961)] ?? null;
    expect(end?.state).toBe('done');
    expect(step(end, 'announced')).toEqual({ name: 'announced', from: 981, to: 1951 });
  });

  it('ends with the old master’s being a replica that is linked', () => {
    const { tracker } = tracked(KILLED);
    const seen = tracker.see(BACK, 5000);
    expect(step(seen, 'returned')).toEqual({ name: 'returned', from: 2990, to: 2990 });
    expect(tracker.see(BACK, 6000)).toBeNull();
  });

  it('is called off when the master answers again', () => {
    const { last } = tracked([
      [10, 1, '+sdown', OLD],
      [20, 2, '+sdown', OLD],
      [30, 1, '-sdown', OLD],
      [40, 2, '-sdown', OLD],
    ]);
    expect(last?.state).toBe('called-off');
  });

  it('is called off when a look that began later finds all well, but not by one that began before', () => {
    const { tracker } = tracked([[10, 1, '+sdown', OLD]]);
    expect(tracker.see(groupReport(), 5)).toBeNull();
    expect(tracker.see(groupReport(), 20)?.state).toBe('called-off');
  });

  it('is done when all that answer name the new master, though an event was missed', () => {
    const { tracker, last } = tracked(KILLED.filter(([, , type]) => type !== '+switch-master').slice(0, -1));
    expect(last?.state).toBe('running');
    const [one] = recorded([[3000, 1, '+switch-master', 'mymaster 127.0.0.1 6379 127.0.0.1 6380']]);
    if (one !== undefined) tracker.hear(one, WALL);
    expect(tracker.see(BACK, 5000)?.state).toBe('done');
  });

  it('that was planned has no step 1, even when the master is missed while it is demoted', () => {
    const { last } = tracked([
      [9, 3, '+new-epoch', '5'],
      [10, 3, '+try-failover', OLD],
      [15, 3, '+elected-leader', OLD],
      [20, 3, '+sdown', OLD],
    ]);
    expect(last?.epoch).toBe(5);
    expect(step(last, 'detected')).toEqual({ name: 'detected', from: null, to: null });
    expect(step(last, 'elected')).toEqual({ name: 'elected', from: 0, to: 6 });
  });

  it('gives way to the next, which gets none of its last words', () => {
    const next = 'master mymaster 127.0.0.1 6380';
    const { said } = tracked([
      ...KILLED.slice(0, -3),
      [3910, 3, '+sdown', next],
      [3960, 2, '+failover-end', OLD],
      [3961, 2, '+switch-master', 'mymaster 127.0.0.1 6379 127.0.0.1 6380'],
      [3970, 1, '+sdown', next],
    ]);
    expect(said.slice(-4).map((one) => one?.from ?? null)).toEqual(['redis-2', null, null, 'redis-2']);
    expect(said.at(-1)).toMatchObject({ to: null, announced: [] });
  });
});
