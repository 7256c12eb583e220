import { describe, expect, it } from 'vitest';
import { timelineOf } from '../../../src/nodes/events/timeline.js';
import { CIRCUMSTANCES, KILLED, recorded } from '../drill/rounds.js';

describe('the timeline of a drill', () => {
  const timeline = timelineOf(recorded(KILLED), CIRCUMSTANCES);

  it('has the six steps, in ms after the fault', () => {
    expect(timeline.steps).toEqual([
      { name: 'detected', from: 1010, to: 1080 },
      { name: 'elected', from: 1081, to: 1160 },
      { name: 'promoted', from: 1160, to: 1900 },
      { name: 'reconfigured', from: 1901, to: 2960 },
      { name: 'announced', from: 1991, to: 2961 },
      { name: 'returned', from: 3000, to: 3320 },
    ]);
  });

  it('tells who found the master down, who voted for whom, who led and who announced', () => {
    expect(timeline.subjectivelyDown).toEqual([
      { sentinel: 'sentinel-1', at: 1010 },
      { sentinel: 'sentinel-2', at: 1030 },
    ]);
    expect(timeline.objectivelyDown).toBe(1080);
    expect(timeline.epoch).toBe(1);
    expect(timeline.votes.map(({ sentinel, leader }) => [sentinel, leader])).toEqual([
      ['sentinel-2', 'sentinel-2'],
      ['sentinel-1', 'sentinel-2'],
      ['sentinel-3', 'sentinel-2'],
    ]);
    expect(timeline.leader).toBe('sentinel-2');
    expect(timeline.announced.map(({ sentinel }) => sentinel)).toEqual([
      'sentinel-1',
      'sentinel-3',
      'sentinel-2',
    ]);
    expect(timeline.aborts).toEqual([]);
  });

  it('leaves out what was said before the fault, and names nodes', () => {
    expect(timeline.events).toHaveLength(KILLED.length - 1);
    expect(timeline.events.at(-1)).toEqual({
      sentinel: 'sentinel-1',
      at: 3500,
      type: '-sdown',
      node: 'redis-1',
      text: 'slave 127.0.0.1:6379',
    });
    expect(timeline.events.find(({ type }) => type === '+switch-master')?.node).toBe('redis-2');
  });

  it('goes by the last attempt, where Sentinel gave one up', () => {
    const master = 'master mymaster 127.0.0.1 6379';
    const given = [
      [2040, 1, '+try-failover', master],
      [2045, 1, '+elected-leader', master],
      [2050, 1, '+failover-state-select-slave', master],
      [2060, 1, '-failover-abort-no-good-slave', master],
    ] as const;
    const { leader, aborts, steps } = timelineOf(
      recorded([...KILLED.slice(0, 3), ...given, ...KILLED.slice(3)]),
      CIRCUMSTANCES,
    );
    expect(aborts).toEqual(['-failover-abort-no-good-slave']);
    expect(leader).toBe('sentinel-2');
    expect(steps.find(({ name }) => name === 'elected')).toEqual({ name: 'elected', from: 1081, to: 1160 });
  });

  it('of two failovers has the steps of the first, and says how many there were', () => {
    const again = [
      [4980, 3, '+sdown', 'master mymaster 127.0.0.1 6380'],
      [5060, 3, '+elected-leader', 'master mymaster 127.0.0.1 6380'],
      [6100, 3, '+switch-master', 'mymaster 127.0.0.1 6380 127.0.0.1 6381'],
    ] as const;
    const { failovers, leader, announced } = timelineOf(recorded([...KILLED, ...again]), CIRCUMSTANCES);
    expect(failovers).toBe(2);
    expect(leader).toBe('sentinel-2');
    expect(announced.map(({ at }) => at)).toEqual([1991, 1992, 2961]);
    expect(timeline.failovers).toBe(1);
  });

  it('of a planned failover has no detection and no votes', () => {
    const planned = KILLED.filter(([, , type]) => !['+sdown', '+odown', '+vote-for-leader'].includes(type));
    const { steps, objectivelyDown, votes } = timelineOf(recorded(planned), CIRCUMSTANCES);
    expect(steps[0]).toEqual({ name: 'detected', from: null, to: null });
    expect({ objectivelyDown, votes }).toEqual({ objectivelyDown: null, votes: [] });
  });

  it('of a version that does not tell the sentinels’ ids has the ids of the voted', () => {
    const sentinels = CIRCUMSTANCES.sentinels.map(({ name }) => ({ name, id: null }));
    const { votes } = timelineOf(recorded(KILLED), { ...CIRCUMSTANCES, sentinels });
    expect(votes[0]?.leader).toBe('2'.repeat(40));
  });

  it('of silence is empty', () => {
    const { steps, leader, epoch } = timelineOf([], { ...CIRCUMSTANCES, returning: null });
    expect(steps.every(({ from, to }) => from === null && to === null)).toBe(true);
    expect({ leader, epoch }).toEqual({ leader: null, epoch: null });
  });
});
