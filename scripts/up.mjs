/** `npm run up`: the whole set-up, then `rsentinel up` of the example topology. */
import { ensureDependencies } from './lib/dependencies.mjs';
import { say } from './lib/log.mjs';
import { main } from './lib/main.mjs';
import { runForeground } from './lib/run.mjs';

await main(async () => {
  await ensureDependencies();
  // Only now may anything be imported that imports a dependency.
  const { build } = await import('./lib/build.mjs');
  const { connect } = await import('./lib/docker.mjs');
  const { ensureEngine } = await import('./lib/engine.mjs');
  const { ensureImage } = await import('./lib/image.mjs');

  await build();
  // Never released: the group runs on it. `npm run engine:stop` stops it.
  await ensureEngine();
  const image = await ensureImage(connect());
  // From the repository's root, so that the paths in messages are short.
  const args = ['bin/rsentinel.js', 'up', '-f', 'topology.example.yaml', ...process.argv.slice(2)];
  say(`RSENTINEL_IMAGE=${image} node ${args.join(' ')}`);
  return runForeground(process.execPath, args, { env: { RSENTINEL_IMAGE: image } });
});
