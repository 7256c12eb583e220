import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { SetupError, tail } from '../log.mjs';
import { startMachine } from './machine.mjs';
import { cgroupParent } from './state.mjs';

const START_MS = 40_000;
const STOP_MS = 30_000;
const POLL_MS = 50;
/** Of an API call. */
const CALL_MS = 60_000;

/**
 * An engine of the laboratory.
 *
 * @typedef {object} Engine
 * @property {import('./machine.mjs').Machine} machine
 * @property {string} host DOCKER_HOST for its socket.
 * @property {Docker} docker A client of it that does not depend on what is tested.
 * @property {() => Promise<void>} start
 * @property {(signal: 'SIGTERM' | 'SIGKILL') => Promise<void>} stop Ends the daemon, and waits for its end.
 * @property {() => Promise<void>} release Ends and removes all of it.
 */

/**
 * Starts dockerd on a machine of its own.
 *
 * @param {object} options
 * @param {string} options.debian
 * @param {'own' | 'shared'} options.files
 * @param {string} options.image Archive of an image that it is to have.
 * @param {(machine: import('./machine.mjs').Machine) => Promise<readonly string[]>} [options.listen] Gives
 *   options of dockerd for other ways to reach it than its socket.
 * @returns {Promise<Engine>}
 */
export async function startDocker({ debian, files, image, listen }) {
  const machine = await startMachine({ debian, files });
  try {
    const more = (await listen?.(machine)) ?? [];
    const daemon = daemonOn(machine, [
      ...['dockerd', '--data-root=/state/data', '--exec-root=/run/docker', '--pidfile=/run/docker.pid'],
      ...['--host=unix:///state/docker.sock', `--cgroup-parent=${cgroupParent(machine.state)}`, ...more],
    ]);
    await daemon.start();
    await loadImage(daemon.docker, image);
    return { machine, ...daemon, release: machine.release };
  } catch (error) {
    await machine.release();
    throw error;
  }
}

/**
 * A daemon that offers Docker's API at a socket in its machine's state directory.
 *
 * @param {import('./machine.mjs').Machine} machine
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} [env]
 */
export function daemonOn(machine, command, env = {}) {
  const [name = ''] = command;
  const log = `${name}.log`;
  const socketPath = join(machine.state, 'docker.sock');
  const docker = new Docker({ socketPath, timeout: CALL_MS });
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  const hasEnded = () => child === undefined || child.exitCode !== null || child.signalCode !== null;
  return {
    host: `unix://${socketPath}`,
    docker,
    start: async () => {
      child = machine.start(log, command, env);
      await until(START_MS, `${name} does not answer`, join(machine.state, log), () => {
        if (hasEnded()) throw new SetupError(`${name} has ended.`);
        return docker.ping().then(
          () => true,
          () => false,
        );
      });
    },
    stop: async (/** @type {'SIGTERM' | 'SIGKILL'} */ signal) => {
      if (!child || hasEnded()) return;
      // The child is nsenter, which waits for the daemon in there.
      const pids = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
      process.kill(Number.parseInt(pids, 10), signal);
      await until(STOP_MS, `${name} does not end`, join(machine.state, log), hasEnded);
    },
  };
}

/**
 * @param {Docker} docker
 * @param {string} archive
 */
export async function loadImage(docker, archive) {
  const progress = await docker.loadImage(createReadStream(archive));
  await new Promise((resolve, reject) => {
    docker.modem.followProgress(progress, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/**
 * @param {number} ms
 * @param {string} trouble
 * @param {string} log
 * @param {() => boolean | Promise<boolean>} attempt
 */
async function until(ms, trouble, log, attempt) {
  const deadline = Date.now() + ms;
  try {
    while (!(await attempt())) {
      if (Date.now() > deadline) throw new SetupError(`${trouble} within ${ms / 1000} s.`);
      await sleep(POLL_MS);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new SetupError(message, { output: tail(await readFile(log, 'utf8').catch(() => '')) });
  }
}
