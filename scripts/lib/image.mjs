import { DEFAULT_RECIPE, ensureBuilt, hasImage } from './built-images.mjs';
import { interruption } from './interrupt.mjs';
import { say } from './log.mjs';

/** What the example topology uses where RSENTINEL_IMAGE is not set. */
const OFFICIAL_IMAGE = 'redis:8';

/** A registry that can be reached has answered by then. */
const REGISTRY_MS = 5_000;
/** A pull that says nothing for so long has stalled. */
const STALL_MS = 30_000;

/**
 * The image that is there to be used: the one that RSENTINEL_IMAGE names, the official one, or the one
 * built here before; undefined when there is none yet.
 *
 * @param {import('dockerode')} docker
 * @returns {Promise<string | undefined>}
 */
export async function findImage(docker) {
  if (process.env.RSENTINEL_IMAGE) return process.env.RSENTINEL_IMAGE;
  for (const image of [OFFICIAL_IMAGE, DEFAULT_RECIPE.tag]) {
    if (await hasImage(docker, image)) return image;
  }
  return undefined;
}

/**
 * Makes sure that an image with Redis is there: pulls the official one where a registry answers, and
 * builds one from Debian's packages where none does.
 *
 * @param {import('dockerode')} docker
 * @returns {Promise<string>}
 */
export async function ensureImage(docker) {
  const found = await findImage(docker);
  if (found !== undefined) return found;
  say(`Pulling ${OFFICIAL_IMAGE}.`);
  try {
    await pull(docker, OFFICIAL_IMAGE);
    return OFFICIAL_IMAGE;
  } catch (error) {
    interruption.throwIfAborted();
    say(`${OFFICIAL_IMAGE} cannot be pulled: ${error instanceof Error ? error.message : error}`);
  }
  await ensureBuilt(docker, [DEFAULT_RECIPE]);
  return DEFAULT_RECIPE.tag;
}

/**
 * @param {import('dockerode')} docker
 * @param {string} image
 */
async function pull(docker, image) {
  const stopped = new AbortController();
  const stop = (/** @type {string} */ why) => () => stopped.abort(new Error(why));
  let timer = setTimeout(stop(`no registry answered within ${REGISTRY_MS / 1000} s.`), REGISTRY_MS);
  const abortSignal = AbortSignal.any([stopped.signal, interruption]);
  try {
    // The engine answers once it has talked to the registry.
    const progress = await docker.pull(image, { abortSignal });
    await new Promise((resolve, reject) => {
      docker.modem.followProgress(
        progress,
        (error, result) => (error ? reject(error) : resolve(result)),
        () => {
          clearTimeout(timer);
          timer = setTimeout(stop(`nothing came for ${STALL_MS / 1000} s.`), STALL_MS);
        },
      );
    });
  } catch (error) {
    throw stopped.signal.aborted ? stopped.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
