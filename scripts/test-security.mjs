/** `npm run test:security`: passwords, users, TLS, and what somebody who reaches a group can do. */
import { ensureDependencies } from './lib/dependencies.mjs';
import { main } from './lib/main.mjs';

await main(async () => {
  await ensureDependencies();
  // Only now may anything be imported that imports a dependency.
  const { ensureImage } = await import('./lib/image.mjs');
  const { runTests } = await import('./lib/test-run.mjs');
  return runTests({
    name: 'test-security',
    projects: ['security'],
    args: process.argv.slice(2),
    images: async (docker) => ({ RSENTINEL_IMAGE: await ensureImage(docker) }),
  });
});
