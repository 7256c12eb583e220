/** `npm run engine:stop`: stops the engine that `npm run up` started, and no other; removes what killed runs of the laboratory left. */
import { stopDockerd } from './lib/dockerd.mjs';
import { sweepMachines } from './lib/engines/state.mjs';
import { say } from './lib/log.mjs';
import { main } from './lib/main.mjs';

await main(async () => {
  if (!(await stopDockerd())) say('These scripts have started no Docker engine that still runs.');
  const swept = await sweepMachines();
  if (swept > 0) say(`Removed what was left of ${swept} machines of the laboratory.`);
  return 0;
});
