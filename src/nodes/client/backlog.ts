/** Reads what a master has sent, or would have sent, its replicas: its replication backlog. */
import type { Endpoint } from '../../model/address.js';
import type { Connections } from './connection.js';

/** ms for all of it. */
const PATIENCE = 5_000;
/** Bytes. More is not read: the backlog has 1 MB unless the topology says otherwise. */
const MOST = 67_108_864;

/** A part of the stream of one master. */
export interface StreamPart {
  /** `master_replid` of the master. */
  readonly id: string;
  /** Offset of its first byte. */
  readonly from: number;
  /** Bytes. */
  readonly length: number;
}

/**
 * Asks a master for a part of its stream, as a replica that has lost the connection does (PSYNC). The master counts us among its
 * replicas for that time.
 * @returns null: it has that part no more, or it is too long
 * @throws Error when the node does not answer, or not in time
 */
export async function readBacklog(
  at: Endpoint,
  { id, from, length }: StreamPart,
  connections: Connections,
): Promise<Buffer | null> {
  if (length > MOST) return null;
  const connection = await connections.handOver(at);
  const { stream } = connection;
  const deadline = AbortSignal.timeout(PATIENCE);
  try {
    return await new Promise<Buffer | null>((resolve, reject) => {
      const chunks: Buffer[] = [];
      let begun = false;
      const read = (chunk: Buffer): void => {
        chunks.push(chunk);
        let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
        if (!begun) {
          // Empty lines come while it makes up its mind.
          const start = bytes.findIndex((byte) => byte !== 0x0a);
          const end = bytes.indexOf('\r\n', Math.max(start, 0));
          if (start === -1 || end === -1) return;
          begun = bytes.toString('latin1', start, end).startsWith('+CONTINUE');
          if (!begun) {
            resolve(null);
            return;
          }
          bytes = bytes.subarray(end + 2);
        }
        chunks.splice(0, chunks.length, bytes);
        if (bytes.length >= length) resolve(bytes.subarray(0, length));
      };
      stream.on('data', read);
      stream.once('close', () => reject(new Error('it has closed the connection')));
      deadline.addEventListener('abort', () => reject(new Error('it has not sent its backlog in time')));
      stream.write(`PSYNC ${id} ${from}\r\n`);
    });
  } finally {
    connection.close();
  }
}
