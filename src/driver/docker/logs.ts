/** Reads what a container has logged. */
import type Dockerode from 'dockerode';

/** Bytes before each piece of the engine's multiplexed stream: one of type, three unused, four of length. */
const HEADER_BYTES = 8;

/** The last lines of stdout and stderr, oldest first. */
export async function readLogTail(container: Dockerode.Container, lines: number): Promise<readonly string[]> {
  const raw = await container.logs({ stdout: true, stderr: true, tail: lines, follow: false });
  return demultiplex(raw)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-lines);
}

function demultiplex(raw: Buffer): string {
  const pieces: string[] = [];
  for (let at = 0; at + HEADER_BYTES <= raw.length; ) {
    const length = raw.readUInt32BE(at + 4);
    pieces.push(raw.toString('utf8', at + HEADER_BYTES, at + HEADER_BYTES + length));
    at += HEADER_BYTES + length;
  }
  return pieces.join('');
}
