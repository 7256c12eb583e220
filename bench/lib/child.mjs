import { spawn } from 'node:child_process';
import { Interrupted, interruption } from '../../scripts/lib/interrupt.mjs';
import { SetupError, tail } from '../../scripts/lib/log.mjs';

/** @typedef {{ ms: number, stdout: string, stderr: string }} Outcome */

/**
 * @typedef {object} ChildOptions
 * @property {NodeJS.ProcessEnv} [env] Added to this process's environment.
 * @property {boolean} [always] Runs even when the bench was interrupted: it cleans up.
 */

/**
 * Runs a command and times it from its start to its exit, as a user at a prompt would see it.
 * An interruption is passed on to it, and thrown once it has ended.
 *
 * @param {readonly [string, ...string[]]} command
 * @param {ChildOptions} [options]
 * @returns {Promise<Outcome>}
 */
export async function runChild([program, ...args], options = {}) {
  if (!options.always) interruption.throwIfAborted();
  const started = performance.now();
  const child = spawn(program, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C comes from us, once, on a terminal as elsewhere.
    detached: true,
  });
  let ms = 0;
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const pass = () => {
    if (child.pid === undefined) return;
    const signal = interruption.reason instanceof Interrupted ? interruption.reason.signal : 'SIGTERM';
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  if (!options.always) interruption.addEventListener('abort', pass, { once: true });
  const code = await new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new SetupError(`${program} cannot be run: ${error.message}`)));
    child.on('exit', () => {
      ms = performance.now() - started;
    });
    child.on('close', (status, signal) => resolve(status ?? signal));
  }).finally(() => interruption.removeEventListener('abort', pass));
  if (!options.always) interruption.throwIfAborted();
  if (code !== 0) {
    throw new SetupError(`${[program, ...args].join(' ')} ended with ${code}.`, {
      output: tail(output.stderr || output.stdout),
    });
  }
  return { ms, ...output };
}
