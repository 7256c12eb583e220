/** Looks for passwords wherever somebody could read them who was not told. */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { listGroupObjects } from '../../scripts/lib/leftovers.mjs';
import { BIN, type Ran } from './command.js';
import { docker, type TestGroup } from './group.js';

/** ms between two looks at the processes. */
const LOOK_EVERY = 50;

/** A password that nothing else on this machine has in it. */
export function plant(label: string): string {
  return `planted-${label}-${randomBytes(9).toString('base64url')}`;
}

/** What would give a password away: itself, what can be turned back into it, and what it can be guessed by. */
function traces(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // Wherever it begins in a longer text, without what depends on what is around it.
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [secret, bytes.toString('hex'), ...shifted, createHash('sha256').update(secret).digest('hex')];
}

/** @param where ends the sentence "a password was found in …" */
export function expectNone(secrets: readonly string[], where: string, text: string): void {
  for (const trace of secrets.flatMap(traces)) {
    const at = text.indexOf(trace);
    const around = at === -1 ? '' : text.slice(Math.max(0, at - 200), at + trace.length + 50);
    expect(around, `a password was found in ${where}`).toBe('');
  }
}

export function expectQuiet(secrets: readonly string[], command: string, { stdout, stderr }: Ran): void {
  expectNone(secrets, `what ${command} printed`, `${stdout}\n${stderr}`);
}

/** What the engine tells of a group: how everything was made, what runs in it, what it has logged. */
export async function engineTells(group: TestGroup): Promise<ReadonlyMap<string, string>> {
  const objects = (await listGroupObjects(docker)).filter((object) => object.group === group.name);
  const told = new Map<string, string>();
  const tell = (what: string, value: unknown) => told.set(what, JSON.stringify(value));
  for (const { kind, name } of objects) {
    if (kind === 'network') tell(`network ${name}`, await docker.getNetwork(name).inspect());
    if (kind === 'volume') tell(`volume ${name}`, await docker.getVolume(name).inspect());
    if (kind !== 'container') continue;
    const container = docker.getContainer(name);
    const inspected = await container.inspect();
    tell(`container ${name}`, inspected);
    if (inspected.State.Running) tell(`top ${name}`, await container.top({ ps_args: '-eo pid,args' }));
    const log = await container.logs({ stdout: true, stderr: true });
    told.set(`log ${name}`, log.toString());
  }
  return told;
}

/** The files below a directory that somebody else than their owner can read, and what is in them. */
export async function openFiles(directory: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const walk = async (path: string): Promise<void> => {
    const { mode } = await stat(path);
    if ((mode & 0o011) === 0) return;
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) await walk(inner);
      else if (entry.isFile() && ((await stat(inner)).mode & 0o044) !== 0)
        found.set(inner, await readFile(inner, 'latin1'));
    }
  };
  await walk(directory);
  return found;
}

/**
 * Sees the arguments of every process on this machine, and the environment of those of Redis and of rsentinel, as `ps`
 * would, until it is disposed of. What it has seen it shows nobody.
 */
export class ProcessWatch implements AsyncDisposable {
  readonly #seen = new Set<string>();
  readonly #running: Promise<void>;
  #isOver = false;

  constructor() {
    this.#running = this.#watch();
  }

  /** Whether there was a process with these words in its arguments. */
  saw(words: string): boolean {
    return [...this.#seen].some((text) => text.includes(words));
  }

  /** @param ours whether rsentinel's environment counts: whoever gives it a password there finds it there */
  expectNone(secrets: readonly string[], ours: 'with its environment' | 'without its environment'): void {
    for (const text of this.#seen) {
      if (ours === 'without its environment' && text.startsWith(OURS)) continue;
      const found = secrets.flatMap(traces).some((trace) => text.includes(trace));
      expect(found, `a password was seen in ${text.slice(0, 20)}…`).toBe(false);
    }
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const names = await readdir('/proc').catch(() => []);
      const pids = names.filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
      await Promise.all(pids.map((pid) => this.#look(pid)));
      await delay(LOOK_EVERY);
    }
  }

  /** What has ended meanwhile has nothing to be seen, nor what belongs to somebody else. */
  async #look(pid: string): Promise<void> {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
    const args = (await read('cmdline')).replaceAll('\0', ' ');
    this.#seen.add(`the arguments ${args}`);
    if (args.includes(BIN)) this.#seen.add(`${OURS} ${await read('environ')}`);
    if (args.startsWith('redis-server')) this.#seen.add(`the environment of Redis ${await read('environ')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }
}

const OURS = 'our own environment';
