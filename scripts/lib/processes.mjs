import { readFile } from 'node:fs/promises';

/**
 * The command line of a process, as a list of arguments; undefined when no such process lives.
 * A zombie has an empty one and counts as dead.
 *
 * @param {number} pid
 * @returns {Promise<readonly string[] | undefined>}
 */
export async function commandLine(pid) {
  try {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return line === '' ? undefined : line.split('\0').slice(0, -1);
  } catch {
    return undefined;
  }
}

/** The process id in a pid file; undefined when there is no file or nothing sensible in it. */
export async function readPid(/** @type {string} */ file) {
  try {
    const pid = Number.parseInt(await readFile(file, 'utf8'), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a command line is that of the named program, whatever folder it lies in. */
export function isProgram(/** @type {readonly string[] | undefined} */ line, /** @type {string} */ program) {
  return line?.[0] === program || line?.[0]?.endsWith(`/${program}`) === true;
}
