/** The process that holds a lock: what it says of itself, and whether another one still runs. */
import { randomBytes } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { LockHolder } from '../model/lock.js';

/** `unknown`: of another machine, or the system does not say. */
export type HolderState = 'alive' | 'dead' | 'unknown';

/** This process, as the holder of a lock. */
export async function thisHolder(command: string): Promise<LockHolder> {
  const [machine, stat] = await Promise.all([thisMachine(), processStat(process.pid)]);
  return {
    command,
    host: hostname(),
    machine,
    pid: process.pid,
    processStart: stat?.start ?? null,
    nonce: randomBytes(8).toString('hex'),
  };
}

export async function holderState(holder: LockHolder): Promise<HolderState> {
  if (holder.machine !== (await thisMachine())) return 'unknown';
  if (!exists(holder.pid)) return 'dead';
  const stat = await processStat(holder.pid);
  // A pid may have been given to another process since; and where /proc hides others, nobody can tell.
  if (stat === null || holder.processStart === null) return 'unknown';
  return stat.start === holder.processStart && !stat.hasEnded ? 'alive' : 'dead';
}

/**
 * Containers of one machine share its boot id and not their pids, so the pid namespace belongs to it. Elsewhere
 * than on Linux processes have no namespaces, and the host's name has to do.
 */
async function thisMachine(): Promise<string> {
  try {
    const [boot, namespace] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readlink('/proc/self/ns/pid'),
    ]);
    return `${boot.trim()} ${namespace}`;
  } catch {
    return `${process.platform} ${hostname()}`;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

interface ProcessStat {
  /** Clock ticks between the boot and the start of the process. */
  readonly start: string;
  /** A zombie: nobody has asked for its exit code yet. */
  readonly hasEnded: boolean;
}

/** From Linux's /proc; null where there is none or it does not tell. */
async function processStat(pid: number): Promise<ProcessStat | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Behind the program's name, which may have blanks and brackets in it: state is field 3 of 52, start 22.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state = '', start] = [fields[0], fields[19]];
    return start === undefined ? null : { start, hasEnded: ['Z', 'X', 'x'].includes(state) };
  } catch {
    return null;
  }
}
