/** The beginning and the end of an RDB file. Pure. */

export interface RdbFacts {
  /** null: the server that saved it had neither replicas nor a master. */
  readonly replicationId: string | null;
  readonly offset: number;
}

/** Why a file is no whole RDB file; in words that go on behind its name. */
export interface RdbFault {
  readonly why: string;
}

/** Bytes at the beginning of a file that hold all of its auxiliary fields. */
export const RDB_HEAD = 4_096;
/** Bytes at the end of a file: the opcode EOF, and a checksum (RDB version 5 and newer). */
export const RDB_TAIL = 9;

const MAGIC = /^(?:REDIS\d{4}|VALKEY\d{3})/;
const AUX = 0xfa;
const EOF = 0xff;

/**
 * Reads the fields that a server puts in front of the data (rdbSaveInfoAuxFields).
 * @param head the first {@link RDB_HEAD} bytes, or all of a shorter file
 * @param tail the last {@link RDB_TAIL} bytes
 */
export function readRdb(head: Buffer, tail: Buffer): RdbFacts | RdbFault {
  const magic = MAGIC.exec(head.subarray(0, 9).toString('latin1'));
  if (magic === null) return { why: 'does not begin as an RDB file does' };
  if (tail.length < RDB_TAIL || tail[0] !== EOF) return { why: 'has no end: it was cut' };
  const fields = new Map<string, string>();
  const cursor = { at: magic[0].length };
  while (head[cursor.at] === AUX) {
    cursor.at += 1;
    const name = readString(head, cursor);
    const value = readString(head, cursor);
    if (name === null || value === null) break;
    fields.set(name, value);
  }
  const id = fields.get('repl-id') ?? null;
  return { replicationId: id === '' ? null : id, offset: Number(fields.get('repl-offset') ?? 0) || 0 };
}

/** A string as RDB encodes it: with its length, or as an integer of 8, 16 or 32 bits. @returns null: it is none of these */
function readString(bytes: Buffer, cursor: { at: number }): string | null {
  const first = bytes[cursor.at];
  if (first === undefined) return null;
  cursor.at += 1;
  const kind = first >> 6;
  if (kind === 3) return readInteger(bytes, cursor, first & 0x3f);
  const length = kind === 0 ? first & 0x3f : readLength(bytes, cursor, first);
  if (length === null || cursor.at + length > bytes.length) return null;
  const text = bytes.subarray(cursor.at, cursor.at + length).toString('latin1');
  cursor.at += length;
  return text;
}

function readLength(bytes: Buffer, cursor: { at: number }, first: number): number | null {
  const second = bytes[cursor.at];
  if (first >> 6 !== 1 || second === undefined) return null;
  cursor.at += 1;
  return ((first & 0x3f) << 8) | second;
}

function readInteger(bytes: Buffer, cursor: { at: number }, encoding: number): string | null {
  const size = [1, 2, 4][encoding];
  if (size === undefined || cursor.at + size > bytes.length) return null;
  const value = bytes.readIntLE(cursor.at, size);
  cursor.at += size;
  return String(value);
}
