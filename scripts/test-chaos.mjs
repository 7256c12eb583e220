/** `npm run test:chaos [-- --rounds N --seed S]`: commands killed at any moment. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/dependencies.mjs';
import { SetupError, say } from './lib/log.mjs';
import { main } from './lib/main.mjs';

await main(async () => {
  const { values, positionals } = parseArgs({
    options: {
      rounds: { type: 'string', default: '100' },
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
    },
    allowPositionals: true,
  });
  for (const [name, value] of Object.entries(values)) {
    if (!/^\d+$/.test(value)) throw new SetupError(`--${name} takes a whole number, not ${value}.`);
  }
  await ensureDependencies();
  // Only now may anything be imported that imports a dependency.
  const { ensureImage } = await import('./lib/image.mjs');
  const { runTests } = await import('./lib/test-run.mjs');
  say(
    `${values.rounds} rounds; the same again: npm run test:chaos -- --rounds ${values.rounds} --seed ${values.seed}`,
  );
  return runTests({
    name: 'test-chaos',
    projects: ['chaos'],
    args: positionals,
    images: async (docker) => ({
      RSENTINEL_IMAGE: await ensureImage(docker),
      RSENTINEL_CHAOS_ROUNDS: values.rounds,
      RSENTINEL_CHAOS_SEED: values.seed,
    }),
  });
});
