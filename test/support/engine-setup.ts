/**
 * Before the tests on a real engine: is all there that they need? After them: is all gone that they made?
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connect, ping } from '../../scripts/lib/docker.mjs';
import { findImage } from '../../scripts/lib/image.mjs';
import { isOfOtherRun, listGroupObjects } from '../../scripts/lib/leftovers.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';

export default async function setup(): Promise<() => Promise<void>> {
  if (!existsSync(join(ROOT, 'dist', 'index.js'))) throw missing('dist/ is not built');
  const answer = await ping();
  if (!answer.answers) throw missing(`no Docker engine answers (${answer.reason})`);
  const docker = connect();
  const image = await findImage(docker);
  if (image === undefined) throw missing('the engine has no image with Redis');

  // For the workers, which inherit this environment.
  process.env.RSENTINEL_IMAGE = image;
  process.env.RSENTINEL_TEST_RUN ??= randomBytes(3).toString('hex');
  const run = process.env.RSENTINEL_TEST_RUN;

  const describeAll = async (): Promise<string[]> =>
    (await listGroupObjects(docker))
      .filter(({ group }) => !isOfOtherRun(group, run))
      .map(({ kind, name, group }) => `${kind} ${name} (group ${group})`);
  const before = new Set(await describeAll());

  return async () => {
    const left = (await describeAll()).filter((object) => !before.has(object));
    if (left.length === 0) return;
    // vitest only logs what a teardown throws: the run has to be failed by hand.
    process.exitCode = 1;
    throw new Error(
      `The tests left these behind on the engine:\n${left.map((one) => `  ${one}`).join('\n')}`,
    );
  };
}

function missing(what: string): Error {
  return new Error(
    `The tests cannot run: ${what}. Run \`npm test\` (or \`npm run test:versions\`), which sees to it.`,
  );
}
