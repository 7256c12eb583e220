/** What a master sends its replicas: commands, one after the other, each a list of bulk strings (RESP 2). Pure. */

/** Commands in the stream that change no data: the master's own (replication.c) and messages to subscribers. */
const NO_WRITES: ReadonlySet<string> = new Set([
  'ping',
  'replconf',
  'select',
  'multi',
  'exec',
  'publish',
  'spublish',
]);

const NEWLINE = Buffer.from('\r\n');

/**
 * Counts the commands that write. A script counts as what it has written, and once where it is sent as itself (6.0).
 * @param stream begins at a command, and may end within one, which does not count
 * @returns null: this is no such stream
 */
export function countWrites(stream: Buffer): number | null {
  let writes = 0;
  for (let at = 0; at < stream.length; ) {
    const command = commandAt(stream, at);
    if (command === null) return null;
    if (command === 'unfinished') return writes;
    if (command.name !== '' && !NO_WRITES.has(command.name)) writes += 1;
    at = command.end;
  }
  return writes;
}

interface Found {
  /** In lower case; empty: an empty line, which keeps the connection alive. */
  readonly name: string;
  /** Where the next one begins. */
  readonly end: number;
}

/** @returns null: what is there is no command */
function commandAt(stream: Buffer, from: number): Found | 'unfinished' | null {
  if (stream[from] === 0x0a) return { name: '', end: from + 1 };
  const words = headerAt(stream, from, '*');
  if (words === null || words === 'unfinished') return words;
  let { end } = words;
  let name = '';
  for (let word = 0; word < words.number; word += 1) {
    const length = headerAt(stream, end, '$');
    if (length === null || length === 'unfinished') return length;
    const last = length.end + length.number;
    if (last + NEWLINE.length > stream.length) return 'unfinished';
    if (word === 0) name = stream.toString('latin1', length.end, last).toLowerCase();
    end = last + NEWLINE.length;
  }
  return { name, end };
}

/** The number behind a `*` or a `$`. */
function headerAt(
  stream: Buffer,
  from: number,
  type: '*' | '$',
): { readonly number: number; readonly end: number } | 'unfinished' | null {
  const end = stream.indexOf(NEWLINE, from);
  if (end === -1) return 'unfinished';
  const line = stream.toString('latin1', from, end);
  if (!line.startsWith(type) || !/^.\d{1,10}$/.test(line)) return null;
  return { number: Number(line.slice(1)), end: end + NEWLINE.length };
}
