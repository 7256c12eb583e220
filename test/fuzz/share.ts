/** How many cases a property gets, and from which seed. */
/** As many as take some seconds, where nobody says a number: so do `npm test` and `npm run test:unit`. */
const FEW = 2_000;

/** ms. All of them may take an hour on a small machine. */
export const TIMEOUT = 3_600_000;

const total = Number(process.env['RSENTINEL_FUZZ_RUNS'] ?? FEW);
const seed = process.env['RSENTINEL_FUZZ_SEED'];

/** @param percent of all cases; of all properties together they are 100 */
export function casesOf(percent: number): number {
  return Math.max(1, Math.round((total * percent) / 100));
}

/** What every property is run with: a failure prints the seed, and the path to the case. */
export function share(percent: number): { readonly numRuns: number; readonly seed?: number } {
  return { numRuns: casesOf(percent), ...(seed === undefined ? {} : { seed: Number(seed) }) };
}
