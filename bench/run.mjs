/**
 * `npm run bench`: the whole set-up, then rsentinel, the bare engine and docker compose side by side.
 * `npm run bench -- --rounds 3` for a shorter run, `-- --only large` for those whose name has that in it,
 * `-- --quick` for a cold round of everybody: it shows that all of them run, not how fast they are.
 */
import { parseArgs } from 'node:util';
import { ensureDependencies } from '../scripts/lib/dependencies.mjs';
import { SetupError } from '../scripts/lib/log.mjs';
import { main } from '../scripts/lib/main.mjs';

const DEFAULT_ROUNDS = '7';

await main(async () => {
  const options = readOptions();
  await ensureDependencies();
  const { build } = await import('../scripts/lib/build.mjs');
  await build();
  // Only now may anything be imported that imports a dependency, or what was built.
  const { bench } = await import('./lib/bench.mjs');
  await bench(options);
  return 0;
});

/** @returns {import('./lib/bench.mjs').Options} */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        rounds: { type: 'string', default: DEFAULT_ROUNDS },
        only: { type: 'string', default: '' },
        quick: { type: 'boolean', default: false },
      },
    });
    const { only, quick } = values;
    const rounds = quick ? 1 : Number(values.rounds);
    if (Number.isInteger(rounds) && rounds > 0) return { rounds, only, quick };
    throw new Error(`${values.rounds} is no number of rounds.`);
  } catch (error) {
    throw new SetupError(error instanceof Error ? error.message : String(error), {
      hint: 'npm run bench -- --rounds 7',
    });
  }
}
