import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ping } from './docker.mjs';
import { interruption } from './interrupt.mjs';
import { SetupError, say, tail } from './log.mjs';
import { CACHE, ROOT } from './paths.mjs';
import { commandLine, isProgram, readPid } from './processes.mjs';

const FOLDER = join(CACHE, 'engine');
const LOG = join(FOLDER, 'dockerd.log');
/** Our own pid file, and so the mark by which a dockerd of ours is told from any other. */
const PID_FILE = join(FOLDER, 'dockerd.pid');

/** Where a dockerd that somebody else starts leaves its pid. */
const USUAL_PID_FILE = '/var/run/docker.pid';
const CONTAINERD_PID_FILE = '/var/run/docker/containerd/containerd.pid';

const START_MS = 60_000;
/** dockerd gives its containers 15 s to stop, then containerd some. */
const STOP_MS = 40_000;
const POLL_MS = 100;

/**
 * Starts dockerd in a session of its own, where neither Ctrl-C nor the end of this script reaches it,
 * and resolves once its API answers.
 *
 * @param {string} program
 */
export async function startDockerd(program) {
  await mkdir(FOLDER, { recursive: true });
  await removeStalePidFiles();
  say(`Starting the Docker engine: ${program} (log: ${relative(ROOT, LOG)}).`);
  const log = openSync(LOG, 'w');
  const child = spawn(program, ['--pidfile', PID_FILE], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  /** @type {string | undefined} */
  let ended;
  child.on('error', (error) => {
    ended = error.message;
  });
  child.on('exit', (code, signal) => {
    ended = signal === null ? `it exited with code ${code}` : `${signal} ended it`;
  });
  child.unref();
  try {
    const trouble = await untilAnswers(() => ended);
    if (trouble !== undefined) {
      throw new SetupError(`The Docker engine does not come up: ${trouble}.`, {
        output: await logTail(),
        hint: `Its whole log is in ${relative(ROOT, LOG)}.`,
      });
    }
  } catch (error) {
    if (ended === undefined) await stopDockerd();
    throw error;
  }
}

/**
 * Stops the dockerd that these scripts started, and no other; resolves to whether there was one.
 *
 * @returns {Promise<boolean>}
 */
export async function stopDockerd() {
  const pid = await ownPid();
  if (pid === undefined) return false;
  say(`Stopping the Docker engine that these scripts started (process ${pid}).`);
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_MS;
  while ((await ownPid()) !== undefined) {
    if (Date.now() > deadline) {
      throw new SetupError(`dockerd (process ${pid}) did not stop within ${STOP_MS / 1000} s.`, {
        output: await logTail(),
      });
    }
    await sleep(POLL_MS);
  }
  await rm(PID_FILE, { force: true });
  return true;
}

/** Waits for a dockerd that somebody else started and that does not answer yet; false when there is none. */
export async function awaitForeignDockerd() {
  const pid = await readPid(USUAL_PID_FILE);
  if (pid === undefined || !isProgram(await commandLine(pid), 'dockerd')) return false;
  say(`dockerd runs already (process ${pid}); waiting for it to answer.`);
  const trouble = await untilAnswers();
  if (trouble === undefined) return true;
  throw new SetupError(`dockerd (process ${pid}) runs, but does not answer: ${trouble}.`, {
    hint: 'Look into its log, and stop it or start it anew.',
  });
}

/**
 * Waits until an engine answers; resolves to why there is nothing left to wait for, if so.
 *
 * @param {() => string | undefined} [ended] Why the engine is gone, once it is.
 * @returns {Promise<string | undefined>}
 */
async function untilAnswers(ended = () => undefined) {
  const deadline = Date.now() + START_MS;
  for (;;) {
    interruption.throwIfAborted();
    if ((await ping()).answers) return undefined;
    const why = ended();
    if (why !== undefined) return why;
    if (Date.now() > deadline) return `no answer in ${START_MS / 1000} s`;
    await sleep(POLL_MS);
  }
}

/**
 * A killed dockerd leaves pid files behind, and a new one takes whatever process has such a number by
 * now for itself (and refuses to start) or for its containerd (and waits for it in vain).
 */
async function removeStalePidFiles() {
  if ((await ownPid()) === undefined) await rm(PID_FILE, { force: true });
  const containerd = await readPid(CONTAINERD_PID_FILE);
  if (containerd !== undefined && !isProgram(await commandLine(containerd), 'containerd')) {
    await rm(CONTAINERD_PID_FILE, { force: true });
  }
}

/** The process id of the dockerd that was started with our pid file, while it lives. */
async function ownPid() {
  const pid = await readPid(PID_FILE);
  if (pid === undefined) return undefined;
  const line = await commandLine(pid);
  return isProgram(line, 'dockerd') && line?.includes(PID_FILE) ? pid : undefined;
}

async function logTail() {
  return tail(await readFile(LOG, 'utf8').catch(() => ''));
}
