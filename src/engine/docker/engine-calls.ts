/** Calls to the engine: timed for `-v`, and with errors that users understand. */
import type Dockerode from 'dockerode';
import type { RsentinelError } from '../../errors.js';
import type { Listener } from '../../model/events.js';
import type { Endpoint } from './endpoint/endpoint.js';
import { engineError } from './engine-errors.js';

export class EngineCalls {
  readonly docker: Dockerode;
  readonly #endpoint: Endpoint;
  readonly #emit: Listener;
  /** Names of containers by their ids: people know them by nothing else. */
  readonly #names = new Map<string, string>();

  constructor(docker: Dockerode, endpoint: Endpoint, emit: Listener) {
    this.docker = docker;
    this.#endpoint = endpoint;
    this.#emit = emit;
  }

  /** Notes what a container is called. */
  named(id: string, name: string): void {
    this.#names.set(id, name);
  }

  /** What people call a container. @param container its id or its name */
  nameOf(container: string): string {
    return this.#names.get(container) ?? container;
  }

  /** Makes a call; an error comes as dockerode throws it, for callers that expect some. */
  async timed<T>(call: string, action: (docker: Dockerode) => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await action(this.docker);
    } finally {
      this.#emit({ type: 'engine-call', call, ms: performance.now() - started });
    }
  }

  /** Makes a call of which no error is expected. @throws RsentinelError */
  async call<T>(call: string, action: (docker: Dockerode) => Promise<T>): Promise<T> {
    try {
      return await this.timed(call, action);
    } catch (error) {
      throw this.wrap(error, call);
    }
  }

  /** @param doing what the engine was to do, as in "the engine could not …" */
  wrap(error: unknown, doing: string): RsentinelError {
    return engineError(error, doing, this.#endpoint);
  }
}
