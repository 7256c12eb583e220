/** The built command line as a child process, as users run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const BIN = fileURLToPath(new URL('../../../bin/rsentinel.js', import.meta.url));

if (!existsSync(new URL('../../../dist/cli/main.js', import.meta.url))) {
  throw new Error('these tests run the built command line: npm run build');
}

/** An engine that is not there. */
const NO_ENGINE = 'unix:///nonexistent/docker.sock';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Where {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs `rsentinel` with little of an environment and no engine, unless told otherwise. */
export function rsentinel(words: readonly string[], where: Where = {}): Promise<Ran> {
  const child = spawn(process.execPath, [BIN, ...words], {
    cwd: where.cwd ?? tmpdir(),
    env: { PATH: process.env['PATH'], HOME: tmpdir(), DOCKER_HOST: NO_ENGINE, ...where.env },
  });
  child.stdin.end(where.stdin ?? '');
  return ended(child);
}

async function ended(child: ChildProcess): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}

const made: string[] = [];
afterAll(() => Promise.all(made.map((directory) => rm(directory, { recursive: true, force: true }))));

/** A new directory with these files in it, until the file's tests have ended. */
export async function directoryWith(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rsentinel-cli-'));
  made.push(directory);
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}
