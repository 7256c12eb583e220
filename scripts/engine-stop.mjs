/** `npm run engine:stop`: stops the engine that `npm run up` started, and no other. */
import { stopDockerd } from './lib/dockerd.mjs';
import { say } from './lib/log.mjs';
import { main } from './lib/main.mjs';

await main(async () => {
  if (!(await stopDockerd())) say('These scripts have started no Docker engine that still runs.');
  return 0;
});
