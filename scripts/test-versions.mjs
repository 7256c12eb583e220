/** `npm run test:versions`: a smoke test over the servers of several Debian releases. */
import { ensureDependencies } from './lib/dependencies.mjs';
import { main } from './lib/main.mjs';

await main(async () => {
  await ensureDependencies();
  // Only now may anything be imported that imports a dependency.
  const { ensureBuilt, RECIPES } = await import('./lib/built-images.mjs');
  const { runTests } = await import('./lib/test-run.mjs');
  return runTests({
    name: 'test-versions',
    projects: ['versions'],
    args: process.argv.slice(2),
    images: async (docker) => {
      await ensureBuilt(docker, RECIPES);
      const images = RECIPES.map(({ tag, title, server, version }) => ({
        image: tag,
        title,
        server,
        version,
      }));
      return { RSENTINEL_TEST_IMAGES: JSON.stringify(images) };
    },
  });
});
