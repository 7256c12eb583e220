import { ensureDependencies } from './dependencies.mjs';
import { main } from './main.mjs';

/**
 * Runs one project of the tests on an engine, with one Redis, and exits as they do.
 *
 * @param {string} project
 */
export function testProject(project) {
  return main(async () => {
    await ensureDependencies();
    // Only now may anything be imported that imports a dependency.
    const { ensureImage } = await import('./image.mjs');
    const { runTests } = await import('./test-run.mjs');
    return runTests({
      name: `test-${project}`,
      projects: [project],
      args: process.argv.slice(2),
      images: async (docker) => ({ RSENTINEL_IMAGE: await ensureImage(docker) }),
    });
  });
}
