import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say } from './log.mjs';
import { ensureMmdebstrap } from './mmdebstrap.mjs';
import { runQuietly } from './run.mjs';

/**
 * An image that is built here from a Debian release's own packages.
 *
 * @typedef {object} Recipe
 * @property {string} tag
 * @property {string} title What it is, for people: `Redis 8.0`.
 * @property {string} suite The Debian release that has this version.
 * @property {'redis' | 'valkey'} server
 * @property {string} version
 */

/** @type {readonly Recipe[]} */
export const RECIPES = [
  recipe('redis', '6.0', 'bullseye'),
  recipe('redis', '7.0', 'bookworm'),
  recipe('redis', '8.0', 'trixie'),
  recipe('valkey', '8.1', 'trixie'),
  // Of a release to come: its minor version is whatever it has by now.
  recipe('valkey', '9', 'forky'),
];

/** The image for `npm run up` and `npm test` where no registry answers. */
export const DEFAULT_RECIPE = recipe('redis', '8.0', 'trixie');

/** In every image: the shared libraries' loader needs base-files' links; dash is for `docker exec`. */
const COMMON_PACKAGES = ['base-files', 'dash'];

/** What the packages bring along and no server needs: most of the image. */
const USELESS = [
  'etc/init.d',
  'etc/logrotate.d',
  'usr/bin/*-benchmark',
  'usr/lib/*/gconv',
  'usr/lib/*/perl*',
  'usr/lib/systemd',
  'usr/share/*',
];
const USEFUL_PROGRAMS = ['redis-*', 'valkey-*', 'dash', 'sh'];

/**
 * Builds those of the images that the engine does not have, side by side. They stay there as a cache.
 *
 * @param {import('dockerode')} docker
 * @param {readonly Recipe[]} recipes
 */
export async function ensureBuilt(docker, recipes) {
  const present = await Promise.all(recipes.map(({ tag }) => hasImage(docker, tag)));
  const missing = recipes.filter((_, index) => !present[index]);
  if (missing.length === 0) return;
  await ensureMmdebstrap({
    missing: 'No image with Redis can be pulled, and none can be built: mmdebstrap is missing.',
    hint: 'Install mmdebstrap (Debian, Ubuntu), or set RSENTINEL_IMAGE to an image that the engine has.',
  });
  say(`Building ${missing.map(({ tag }) => tag).join(', ')} from Debian's packages (kept as a cache).`);
  const folder = await mkdtemp(join(tmpdir(), 'rsentinel-image-'));
  try {
    // allSettled: the folder must not go while another of them still writes into it.
    const built = await Promise.allSettled(missing.map((one) => build(docker, one, folder)));
    const failure = built.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('dockerode')} docker
 * @param {string} image
 */
export async function hasImage(docker, image) {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if (/** @type {{ statusCode?: number }} */ (error).statusCode === 404) return false;
    throw error;
  }
}

/**
 * @param {import('dockerode')} docker
 * @param {Recipe} recipe
 * @param {string} folder
 */
async function build(docker, recipe, folder) {
  const archive = join(folder, `${recipe.server}-${recipe.version}.tar`);
  const packages = [`${recipe.server}-server`, `${recipe.server}-tools`, ...COMMON_PACKAGES];
  const programs = `-mindepth 1 ${USEFUL_PROGRAMS.map((name) => `! -name "${name}"`).join(' ')}`;
  await runQuietly('mmdebstrap', [
    '--aptopt=Acquire::Check-Valid-Until "false"', // a mirror of a release to come may be behind
    '--variant=extract', // unpacked, not installed: no package manager, no maintainer scripts
    `--include=${packages.join(',')}`,
    `--extract-hook=cd "$1" && rm -rf ${USELESS.join(' ')}`,
    `--extract-hook=find "$1/usr/bin" "$1/usr/sbin" ${programs} -delete`,
    // bullseye's dash leaves this link to its maintainer script.
    '--extract-hook=test -e "$1/bin/sh" || ln -s dash "$1/bin/sh"',
    recipe.suite,
    archive,
  ]);
  const [repo, tag] = recipe.tag.split(':');
  const progress = await docker.importImage(archive, { repo, tag, changes: changes(recipe) });
  await new Promise((resolve, reject) => {
    docker.modem.followProgress(progress, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** The image's configuration, in the words of a Dockerfile. */
function changes(/** @type {Recipe} */ recipe) {
  return [
    'ENV PATH=/usr/bin:/bin',
    'EXPOSE 6379',
    'WORKDIR /data',
    `CMD ["${recipe.server}-server"]`,
    `LABEL org.opencontainers.image.title="${recipe.title}"`,
    `LABEL org.opencontainers.image.version="${recipe.version}"`,
    `LABEL org.opencontainers.image.description="${recipe.title} from Debian ${recipe.suite}, built by rsentinel's scripts"`,
  ];
}

/**
 * @param {'redis' | 'valkey'} server
 * @param {string} version
 * @param {string} suite
 * @returns {Recipe}
 */
function recipe(server, version, suite) {
  const name = server === 'redis' ? 'Redis' : 'Valkey';
  return { tag: `rsentinel/${server}:${version}`, title: `${name} ${version}`, suite, server, version };
}
