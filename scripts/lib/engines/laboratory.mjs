import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { aptInstall, canInstall, findProgram } from '../apt.mjs';
import { ensureImage } from '../image.mjs';
import { SetupError, say } from '../log.mjs';
import { CACHE } from '../paths.mjs';
import { ensureDebian } from './debian.mjs';
import { sweepMachines } from './state.mjs';

const FOLDER = join(CACHE, 'engines');

/** The image for all engines, as `docker save` writes it. Each run its own: the engine's may be another by now. */
const ARCHIVE = join(FOLDER, `image-${process.pid}.tar`);

/**
 * Sees to all that the engines of the laboratory are made of; tells the tests about it by environment.
 *
 * @param {import('dockerode')} docker The engine that the image comes from.
 * @returns {Promise<NodeJS.ProcessEnv>}
 */
export async function ensureLaboratory(docker) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new SetupError(
      'The tests on other engines need Linux and root: they make machines of namespaces.',
      {
        hint: '`npm test` needs neither.',
      },
    );
  }
  await clearLaboratory();
  await ensurePrograms({ ip: 'iproute2', ssh: 'openssh-client' });
  const image = await ensureImage(docker);
  const debian = await ensureDebian();
  await mkdir(FOLDER, { recursive: true });
  await pipeline(await docker.getImage(image).get(), createWriteStream(ARCHIVE));
  return {
    RSENTINEL_IMAGE: image,
    RSENTINEL_TEST_LABORATORY: JSON.stringify({ ...debian, image: ARCHIVE }),
  };
}

/** Removes what runs of the laboratory have left that were killed, and this run's own. */
export async function clearLaboratory() {
  await rm(ARCHIVE, { force: true });
  const swept = await sweepMachines();
  if (swept > 0) say(`Removed what was left of ${swept} machines of the laboratory.`);
}

/** Sees to programs of this machine; which package each comes with is the value. */
async function ensurePrograms(/** @type {Readonly<Record<string, string>>} */ packages) {
  const missing = Object.keys(packages).filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) return;
  const names = missing.map((program) => packages[program] ?? program);
  if (!canInstall()) {
    throw new SetupError(`These programs are missing: ${missing.join(', ')}.`, {
      hint: `Install ${names.join(', ')}.`,
    });
  }
  await aptInstall(names, 'the machines of the laboratory are reached with it');
}
