/** What CI runs: the commands of a contributor, one after the other, each with a set-up of its own. */
import { closingLine, readCounts, sum } from './lib/counts.mjs';
import { say } from './lib/log.mjs';
import { main } from './lib/main.mjs';
import { runForeground } from './lib/run.mjs';

await main(async () => {
  const env = { CI: 'true' };
  const tests = await runForeground('npm', ['test'], { env });
  const versions = await runForeground('npm', ['run', 'test:versions'], { env });
  const engines = await runForeground('npm', ['run', 'test:engines'], { env });
  const faults = await runForeground('npm', ['run', 'test:faults'], { env });
  const security = await runForeground('npm', ['run', 'test:security'], { env });
  const sizes = await runForeground('npm', ['run', 'test:sizes'], { env });
  const chaos = await runForeground('npm', ['run', 'test:chaos', '--', '--rounds', '15'], { env });
  const fuzz = await runForeground('npm', ['run', 'test:fuzz', '--', '--runs', '10000'], { env });
  // Of everybody a round: how long it takes is measured elsewhere, on a machine that has nothing else to do.
  const bench = await runForeground('npm', ['run', 'bench', '--', '--quick'], { env });
  // What checks say is short, and stands at the end, where it is found.
  const checks = await runForeground('npm', ['run', 'check'], { env });
  if (bench !== 0) say('npm run bench failed: see above.');
  if (checks !== 0) say('npm run check failed: see above.');
  const counts = sum([
    await readCounts('test', tests),
    await readCounts('test-versions', versions),
    await readCounts('test-engines', engines),
    await readCounts('test-faults', faults),
    await readCounts('test-security', security),
    await readCounts('test-sizes', sizes),
    await readCounts('test-chaos', chaos),
    await readCounts('test-fuzz', fuzz),
  ]);
  // Hours of output lie between some failures and the end: they are told once more here.
  for (const failure of counts.failures) say(`Failed: ${failure}`);
  // The one line that tells the whole run: it has to be the last.
  process.stdout.write(`${closingLine(counts)}\n`);
  return [tests, checks, versions, engines, faults, security, sizes, chaos, fuzz, bench].every(
    (code) => code === 0,
  )
    ? 0
    : 1;
});
