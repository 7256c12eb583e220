/** The built command line as a child process, as users run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { until } from './until.js';

export const BIN = fileURLToPath(new URL('../../bin/rsentinel.js', import.meta.url));

if (!existsSync(new URL('../../bundle/main.js', import.meta.url))) {
  throw new Error('these tests run the built command line: npm run build');
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Where {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** A command, with its arguments, that runs it: `setpriv …`. */
  readonly through?: readonly string[];
  /** Run as somebody else than the user of the tests. */
  readonly uid?: number;
  readonly gid?: number;
}

/** A command that is under way; awaited by `ended`. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
}

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts `rsentinel` with little of an environment: PATH, a home, and what `where` adds. */
export function start(words: readonly string[], where: Where): Running {
  const [program, ...args] = [...(where.through ?? []), process.execPath, BIN, ...words];
  const child = spawn(program ?? process.execPath, args, {
    cwd: where.cwd ?? tmpdir(),
    env: { PATH: process.env.PATH, HOME: tmpdir(), ...where.env },
    ...(where.uid === undefined ? {} : { uid: where.uid }),
    ...(where.gid === undefined ? {} : { gid: where.gid }),
  });
  running.add(child);
  // A command that ends without reading its input is no error of the test.
  child.stdin.on('error', () => {});
  child.stdin.end(where.stdin ?? '');
  return { child, ended: output(child).finally(() => running.delete(child)) };
}

/** Waits until a command that has just been started says something on standard error. */
export async function untilSays({ child }: Running, words: string): Promise<void> {
  let text = '';
  child.stderr?.on('data', (chunk: string) => {
    text += chunk;
  });
  await until(`it says ${words}`, async () => text.includes(words));
}

async function output(child: ChildProcess): Promise<Ran> {
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, ...texts };
}
