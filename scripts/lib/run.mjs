import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Interrupted, interruption } from './interrupt.mjs';
import { SetupError, tail } from './log.mjs';
import { ROOT } from './paths.mjs';

/** How long an interrupted command may take to clean up behind itself. */
const GRACE_MS = 30_000;

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env] Added to this process's environment.
 */

/**
 * Runs a command in the foreground, with our stdin, stdout and stderr, and resolves to its exit code
 * (128 + n when a signal ended it). An interruption reaches the command and its code is still awaited.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export function runForeground(command, args, options = {}) {
  const child = start(command, args, 'inherit', options);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(exitCode(code, signal)));
  });
}

/**
 * Runs a command of the set-up and keeps its output to itself; a failure throws with the output's end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export async function runQuietly(command, args, options = {}) {
  const child = start(command, args, ['ignore', 'pipe', 'pipe'], options);
  let output = '';
  const keep = (/** @type {Buffer} */ chunk) => {
    output += chunk;
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const code = await new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new SetupError(`${command} cannot be run: ${error.message}`)));
    child.on('close', (status, signal) => resolve(exitCode(status, signal)));
  });
  interruption.throwIfAborted();
  if (code !== 0) {
    throw new SetupError(`${[command, ...args].join(' ')} failed with exit code ${code}.`, {
      output: tail(output),
    });
  }
}

/** Runs npm, quietly. */
export function runNpm(/** @type {readonly string[]} */ args) {
  // npm names its own script to the scripts that it runs: no guess about npm.cmd on Windows.
  const npm = process.env.npm_execpath;
  return npm === undefined ? runQuietly('npm', args) : runQuietly(process.execPath, [npm, ...args]);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').StdioOptions} stdio
 * @param {RunOptions} options
 */
function start(command, args, stdio, options) {
  interruption.throwIfAborted();
  // On a terminal the command shares our process group, and Ctrl-C reaches it and its children by
  // itself. Elsewhere it gets a group of its own, so that a signal can be passed on to all of them.
  const ownGroup = !process.stdin.isTTY && process.platform !== 'win32';
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...options.env },
    stdio,
    detached: ownGroup,
  });
  const kill = (/** @type {NodeJS.Signals} */ signal) => {
    if (child.pid === undefined) return;
    try {
      process.kill(ownGroup ? -child.pid : child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  /** @type {NodeJS.Timeout | undefined} */
  let grace;
  const pass = () => {
    const signal = interruption.reason instanceof Interrupted ? interruption.reason.signal : 'SIGTERM';
    if (ownGroup || signal !== 'SIGINT') kill(signal);
    grace = setTimeout(() => kill('SIGKILL'), GRACE_MS);
  };
  interruption.addEventListener('abort', pass, { once: true });
  child.on('close', () => {
    clearTimeout(grace);
    interruption.removeEventListener('abort', pass);
  });
  return child;
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function exitCode(code, signal) {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
