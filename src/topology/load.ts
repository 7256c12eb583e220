/** Reads a topology from a file or from standard input: the one part of this folder that does I/O. */

import { accessSync, constants, createReadStream, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RsentinelError } from '../errors.js';
import { didYouMean } from '../model/suggest.js';
import { enumerate, printable } from '../model/text.js';
import type { Topology } from '../model/topology.js';
import { type Diagnostic, type Finding, formatDiagnostic } from './diagnostic.js';
import { analyse, type FileReference, type TopologySource } from './parse.js';
import type { Env } from './yaml/interpolate.js';
import type { Path } from './yaml/path.js';

export interface LoadedTopology {
  readonly topology: Topology;
  readonly warnings: readonly Diagnostic[];
}

/** Far above any topology; keeps `-f /dev/zero` from filling the memory. */
const MOST_BYTES = 1_048_576;

/**
 * Takes the file as the user named it (`-`: standard input), the environment and the directory that
 * relative names start from; gives the topology. Relative paths in standard input start there too.
 *
 * @throws RsentinelError TOPOLOGY_NOT_FOUND when it cannot be read, TOPOLOGY_INVALID with one line
 * of `details` per mistake when it is wrong
 */
export async function loadTopology(
  file: string,
  env: Env,
  cwd: string,
  stdin: AsyncIterable<Uint8Array | string> = process.stdin,
): Promise<LoadedTopology> {
  const isStdin = file === '-';
  const path = isStdin ? undefined : resolve(cwd, file);
  const source: TopologySource = {
    file: isStdin ? '<stdin>' : file,
    path,
    directory: path === undefined ? cwd : dirname(path),
    env,
  };
  const bytes = path === undefined ? await readStream(stdin) : await readTopologyFile(path, file);
  return topologyOf(decode(bytes, source.file), source);
}

/**
 * Takes the text of a topology and where it comes from; gives the topology, its templates looked for on the disk.
 *
 * @throws RsentinelError TOPOLOGY_INVALID
 */
export function topologyOf(text: string, source: TopologySource): LoadedTopology {
  const parsed = analyse(text, source, unusableFiles);
  if (parsed.ok) return { topology: parsed.topology, warnings: parsed.warnings };
  const mistakes = parsed.diagnostics.filter(({ severity }) => severity === 'error').length;
  const what = mistakes === 1 ? 'a mistake' : `${mistakes} mistakes`;
  throw invalid(source.file, what, parsed.diagnostics.map(formatDiagnostic));
}

function invalid(file: string, what: string, details: readonly string[]): RsentinelError {
  return new RsentinelError('TOPOLOGY_INVALID', `${printable(file)} has ${what}`, {
    details,
    hint: 'Nothing was created or changed. topology.example.yaml, which comes with rsentinel, explains every key.',
  });
}

async function readStream(stream: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    chunks.push(bytes);
    size += bytes.length;
    if (size > MOST_BYTES) break;
  }
  return Buffer.concat(chunks);
}

async function readTopologyFile(path: string, file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES)
      throw invalid(file, 'more than 1 MiB', [`${file}:1:1: the file is too long; give the topology file`]);
    // Devices and pipes have no size: read to the limit, like standard input.
    return await readStream(createReadStream(path));
  } catch (error) {
    if (error instanceof RsentinelError) throw error;
    throw await unreadable(path, file, error);
  }
}

async function unreadable(path: string, file: string, cause: unknown): Promise<RsentinelError> {
  const name = printable(file);
  const fail = (message: string, hint: string): RsentinelError =>
    new RsentinelError('TOPOLOGY_NOT_FOUND', message, { hint, cause });
  switch (codeOf(cause)) {
    case 'EISDIR': {
      const inside = await yamlFilesIn(path);
      const first = inside[0];
      if (first === undefined)
        return fail(`${name} is a directory`, 'Give the topology file: rsentinel up -f FILE.');
      const hint = `Give a file in it: rsentinel up -f ${printable(join(file, first))}.`;
      return fail(`${name} is a directory`, hint);
    }
    case 'EACCES':
    case 'EPERM':
      return fail(`${name} may not be read by this user`, `Allow it, for example with: chmod u+r ${name}.`);
    case 'ENOENT':
    case 'ENOTDIR':
      return fail(`There is no file ${name}`, await hintForMissing(path, file));
    default:
      return fail(
        `${name} cannot be read: ${messageOf(cause)}`,
        'Check the file, or give another: rsentinel up -f FILE.',
      );
  }
}

async function hintForMissing(path: string, file: string): Promise<string> {
  const beside = await yamlFilesIn(dirname(path));
  const meant = didYouMean(basename(path), beside);
  const called = (name: string): string => printable(join(dirname(file), name));
  if (meant !== undefined) return `Did you mean ${called(meant)}? Then: rsentinel up -f ${called(meant)}.`;
  if (beside.length > 0) {
    const some = beside.slice(0, 5).map(called);
    return `There is ${enumerate(some)}: rsentinel up -f ${called(beside[0] ?? '')}.`;
  }
  return 'Give the topology file: rsentinel up -f FILE. topology.example.yaml, which comes with rsentinel, is one to start from.';
}

async function yamlFilesIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && /\.ya?ml$/i.test(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch {
    // a hint only: without the directory there is none to give
    return [];
  }
}

/** Text of a file, as YAML wants it. */
function decode(bytes: Uint8Array, file: string): string {
  if (bytes.length > MOST_BYTES)
    throw invalid(file, 'more than 1 MiB', [`${file}:1:1: the text is too long; give the topology file`]);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const encoding = bytes[0] === 0xff || bytes[0] === 0xfe ? 'UTF-16' : 'not UTF-8';
    throw invalid(file, 'the wrong encoding', [
      `${printable(file)}:1:1: the text is ${encoding}; save the file as UTF-8`,
    ]);
  }
}

const KINDS: Readonly<Record<FileReference['holds'], string>> = {
  template: 'a template',
  password: 'a file with the password',
  certificate: 'a file with certificates',
  key: 'a file with a key',
};

function unusableFiles(files: readonly FileReference[]): Finding[] {
  return files.flatMap(({ path, holds, file }) => {
    const message = problemOf(file);
    if (message === undefined) return holds === 'password' || holds === 'key' ? openToOthers(path, file) : [];
    return [
      {
        severity: 'error' as const,
        path,
        message,
        suggestion: `give the path of ${KINDS[holds]}, relative to the topology file, or leave it out`,
      },
    ];
  });
}

function openToOthers(path: Path, file: string): Finding[] {
  if ((statSync(file).mode & 0o044) === 0 || process.platform === 'win32') return [];
  return [
    {
      severity: 'warning',
      path,
      message: `${printable(file)} can be read by other users of this machine`,
      suggestion: `chmod 600 ${printable(file)}`,
    },
  ];
}

function problemOf(file: string): string | undefined {
  const name = printable(file);
  try {
    if (!statSync(file).isFile()) return `${name} is not a file`;
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    return codeOf(error) === 'EACCES' ? `${name} may not be read by this user` : `there is no file ${name}`;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
