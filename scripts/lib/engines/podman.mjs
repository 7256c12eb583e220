import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { daemonOn, loadImage } from './dockerd.mjs';
import { startMachine } from './machine.mjs';

/** Its defaults ask for more open files than some machines allow, and for crun, which some cgroups do not suit. */
const CONTAINERS_CONF = `
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
`;

/**
 * Starts Podman's service, which speaks Docker's API, on a machine of its own.
 *
 * @param {object} options
 * @param {string} options.debian
 * @param {string} options.image Archive of an image that it is to have.
 * @returns {Promise<import('./dockerd.mjs').Engine>}
 */
export async function startPodman({ debian, image }) {
  const machine = await startMachine({ debian, files: 'shared' });
  try {
    await writeFile(join(machine.state, 'containers.conf'), CONTAINERS_CONF);
    const daemon = daemonOn(
      machine,
      [
        ...['podman', '--root=/state/data', '--runroot=/run/podman', 'system', 'service', '--time=0'],
        'unix:///state/docker.sock',
      ],
      { CONTAINERS_CONF: '/state/containers.conf' },
    );
    await daemon.start();
    await loadImage(daemon.docker, image);
    return { machine, ...daemon, release: machine.release };
  } catch (error) {
    await machine.release();
    throw error;
  }
}
