/** Rounds → figures, and the limits that were not kept. Pure. */
import {
  type Breach,
  type Distribution,
  type DrillFigures,
  type DrillLimits,
  type DrillRound,
  lostIn,
} from '../model/report/drill-report.js';

export function figuresOf(rounds: readonly DrillRound[]): DrillFigures {
  const of = (measure: (round: DrillRound) => number | null | undefined) =>
    distribution(rounds.flatMap((round) => measure(round) ?? []));
  const end = (name: string) => (round: DrillRound) => round.steps.find((step) => step.name === name)?.to;
  return {
    subjectivelyDown: of(({ subjectivelyDown }) => subjectivelyDown[0]?.at),
    objectivelyDown: of(({ objectivelyDown }) => objectivelyDown),
    elected: of(end('elected')),
    promoted: of(end('promoted')),
    announcedFirst: of(({ announced }) => announced[0]?.at),
    announcedLast: of(({ announced }) => announced.at(-1)?.at),
    withoutWrites: of(({ writes }) => writes.gap.ms),
    withoutReads: of(({ reads }) => reads.gap.ms),
    returned: of(({ steps }) => {
      const step = steps.find(({ name }) => name === 'returned');
      return step?.from == null || step.to === null ? null : step.to - step.from;
    }),
  };
}

/**
 * The median of an even number of values is the mean of the two in the middle; p95 is the smallest value
 * that 95 % of all do not exceed: with fewer than 20 rounds, the largest.
 * @returns null of no values
 */
export function distribution(values: readonly number[]): Distribution | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return null;
  const middle = (sorted.length - 1) / 2;
  const [low = min, high = max] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? max;
  return { count: sorted.length, min, median: (low + high) / 2, p95, max };
}

export function breachesOf(rounds: readonly DrillRound[], limits: DrillLimits): readonly Breach[] {
  return rounds.flatMap((one) => {
    const { round, writes } = one;
    const actual = { maxDowntime: writes.gap.ms, maxLost: lostIn(one) };
    return (['maxDowntime', 'maxLost'] as const).flatMap((limit): Breach[] => {
      const allowed = limits[limit];
      return allowed === null || actual[limit] <= allowed
        ? []
        : [{ round, limit, allowed, actual: actual[limit] }];
    });
  });
}
