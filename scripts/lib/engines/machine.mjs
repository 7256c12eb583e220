import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError, tail } from '../log.mjs';
import { commandLine } from '../processes.mjs';
import { removeState, STATE_PREFIX } from './state.mjs';

const FIRST_PROCESS = fileURLToPath(new URL('machine.sh', import.meta.url));

/** How long a machine may take to be there, and a command in it to end. */
const START_MS = 20_000;
const COMMAND_MS = 60_000;
const STOP_MS = 10_000;

/**
 * A machine of the laboratory: namespaces of its own for processes, mounts and network, the programs of
 * a Debian release, and an address that this machine can reach it at. It needs nothing of this machine's
 * set-up and changes nothing in it but for one network interface, which goes with it.
 *
 * @typedef {object} Machine
 * @property {string} id
 * @property {string} state Its directory on disk; `/state` inside.
 * @property {string} address
 * @property {readonly string[]} inNetwork Puts a command of this machine into its network, in front of it.
 * @property {(...command: readonly string[]) => Promise<string>} run Runs a command in it; gives its output.
 * @property {(log: string, command: readonly string[], env?: NodeJS.ProcessEnv) => import('node:child_process').ChildProcess} start
 *   Starts a process in it; its output goes to a file of its state directory.
 * @property {() => Promise<void>} powerOff Kills everything in it at once; what is on disk stays.
 * @property {() => Promise<void>} powerOn
 * @property {() => Promise<void>} release Powers it off and removes all of it.
 */

/**
 * @param {object} options
 * @param {string} options.debian A Debian release, unpacked.
 * @param {'own' | 'shared'} options.files Whether it sees this machine's directory for temporary files.
 * @returns {Promise<Machine>}
 */
export async function startMachine({ debian, files }) {
  const id = randomBytes(3).toString('hex');
  const state = join(tmpdir(), `${STATE_PREFIX}${id}`);
  await mkdir(state, { mode: 0o700 });
  // Of the range for benchmarks of networks: no network that is in use has it.
  const net = `198.18.${Number.parseInt(id.slice(0, 2), 16)}.${Number.parseInt(id.slice(2, 4), 16) & ~3}`;
  const [here, address] = [1, 2].map((host) => net.replace(/\d+$/, (last) => String(Number(last) + host)));
  const link = `rs-${id}`;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let holder;
  let pid = 0;

  const powerOn = async () => {
    holder = spawn(
      'unshare',
      [
        ...['--mount', '--net', '--pid', '--ipc', '--uts', '--fork', '--kill-child=SIGKILL'],
        ...[
          '--propagation',
          'private',
          'sh',
          FIRST_PROCESS,
          debian,
          state,
          files === 'shared' ? tmpdir() : '',
        ],
      ],
      // Its standard input ends when this process does, however it does: then the machine ends too.
      { stdio: ['pipe', 'pipe', 'pipe'], detached: true },
    );
    await writeFile(join(state, 'machine.pid'), `${holder.pid}\n`);
    pid = await untilReady(holder);
    await host('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid));
    await host('ip', 'address', 'add', `${here}/30`, 'dev', link);
    await host('ip', 'link', 'set', link, 'up');
    await machine.run('ip', 'address', 'add', `${address}/30`, 'dev', 'eth0');
    await machine.run('ip', 'link', 'set', 'eth0', 'up');
  };
  const powerOff = async () => {
    if (holder === undefined || holder.exitCode !== null || holder.signalCode !== null) return;
    const ended = new Promise((resolve) => holder?.once('exit', resolve));
    // The holder's death kills the first process, and that one's death everything else.
    holder.kill('SIGKILL');
    await within(ended, STOP_MS, 'the machine does not end');
    const deadline = Date.now() + STOP_MS;
    while ((await commandLine(pid)) !== undefined && Date.now() < deadline) await pause();
    // It goes with the machine's network by itself, but a moment later.
    await host('ip', 'link', 'delete', link).catch(() => {});
  };
  const inside = () => ['nsenter', `--target=${pid}`, '--mount', '--net', '--pid', '--ipc', '--uts', '--'];

  /** @type {Machine} */
  const machine = {
    id,
    state,
    address: address ?? '',
    get inNetwork() {
      return ['nsenter', `--net=/proc/${pid}/ns/net`, '--'];
    },
    run: (...command) => host(...inside(), ...command),
    start: (log, command, env = {}) => {
      const file = openSync(join(state, log), 'a');
      const [program = '', ...args] = [...inside(), ...command];
      const child = spawn(program, args, {
        stdio: ['ignore', file, file],
        detached: true,
        env: { ...INSIDE, ...env },
      });
      closeSync(file);
      child.on('error', () => {});
      return child;
    },
    powerOn,
    powerOff,
    release: async () => {
      await powerOff();
      await removeState(state);
    },
  };
  try {
    await powerOn();
  } catch (error) {
    await machine.release();
    throw error;
  }
  return machine;
}

/** The environment of what runs in a machine: nothing of ours. */
const INSIDE = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };

/**
 * Runs a command to its end; gives its output.
 *
 * @param {readonly string[]} command
 */
async function host(...command) {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...INSIDE },
  });
  const chunks = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    chunks.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    chunks.stderr += chunk;
  });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const code = await within(ended, COMMAND_MS, `${command.join(' ')} does not end`).finally(() =>
    child.kill('SIGKILL'),
  );
  if (code === 0) return chunks.stdout;
  throw new SetupError(`${command.join(' ')} failed (${code}).`, {
    output: tail(chunks.stderr || chunks.stdout),
  });
}

/**
 * Resolves to the process id of the machine's first process once it is ready.
 *
 * @param {import('node:child_process').ChildProcess} holder
 */
async function untilReady(holder) {
  let output = '';
  const ready = new Promise((resolve, reject) => {
    holder.on('error', reject);
    holder.on('exit', () =>
      reject(new SetupError('A machine of the laboratory does not start.', { output })),
    );
    holder.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    holder.stdout?.on('data', resolve);
  });
  await within(ready, START_MS, 'a machine of the laboratory does not start');
  const children = await readFile(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8');
  return Number.parseInt(children, 10);
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @param {string} what
 * @returns {Promise<T>}
 */
async function within(promise, ms, what) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new SetupError(`${what} (after ${ms / 1000} s).`)), ms);
  });
  try {
    return await /** @type {Promise<T>} */ (Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
