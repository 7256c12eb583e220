/** Keeps a master from accepting writes for a while. */

import type { Endpoint } from '../model/address.js';
import type { Connections } from '../nodes/client/connection.js';
import { getSettings, type Setting } from '../nodes/client/settings.js';

/** ms after which Redis lets paused writes go by itself: whoever paused them may have been killed. */
const PAUSE = 5_000;
/** ms after which the pause is prolonged. */
const PROLONG = 1_500;
/**
 * ms that a pause lasts beyond a process that ends once the sentinels have begun a failover. They promote a replica within
 * some 3 s and make the old master a replica, which closes the connections of its clients, 2 – 3 s later with lowered
 * periods, and 8 – 18 s later where periods cannot be lowered (sentinelRefreshInstanceInfo: 4 × publish-period, and the
 * next INFO). Writes that the old master took in between would be lost.
 */
const OUTLAST = 20_000;

/** Makes a master that has fewer replicas refuse every write: NOREPLICAS. */
const MIN_REPLICAS = 'min-replicas-to-write';
/** More than there can be, and nobody else's value: by it a refusal is known whose rsentinel was killed. */
const UNREACHABLE = '2000000000';

/** Asks a server something that can be asked twice. */
export type Ask = <T>(question: () => Promise<T>) => Promise<T>;

const once: Ask = (question) => question();

/**
 * CLIENT PAUSE … WRITE, kept up until it is ended, and for {@link PAUSE} at the most beyond our own
 * end. Redis before 6.2 can only pause all clients, us included; there writes are refused instead.
 */
export class WritePause {
  readonly kind: 'pause' | 'refusal' | 'none';
  readonly #at: Endpoint;
  readonly #connections: Connections;
  readonly #before: string | null;
  readonly #timer: NodeJS.Timeout | undefined;
  #pause = PAUSE;
  #isOver = false;

  private constructor(
    kind: WritePause['kind'],
    at: Endpoint,
    before: string | null,
    connections: Connections,
  ) {
    this.kind = kind;
    this.#at = at;
    this.#before = before;
    this.#connections = connections;
    if (kind === 'pause')
      this.#timer = setInterval(() => void pause(at, this.#pause, connections).catch(() => false), PROLONG);
  }

  /**
   * Begins a pause.
   * @param ask asks each question, perhaps more than once: the value of before is read once, and not again when the refusal is set
   */
  static async begin(at: Endpoint, connections: Connections, ask: Ask = once): Promise<WritePause> {
    if (await ask(() => pause(at, PAUSE, connections))) return new WritePause('pause', at, null, connections);
    const [before] = await ask(() => getSettings(at, [MIN_REPLICAS], connections));
    const isRefused = before !== undefined && (await ask(() => setMinReplicas(at, UNREACHABLE, connections)));
    return new WritePause(isRefused ? 'refusal' : 'none', at, before?.value ?? null, connections);
  }

  /** Pauses writes from now on, whether or not the pause has run out meanwhile. */
  async renew(): Promise<void> {
    if (this.kind === 'pause') await pause(this.#at, this.#pause, this.#connections);
  }

  /** Makes the pause outlast this process by the time that the sentinels take to demote the master themselves. */
  async outlastFailover(): Promise<void> {
    if (this.kind !== 'pause') return;
    this.#pause = OUTLAST;
    await pause(this.#at, this.#pause, this.#connections);
  }

  /** Leaves the pause to run out by itself: the sentinels may still demote the master. */
  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    if (this.kind === 'pause') await pause(this.#at, this.#pause, this.#connections).catch(() => false);
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
      // A failover has the configuration rewritten, with the refusal in it.
      await this.#connections.query(this.#at, [['CONFIG', 'REWRITE']]).catch(() => []);
    }
  }
}

/** Returns whether a setting is the refusal of an rsentinel that was killed. */
export function isForgottenRefusal({ name, value }: Setting): boolean {
  return /^min-(?:replicas|slaves)-to-write$/.test(name) && value === UNREACHABLE;
}

/** Returns whether a server refuses every write because of an rsentinel that was killed; false where it does not answer. */
export async function refusesWrites(at: Endpoint, connections: Connections): Promise<boolean> {
  const settings = await getSettings(at, [MIN_REPLICAS], connections).catch(() => []);
  return settings.some(isForgottenRefusal);
}

/**
 * Ends the refusal of an rsentinel that was killed, if it is still there.
 * @param wanted what the topology says of `min-replicas-to-write`
 */
export async function endForgottenRefusal(
  at: Endpoint,
  wanted: string,
  connections: Connections,
): Promise<void> {
  if (!(await refusesWrites(at, connections))) return;
  await setMinReplicas(at, wanted, connections);
  // A failover may have had it written to the file.
  await connections.query(at, [['CONFIG', 'REWRITE']]);
}

async function pause(at: Endpoint, ms: number, connections: Connections): Promise<boolean> {
  const [reply] = await connections.query(at, [['CLIENT', 'PAUSE', String(ms), 'WRITE']]);
  return reply?.ok ?? false;
}

async function setMinReplicas(at: Endpoint, value: string, connections: Connections): Promise<boolean> {
  const [reply] = await connections.query(at, [['CONFIG', 'SET', MIN_REPLICAS, value]]);
  return reply?.ok ?? false;
}
