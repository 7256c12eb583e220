/** A group that rsentinel did not make: servers in plain containers, as somebody types them by hand. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { groupName, testImage } from './environment.js';
import { docker } from './group.js';

export interface ServerOptions {
  /** What stands behind `redis-server`. */
  readonly words: readonly string[];
  /** Ports that are published on 127.0.0.1, each under a number that the engine picks. */
  readonly published?: readonly number[];
  /** Whose network it shares; a network of its own otherwise. */
  readonly inside?: Docker.Container;
  /** `directory or file of this machine:where it is inside`. */
  readonly binds?: readonly string[];
}

export class ForeignGroup {
  readonly #label: string;
  readonly #directory: string;
  readonly #containers: Docker.Container[] = [];

  constructor(label: string, directory: string) {
    this.#label = label;
    this.#directory = directory;
  }

  async start({ words, published = [], inside, binds = [] }: ServerOptions): Promise<Docker.Container> {
    const container = await docker.createContainer({
      Image: testImage(),
      Entrypoint: ['redis-server'],
      Cmd: [...words],
      // So that it is removed with what the run of the tests leaves, if this is interrupted.
      Labels: { 'io.rsentinel.group': groupName(this.#label) },
      ExposedPorts: Object.fromEntries(published.map((port) => [`${port}/tcp`, {}])),
      HostConfig: {
        NetworkMode: inside === undefined ? 'bridge' : `container:${inside.id}`,
        PortBindings: Object.fromEntries(
          published.map((port) => [`${port}/tcp`, [{ HostIp: '127.0.0.1', HostPort: '' }]]),
        ),
        Binds: [...binds],
      },
    });
    this.#containers.push(container);
    await container.start();
    return container;
  }

  /** A sentinel.conf in a directory of its own. @returns the directory */
  async conf(name: string, lines: readonly string[]): Promise<string> {
    const directory = await mkdtemp(join(this.#directory, `${name}-`));
    const file = join(directory, 'sentinel.conf');
    await writeFile(file, `${lines.join('\n')}\n`);
    // The image's user is not known here.
    await chmod(file, 0o666);
    await chmod(directory, 0o777);
    return directory;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Those that share a network before the one whose it is.
    for (const container of this.#containers.reverse()) await container.remove({ force: true, v: true });
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** @param label tells it from the other groups of this run: unique among all tests */
export async function foreignGroup(label: string): Promise<ForeignGroup> {
  const directory = await mkdtemp(join(tmpdir(), `rsentinel-${label}-`));
  await chmod(directory, 0o755);
  return new ForeignGroup(label, directory);
}

/** Under which number of this machine a port of a container is published. */
export async function publishedPort(container: Docker.Container, port: number): Promise<number> {
  const { NetworkSettings } = await container.inspect();
  return Number(NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort);
}

export async function ipOf(container: Docker.Container): Promise<string> {
  const { NetworkSettings } = await container.inspect();
  return NetworkSettings.Networks['bridge']?.IPAddress ?? '';
}

/** Ports at which nothing on this machine listened just now. */
export async function threePorts(): Promise<readonly [number, number, number]> {
  const [one, two, three] = [createServer(), createServer(), createServer()];
  // All at once, so that each is another.
  const ports = await Promise.all([freePort(one), freePort(two), freePort(three)]);
  for (const server of [one, two, three]) server.close();
  return ports;
}

function freePort(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => resolve((server.address() as AddressInfo).port));
  });
}
