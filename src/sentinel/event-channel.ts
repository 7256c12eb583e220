/** The event channels of all sentinels of a group, merged on the clock of this process. */
import type { Redis } from 'ioredis';
import { RsentinelError } from '../errors.js';
import { type Address, formatAddress } from '../spec/address.js';
import { parseEvent, type SentinelEvent } from './events.js';

/** An event, and when this process heard it from which sentinel. */
export interface Recorded {
  /** ms on the clock of `performance.now`. */
  readonly at: number;
  /** Name of the sentinel. */
  readonly sentinel: string;
  readonly event: SentinelEvent;
}

interface Source {
  readonly name: string;
  readonly control: Address;
}

/** ms: a sentinel answers within one. */
const CONNECT_TIMEOUT = 1_000;
/** ms between two attempts to listen again to one that has gone away. */
const RETRY = 100;

export class EventChannel {
  readonly #connections: Redis[] = [];
  readonly #onEvent: (recorded: Recorded) => void;

  private constructor(onEvent: (recorded: Recorded) => void) {
    this.#onEvent = onEvent;
  }

  /**
   * @returns once every sentinel has confirmed that it is listened to
   * @throws RsentinelError WAIT_TIMEOUT when one does not
   */
  static async open(
    sentinels: readonly Source[],
    onEvent: (recorded: Recorded) => void,
  ): Promise<EventChannel> {
    const { Redis: Client } = await import('./redis-client.js');
    const channel = new EventChannel(onEvent);
    try {
      await Promise.all(sentinels.map((sentinel) => channel.#listen(Client, sentinel)));
      return channel;
    } catch (error) {
      channel.close();
      throw error;
    }
  }

  async #listen(Client: typeof Redis, { name, control }: Source): Promise<void> {
    const connection = new Client({
      ...control,
      connectTimeout: CONNECT_TIMEOUT,
      retryStrategy: () => RETRY,
      maxRetriesPerRequest: 3,
      enableReadyCheck: false,
      // Sentinel pushes in another form otherwise.
      protocol: 2,
      disableClientInfo: true,
    });
    this.#connections.push(connection);
    // Reported by the attempt that it concerns; one that ends later is made anew by the library.
    connection.on('error', () => {});
    connection.on('pmessage', (_pattern: string, type: string, message: string) => {
      this.#onEvent({ at: performance.now(), sentinel: name, event: parseEvent(type, message) });
    });
    try {
      await connection.psubscribe('*');
    } catch (cause) {
      throw new RsentinelError('WAIT_TIMEOUT', `${name} at ${formatAddress(control)} cannot be listened to`, {
        hint: 'Look at `rsentinel status`, and at its log.',
        cause,
      });
    }
  }

  close(): void {
    for (const connection of this.#connections) connection.disconnect();
  }
}
