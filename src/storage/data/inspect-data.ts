/** What a Redis server would load from a node's data directory, without starting one. */

import { splitWords } from '../../config/conf-facts.js';
import type { NodeData } from '../../model/node-data.js';
import type { Directive } from '../../model/topology.js';
import { AofScanner } from './aof-commands.js';
import { RDB_HEAD, RDB_TAIL, type RdbFacts, type RdbFault, readRdb } from './rdb-header.js';

/** A file in a node's data. */
export interface DataFile {
  /** Bytes. */
  readonly size: number;
  /** ms since 1970 of its last change. */
  readonly changedAt: number;
}

/** Reads in the data of a node; paths are relative to it, with one `/` at the most. */
export interface DataReader {
  /** @returns null: there is no such file; a directory has a size of its own kind */
  stat(path: string): Promise<DataFile | null>;
  /** @returns the bytes from an offset on, fewer at the end of the file */
  read(path: string, offset: number, length: number): Promise<Buffer>;
}

/** Bytes of an append-only file that are read to see whether it is whole: the default for its rewriting is the fourth of it. */
const LONGEST_AOF = 268_435_456;
const CHUNK = 1_048_576;
/** Bytes of a manifest: three lines for three files. */
const LONGEST_MANIFEST = 65_536;

/**
 * Returns what a server would load: with `appendonly yes` the append-only file and nothing else, otherwise the RDB file.
 * @param directives of the node
 */
export async function inspectData(reader: DataReader, directives: readonly Directive[]): Promise<NodeData> {
  const { rdb, aof, folder, isAof } = namesOf(directives);
  const [dump, single, directory] = await Promise.all([
    reader.stat(rdb),
    reader.stat(aof),
    reader.stat(folder),
  ]);
  const hasAof = single !== null || directory !== null;
  if (isAof && hasAof) {
    return directory === null ? inspectSingle(reader, aof, single) : inspectFolder(reader, folder, aof);
  }
  if (isAof && dump !== null) {
    const why = `its data is in ${rdb}, which a server with appendonly yes does not load`;
    return { kind: 'unreadable', files: [], why };
  }
  const other = directory ?? single;
  if (!isAof && other !== null && other.changedAt > (dump?.changedAt ?? 0)) {
    const why = `its newest data is in ${directory === null ? aof : folder}, which a server without appendonly does not load`;
    return { kind: 'unreadable', files: [], why };
  }
  if (dump === null) return { kind: 'none' };
  const facts = await rdbAt(reader, rdb, dump.size);
  if ('why' in facts) return { kind: 'unreadable', files: [rdb], why: `${rdb} ${facts.why}` };
  return { kind: 'rdb', ...facts };
}

interface Names {
  readonly rdb: string;
  /** Of the append-only file, or of those in the folder. */
  readonly aof: string;
  /** Since 7.0 there are several, with a manifest. */
  readonly folder: string;
  readonly isAof: boolean;
}

function namesOf(directives: readonly Directive[]): Names {
  const setting = (name: string, fallback: string): string =>
    splitWords(directives.findLast((one) => one.name === name)?.value ?? fallback)[0] ?? fallback;
  return {
    rdb: setting('dbfilename', 'dump.rdb'),
    aof: setting('appendfilename', 'appendonly.aof'),
    folder: setting('appenddirname', 'appendonlydir'),
    isAof: setting('appendonly', 'no').toLowerCase() === 'yes',
  };
}

/** Returns the files that a server with these directives has ended at. */
export function dataFiles(directives: readonly Directive[], found: NodeData): readonly string[] {
  if (found.kind === 'unreadable' && found.files.length > 0) return found.files;
  const { rdb, aof, folder, isAof } = namesOf(directives);
  if (!isAof) return [rdb];
  return found.kind === 'aof' && found.isFolder ? [folder] : [aof];
}

/** An append-only file of Redis before 7.0; it may begin as an RDB file does. */
async function inspectSingle(reader: DataReader, path: string, file: DataFile | null): Promise<NodeData> {
  const fault = file === null || file.size === 0 ? null : await aofFault(reader, path, file.size);
  if (fault !== null) return { kind: 'unreadable', files: [path], why: `${path} ${fault}` };
  return { kind: 'aof', writtenAt: file?.changedAt ?? 0, isFolder: false };
}

async function inspectFolder(reader: DataReader, folder: string, name: string): Promise<NodeData> {
  const spoilt = (why: string): NodeData => ({ kind: 'unreadable', files: [folder], why });
  const manifest = `${folder}/${name}.manifest`;
  const found = await reader.stat(manifest);
  if (found === null) return spoilt(`${manifest} is missing`);
  const text = (await reader.read(manifest, 0, LONGEST_MANIFEST)).toString('utf8');
  const entries = [...text.matchAll(/^file (\S+) seq \d+ type ([bhi])/gm)];
  let writtenAt = found.changedAt;
  for (const [, file = '', type] of entries) {
    // Files of a former rewrite are not loaded.
    if (type === 'h') continue;
    const path = `${folder}/${file}`;
    const part = await reader.stat(path);
    if (part === null) return spoilt(`${path} is missing`);
    writtenAt = Math.max(writtenAt, part.changedAt);
    const fault = part.size === 0 ? null : await aofFault(reader, path, part.size);
    if (fault !== null) return spoilt(`${path} ${fault}`);
  }
  if (entries.length === 0) return spoilt(`${manifest} names no file`);
  return { kind: 'aof', writtenAt, isFolder: true };
}

/** @returns why the file is not whole; null: it is, or it is too long to be looked through */
async function aofFault(reader: DataReader, path: string, size: number): Promise<string | null> {
  const head = await reader.read(path, 0, 9);
  if (/^(?:REDIS|VALKEY)/.test(head.toString('latin1'))) {
    // An RDB part may be followed by commands (before 7.0), so that its end is not the file's.
    if (!path.endsWith('.rdb')) return null;
    const facts = await rdbAt(reader, path, size);
    return 'why' in facts ? facts.why : null;
  }
  if (path.endsWith('.rdb')) return 'does not begin as an RDB file does';
  if (size > LONGEST_AOF) return null;
  const scanner = new AofScanner();
  for (let offset = 0; offset < size; offset += CHUNK) {
    if (!scanner.read(await reader.read(path, offset, CHUNK))) break;
  }
  return scanner.fault;
}

async function rdbAt(reader: DataReader, path: string, size: number): Promise<RdbFacts | RdbFault> {
  const [head, tail] = await Promise.all([
    reader.read(path, 0, Math.min(size, RDB_HEAD)),
    reader.read(path, Math.max(0, size - RDB_TAIL), RDB_TAIL),
  ]);
  return readRdb(head, tail);
}
