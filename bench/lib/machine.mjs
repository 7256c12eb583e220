import { cpus, release, type } from 'node:os';

/**
 * The machine and the programs that were measured, in one line.
 *
 * @param {import('dockerode')} docker
 * @param {string} image
 * @param {string | undefined} compose Its version.
 */
export async function describeMachine(docker, image, compose) {
  const { Version } = await docker.version();
  const [cpu] = cpus();
  return [
    cpu?.model.trim() || 'unknown processor',
    `${cpus().length} cores`,
    `${type()} ${release()}`,
    `Docker ${Version}`,
    `Node ${process.versions.node}`,
    image,
    ...(compose === undefined ? [] : [`docker compose ${compose}`]),
  ].join(', ');
}
