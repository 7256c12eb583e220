import { aptInstall, canInstall, findProgram } from './apt.mjs';
import { ping } from './docker.mjs';
import { awaitForeignDockerd, startDockerd, stopDockerd } from './dockerd.mjs';
import { SetupError, say } from './log.mjs';

/**
 * Makes sure that a Docker engine answers. Where one does, nothing is installed or started.
 *
 * @returns {Promise<{ release: () => Promise<void> }>} `release` stops the engine if this call started it.
 */
export async function ensureEngine() {
  const answer = await ping();
  if (answer.answers) return { release: async () => {} };
  refuse(answer, process.env);

  say('No Docker engine answers.');
  if (await awaitForeignDockerd()) return { release: async () => {} };
  const missing = [
    ...(findProgram('dockerd') === undefined ? ['docker.io'] : []),
    // dockerd needs it for its networks, and Debian's package only recommends it in some releases.
    ...(findProgram('iptables') === undefined ? ['iptables'] : []),
  ];
  if (missing.length > 0) {
    if (!canInstall()) {
      throw new SetupError(`No Docker engine answers, and ${missing.join(' and ')} cannot be installed.`, {
        hint: 'Install and start Docker (https://docs.docker.com/engine/install/), then run this again.',
      });
    }
    await aptInstall(missing, 'the Docker engine');
    // Where an init system runs, installing the package has started the engine: it is the machine's own.
    if ((await ping()).answers || (await awaitForeignDockerd())) return { release: async () => {} };
  }
  await startDockerd(findProgram('dockerd') ?? 'dockerd');
  return {
    release: async () => {
      await stopDockerd();
    },
  };
}

/**
 * Throws where an engine that does not answer is not for us to start.
 *
 * @param {{ reason: string, code: string | undefined }} answer
 * @param {NodeJS.ProcessEnv} env
 */
function refuse(answer, env) {
  if (env.DOCKER_HOST) {
    throw new SetupError(`No Docker engine answers at DOCKER_HOST=${env.DOCKER_HOST}: ${answer.reason}`, {
      hint: 'Start that engine, or unset DOCKER_HOST to use the one of this machine.',
    });
  }
  if (answer.code === 'EACCES') {
    throw new SetupError(`The Docker engine's socket refuses this user: ${answer.reason}`, {
      hint: 'Add the user to the group docker (`sudo usermod -aG docker "$USER"`, then log in again).',
    });
  }
  if (process.platform !== 'linux') {
    throw new SetupError(`No Docker engine answers: ${answer.reason}`, {
      hint: 'Start Docker Desktop (or whatever engine you use), then run this again.',
    });
  }
  if (process.getuid?.() !== 0) {
    throw new SetupError(`No Docker engine answers: ${answer.reason}`, {
      hint: 'Start it (`sudo systemctl start docker`), or run this as root, who can install and start one.',
    });
  }
}
