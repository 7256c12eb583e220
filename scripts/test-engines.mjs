/** `npm run test:engines`: rsentinel on other engines than this machine's, each on a machine of its own. */
import { ensureDependencies } from './lib/dependencies.mjs';
import { main } from './lib/main.mjs';

await main(async () => {
  await ensureDependencies();
  // Only now may anything be imported that imports a dependency.
  const { ensureLaboratory, clearLaboratory } = await import('./lib/engines/laboratory.mjs');
  const { runTests } = await import('./lib/test-run.mjs');
  try {
    return await runTests({
      name: 'test-engines',
      projects: ['engines'],
      args: process.argv.slice(2),
      images: ensureLaboratory,
    });
  } finally {
    await clearLaboratory();
  }
});
