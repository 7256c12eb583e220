/** Keeps a master from accepting writes for a while. */
import type { Connections } from '../sentinel/connection.js';
import type { Endpoint } from '../spec/address.js';
import { getSettings } from './settable.js';

/** ms after which Redis lets paused writes go by itself: whoever paused them may have been killed. */
const PAUSE = 5_000;
/** ms after which the pause is prolonged. */
const PROLONG = 1_500;

/** Makes a master that has fewer replicas refuse every write: NOREPLICAS. */
const MIN_REPLICAS = 'min-replicas-to-write';
/** More than there can be, and nobody else's value: by it a refusal is known whose rsentinel was killed. */
const UNREACHABLE = '2000000000';

/**
 * CLIENT PAUSE … WRITE, kept up until it is ended, and for {@link PAUSE} at the most beyond our own
 * end. Redis before 6.2 can only pause all clients, us included; there writes are refused instead.
 */
export class WriteStop {
  readonly kind: 'pause' | 'refusal' | 'none';
  readonly #at: Endpoint;
  readonly #connections: Connections;
  readonly #before: string | null;
  readonly #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  private constructor(
    kind: WriteStop['kind'],
    at: Endpoint,
    before: string | null,
    connections: Connections,
  ) {
    this.kind = kind;
    this.#at = at;
    this.#before = before;
    this.#connections = connections;
    if (kind === 'pause')
      this.#timer = setInterval(() => void pause(at, connections).catch(() => false), PROLONG);
  }

  static async begin(at: Endpoint, connections: Connections): Promise<WriteStop> {
    if (await pause(at, connections)) return new WriteStop('pause', at, null, connections);
    const [before] = await getSettings(at, [MIN_REPLICAS], connections);
    const isRefused = before !== undefined && (await setMinReplicas(at, UNREACHABLE, connections));
    return new WriteStop(isRefused ? 'refusal' : 'none', at, before?.value ?? null, connections);
  }

  /** Lets writes go; a second call does nothing. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    if (this.kind === 'pause') {
      await this.#connections.query(this.#at, [['CLIENT', 'UNPAUSE']]).catch(() => []);
    } else if (this.kind === 'refusal' && this.#before !== null) {
      const before = this.#before === UNREACHABLE ? '0' : this.#before;
      await setMinReplicas(this.#at, before, this.#connections).catch(() => false);
    }
  }
}

/**
 * Ends the refusal of an rsentinel that was killed.
 * @param wanted what the topology says of `min-replicas-to-write`
 * @returns whether there was one
 */
export async function endForgottenRefusal(
  at: Endpoint,
  wanted: string,
  connections: Connections,
): Promise<boolean> {
  const [now] = await getSettings(at, [MIN_REPLICAS], connections);
  if (now?.value !== UNREACHABLE) return false;
  await setMinReplicas(at, wanted, connections);
  // A failover may have had it written to the file.
  await connections.query(at, [['CONFIG', 'REWRITE']]);
  return true;
}

async function pause(at: Endpoint, connections: Connections): Promise<boolean> {
  const [reply] = await connections.query(at, [['CLIENT', 'PAUSE', String(PAUSE), 'WRITE']]);
  return reply?.ok ?? false;
}

async function setMinReplicas(at: Endpoint, value: string, connections: Connections): Promise<boolean> {
  const [reply] = await connections.query(at, [['CONFIG', 'SET', MIN_REPLICAS, value]]);
  return reply?.ok ?? false;
}
