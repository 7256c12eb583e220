/**
 * `npm run bench`: the whole set-up, then rsentinel, the bare engine and docker compose side by side.
 * `npm run bench -- --rounds 3` for a shorter run.
 */
import { parseArgs } from 'node:util';
import { ensureDependencies } from '../scripts/lib/dependencies.mjs';
import { SetupError } from '../scripts/lib/log.mjs';
import { main } from '../scripts/lib/main.mjs';

const DEFAULT_ROUNDS = '7';

await main(async () => {
  const rounds = readRounds();
  await ensureDependencies();
  const { build } = await import('../scripts/lib/build.mjs');
  await build();
  // Only now may anything be imported that imports a dependency, or what was built.
  const { bench } = await import('./lib/bench.mjs');
  await bench(rounds);
  return 0;
});

function readRounds() {
  try {
    const { values } = parseArgs({ options: { rounds: { type: 'string', default: DEFAULT_ROUNDS } } });
    const rounds = Number(values.rounds);
    if (Number.isInteger(rounds) && rounds > 0) return rounds;
    throw new Error(`${values.rounds} is no number of rounds.`);
  } catch (error) {
    throw new SetupError(error instanceof Error ? error.message : String(error), {
      hint: 'npm run bench -- --rounds 7',
    });
  }
}
