/** `npm run check`: everything that can be checked without running the code, all of it at every run. */

import { build } from './lib/build.mjs';
import { say } from './lib/log.mjs';
import { main } from './lib/main.mjs';
import { runForeground } from './lib/run.mjs';

const CHECKS = ['style', 'types', 'unused', 'package', 'audit'];

await main(async () => {
  // The package check looks at what would be published.
  await build();
  const failed = [];
  for (const check of CHECKS) {
    say(`Checking the ${check}.`);
    if ((await runForeground('npm', ['run', '--silent', `check:${check}`])) !== 0) failed.push(check);
  }
  say(failed.length === 0 ? 'All checks passed.' : `Failed checks: ${failed.join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
});
