import { describe, expect, it } from 'vitest';
import { breachesOf, distribution, figuresOf } from '../../../src/drill/figures.js';
import { timelineOf } from '../../../src/nodes/events/timeline.js';
import { CIRCUMSTANCES, drillRound, KILLED, recorded } from './rounds.js';

const round = drillRound(1, timelineOf(recorded(KILLED), CIRCUMSTANCES));

describe('a distribution', () => {
  it('of nothing is none', () => {
    expect(distribution([])).toBeNull();
  });

  it('of one value is that value', () => {
    expect(distribution([7])).toEqual({ count: 1, min: 7, median: 7, p95: 7, max: 7 });
  });

  it('does not depend on the order', () => {
    expect(distribution([9, 1, 4])).toEqual({ count: 3, min: 1, median: 4, p95: 9, max: 9 });
  });

  it('has the mean of the two in the middle as the median of an even number', () => {
    expect(distribution([1, 2, 10, 20])?.median).toBe(6);
  });

  it('has a p95 that one of twenty exceeds', () => {
    expect(distribution(Array.from({ length: 20 }, (_, index) => index + 1))?.p95).toBe(19);
    expect(distribution(Array.from({ length: 100 }, (_, index) => index + 1))?.p95).toBe(95);
  });
});

describe('the figures of a drill', () => {
  it('are taken from the timeline and from the client', () => {
    const figures = figuresOf([round]);
    expect(figures.subjectivelyDown?.min).toBe(1010);
    expect(figures.objectivelyDown?.min).toBe(1080);
    expect(figures.promoted?.min).toBe(1900);
    expect(figures.announcedFirst?.min).toBe(1991);
    expect(figures.announcedLast?.min).toBe(2961);
    expect(figures.returned?.min).toBe(320);
    expect(figures.withoutWrites?.min).toBe(2030);
  });

  it('are none where there was nothing to measure', () => {
    const planned = KILLED.filter(([, , type]) => type !== '+sdown' && type !== '+odown');
    const figures = figuresOf([drillRound(1, timelineOf(recorded(planned), CIRCUMSTANCES))]);
    expect(figures.subjectivelyDown).toBeNull();
    expect(figures.elected).not.toBeNull();
  });
});

describe('the limits of a drill', () => {
  const losing = drillRound(2, round, {
    writes: { ...round.writes, lost: { count: 3, first: [1, 2, 3] }, gap: { from: 0, to: 2500, ms: 2500 } },
  });

  it('are kept by what does not exceed them', () => {
    expect(breachesOf([round], { maxDowntime: 2030, maxLost: 0 })).toEqual([]);
    expect(breachesOf([losing], { maxDowntime: null, maxLost: null })).toEqual([]);
  });

  it('are told of each round that did not keep them', () => {
    expect(breachesOf([round, losing], { maxDowntime: 2100, maxLost: 0 })).toEqual([
      { round: 2, limit: 'maxDowntime', allowed: 2100, actual: 2500 },
      { round: 2, limit: 'maxLost', allowed: 0, actual: 3 },
    ]);
  });
});
