/** The command line without an engine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type Ran, start, type Where } from '../../support/command.js';

/** An engine that is not there. */
const NO_ENGINE = 'unix:///nonexistent/docker.sock';

/** Runs `rsentinel` to its end, without an engine unless told otherwise. */
export function rsentinel(words: readonly string[], where: Where = {}): Promise<Ran> {
  return start(words, { ...where, env: { DOCKER_HOST: NO_ENGINE, ...where.env } }).ended;
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
