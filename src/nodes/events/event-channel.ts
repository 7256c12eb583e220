/** The event channels of all sentinels of a group, merged on the clock of this process. */

import type { Redis } from 'ioredis';
import { RsentinelError } from '../../errors.js';
import { type Endpoint, formatAddress } from '../../model/address.js';
import type { Credentials } from '../../model/credentials/credentials.js';
import { givenUser, type Login } from '../../model/credentials/logins.js';
import type { AskedNode } from '../../model/group-nodes.js';
import { clientOptions } from '../../tls/client-options.js';
import { withoutCommand } from '../client/client-error.js';
import { limitEvents } from '../client/reply-limit.js';
import { parseEvent, type SentinelEvent } from './events.js';

/** An event, and when this process heard it from which sentinel. */
export interface Recorded {
  /** ms on the clock of `performance.now`. */
  readonly at: number;
  /** Name of the sentinel. */
  readonly sentinel: string;
  readonly event: SentinelEvent;
}

/** ms: a sentinel answers within one. */
const CONNECT_TIMEOUT = 1_000;
/** ms for it to confirm that it is listened to. */
const REPLY_TIMEOUT = 1_000;
/** ms between two attempts to listen again to one that has gone away. */
const RETRY = 100;

/** Options of a connection to a sentinel's event channel, which is made anew whenever it breaks. */
export function channelOptions({ host, port, kind, announced, tls }: Endpoint, credentials: Credentials) {
  const [login] = credentials[kind];
  const [files] = credentials.tls;
  return {
    host,
    port,
    ...(login === undefined ? {} : loginOptions(login)),
    ...(tls && files !== undefined ? { tls: clientOptions(files, announced) } : {}),
    connectTimeout: CONNECT_TIMEOUT,
    retryStrategy: () => RETRY,
    enableReadyCheck: false,
    // Sentinel pushes in another form otherwise.
    protocol: 2,
    disableClientInfo: true,
  } as const;
}

function loginOptions(login: Login) {
  const username = givenUser(login);
  return { ...(username === undefined ? {} : { username }), password: login.password.reveal() };
}

/** Hands on what the sentinel says, once the connection has subscribed. */
export function hearFrom(connection: Redis, sentinel: string, onEvent: (recorded: Recorded) => void): void {
  limitEvents(connection);
  // Reported by the attempt that it concerns; one that ends later is made anew by the library.
  connection.on('error', () => {});
  connection.on('pmessage', (_pattern: string, type: string, message: string) => {
    onEvent({ at: performance.now(), sentinel, event: parseEvent(type, message) });
  });
}

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
    sentinels: readonly AskedNode[],
    credentials: Credentials,
    onEvent: (recorded: Recorded) => void,
  ): Promise<EventChannel> {
    const { Redis: Client } = await import('../client/redis-client.js');
    const channel = new EventChannel(onEvent);
    try {
      await Promise.all(sentinels.map((sentinel) => channel.#listen(Client, sentinel, credentials)));
      return channel;
    } catch (error) {
      channel.close();
      throw error;
    }
  }

  async #listen(Client: typeof Redis, { name, control }: AskedNode, credentials: Credentials): Promise<void> {
    const connection = new Client({
      ...channelOptions(control, credentials),
      maxRetriesPerRequest: 3,
      commandTimeout: REPLY_TIMEOUT,
    });
    hearFrom(connection, name, this.#onEvent);
    this.#connections.push(connection);
    try {
      await connection.psubscribe('*');
    } catch (error) {
      throw new RsentinelError('WAIT_TIMEOUT', `${name} at ${formatAddress(control)} cannot be listened to`, {
        hint: 'Look at `rsentinel status`, and at its log.',
        cause: withoutCommand(error),
      });
    }
  }

  close(): void {
    for (const connection of this.#connections) connection.disconnect();
  }
}
