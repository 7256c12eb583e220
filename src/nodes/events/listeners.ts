/** Listens to sentinels that come and go, for as long as somebody watches. */

import type { Redis } from 'ioredis';
import { formatAddress } from '../../model/address.js';
import type { Credentials } from '../../model/credentials/credentials.js';
import type { AskedNode } from '../../model/group-nodes.js';
import { channelOptions, hearFrom, type Recorded } from './event-channel.js';

/** ms after which a sentinel that does not answer is connected to anew. */
const REPLY_TIMEOUT = 1_000;

export class Listeners {
  readonly #open = new Map<string, Redis>();
  readonly #onEvent: (recorded: Recorded) => void;
  readonly #library = import('../client/redis-client.js');

  constructor(onEvent: (recorded: Recorded) => void) {
    this.#onEvent = onEvent;
  }

  /**
   * Listens to these from now on, and to no others. One that cannot be reached is tried again until it is;
   * one that was listened to is asked whether it is still there.
   */
  async follow(sentinels: readonly AskedNode[], credentials: Credentials): Promise<void> {
    const { Redis: Client } = await this.#library;
    const wanted = new Map(sentinels.map((one) => [`${one.name} ${formatAddress(one.control)}`, one]));
    for (const [key, connection] of this.#open) {
      if (!wanted.has(key)) {
        connection.disconnect();
        this.#open.delete(key);
      }
    }
    for (const [key, sentinel] of wanted) {
      const connection = this.#open.get(key);
      if (connection === undefined) this.#open.set(key, this.#listen(Client, sentinel, credentials));
      // Of one that was cut off and is back, the old connection may say nothing for minutes.
      else if (connection.status === 'ready') connection.ping().catch(() => renew(connection));
    }
  }

  #listen(Client: typeof Redis, { name, control }: AskedNode, credentials: Credentials): Redis {
    const connection = new Client({
      ...channelOptions(control, credentials),
      commandTimeout: REPLY_TIMEOUT,
      // Each connection subscribes for itself, whatever became of the one before.
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: null,
    });
    hearFrom(connection, name, this.#onEvent);
    connection.on('ready', () => {
      connection.psubscribe('*').catch(() => renew(connection));
    });
    return connection;
  }

  close(): void {
    for (const connection of this.#open.values()) connection.disconnect();
    this.#open.clear();
  }
}

/** Only one that seems to be open: what is closed is made anew by the library, or was closed by us. */
function renew(connection: Redis): void {
  if (connection.status === 'ready') connection.disconnect(true);
}
