/** `npm run test:fuzz [-- --runs N --seed S]`: hostile topologies, replies, logs and servers, made up at random. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/dependencies.mjs';
import { SetupError, say } from './lib/log.mjs';
import { main } from './lib/main.mjs';

await main(async () => {
  const { values, positionals } = parseArgs({
    options: {
      runs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
    },
    allowPositionals: true,
  });
  for (const [name, value] of Object.entries(values)) {
    if (!/^\d+$/.test(value)) throw new SetupError(`--${name} takes a whole number, not ${value}.`);
  }
  await ensureDependencies();
  // Only now may anything be imported that imports a dependency.
  const { runTestsAlone } = await import('./lib/test-run.mjs');
  say(
    `${values.runs} cases; the same again: npm run test:fuzz -- --runs ${values.runs} --seed ${values.seed}`,
  );
  return runTestsAlone({
    name: 'test-fuzz',
    projects: ['fuzz'],
    args: positionals,
    env: { RSENTINEL_FUZZ_RUNS: values.runs, RSENTINEL_FUZZ_SEED: values.seed },
  });
});
