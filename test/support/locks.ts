/** Locks of groups as another machine would have made them. */
import type Docker from 'dockerode';
import { endpointSource } from '../../src/engine/docker/endpoint/connect.js';
import { resolveEndpoint } from '../../src/engine/docker/endpoint/endpoint.js';
import { EngineCalls } from '../../src/engine/docker/engine-calls.js';
import { beatLock } from '../../src/engine/docker/lock.js';
import type { LockHolder } from '../../src/model/lock.js';
import { testImage } from './environment.js';
import { docker, type TestGroup } from './group.js';

const STRANGER: LockHolder = {
  command: 'up',
  host: 'elsewhere',
  machine: 'another machine',
  pid: 4711,
  processStart: '1',
  nonce: 'ab',
};

/** A lock whose holder shows a sign of life only when `beat` is called. */
export class StrangersLock implements AsyncDisposable {
  readonly #container: Docker.Container;
  #timer: NodeJS.Timeout | undefined;

  private constructor(container: Docker.Container) {
    this.#container = container;
  }

  static async of(group: TestGroup): Promise<StrangersLock> {
    const container = await docker.createContainer({
      name: `${group.name}-lock`,
      Image: testImage(),
      Entrypoint: ['lock'],
      HostConfig: { NetworkMode: 'none' },
      Labels: {
        'io.rsentinel.group': group.name,
        'io.rsentinel.role': 'lock',
        'io.rsentinel.lock-holder': JSON.stringify(STRANGER),
      },
    });
    return new StrangersLock(container);
  }

  /** As long as it lasts, its holder is alive. */
  beat(everyMs: number): void {
    const calls = new EngineCalls(docker, resolveEndpoint(undefined, endpointSource(process.env)), () => {});
    let count = 0;
    this.#timer = setInterval(() => {
      count += 1;
      beatLock(calls, this.#container.id, count).catch(() => {});
    }, everyMs);
  }

  async isThere(): Promise<boolean> {
    return this.#container.inspect().then(
      () => true,
      () => false,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#container.remove({ force: true }).catch(() => {});
  }
}
