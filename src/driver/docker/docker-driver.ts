/** The driver for one Docker engine, by dockerode; its types stay in this folder. */
import Dockerode from 'dockerode';
import { PortTakenError, RsentinelError } from '../../errors.js';
import type { Listener } from '../../events.js';
import type { ContainerState } from '../../report/group-report.js';
import type { GroupSpec, NodeSpec } from '../../spec/group-spec.js';
import type { Owner } from '../../storage/directories.js';
import type { Driver, GroupListing, NodeMounts, ObservedEngine } from '../driver.js';
import { anchorOptions, nodeOptions } from './containers.js';
import { engineError, isSubnetTaken, messageOf, statusOf, takenPort } from './engine-errors.js';
import { findServer, pullImage } from './image.js';
import {
  containerNameOf,
  containerState,
  GROUP_LABEL,
  groupLabels,
  LABEL,
  observedMember,
} from './labels.js';
import { readLogTail } from './logs.js';

/** Seconds between SIGTERM and SIGKILL: time for Redis to save its data set. */
const STOP_SECONDS = 10;

/** uid and gid of `redis` in the official images. */
const REDIS_USER: Owner = { uid: 999, gid: 999 };

/**
 * Connects to the engine that DOCKER_HOST names, or to the local socket.
 * @throws RsentinelError ENGINE_UNREACHABLE, ENGINE_PERMISSION
 */
export async function connectDocker(emit: Listener): Promise<Driver> {
  const docker = new Dockerode();
  const driver = new DockerDriver(docker, emit);
  await driver.ping();
  return driver;
}

/** The caller, so that everything the nodes write can be deleted without root; never root. */
function ownerOfNodes(): Owner {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  return uid === 0 ? REDIS_USER : { uid, gid };
}

class DockerDriver implements Driver {
  readonly owner = ownerOfNodes();
  readonly #docker: Dockerode;
  readonly #emit: Listener;
  readonly #servers = new Map<string, Promise<string>>();

  constructor(docker: Dockerode, emit: Listener) {
    this.#docker = docker;
    this.#emit = emit;
  }

  async ping(): Promise<void> {
    await this.#call('answer a ping', 'ping', () => this.#docker.ping());
  }

  async observe(group: string): Promise<ObservedEngine> {
    const filters = { label: [`${GROUP_LABEL}=${group}`] };
    const [containers, networks] = await Promise.all([
      this.#call('list containers', `list containers of ${group}`, () =>
        this.#docker.listContainers({ all: true, filters }),
      ),
      this.#call('list networks', `list networks of ${group}`, () => this.#docker.listNetworks({ filters })),
    ]);
    const network = networks[0];
    const attachments = {
      networkId: network?.Id ?? null,
      anchorId: containers.find((info) => info.Labels[LABEL.role] === 'anchor')?.Id ?? null,
    };
    return {
      members: containers.map((info) => observedMember(info, attachments)),
      network:
        network === undefined
          ? null
          : { name: network.Name, subnet: network.IPAM?.Config?.[0]?.Subnet ?? null },
    };
  }

  async groups(): Promise<readonly GroupListing[]> {
    const filters = { label: [GROUP_LABEL] };
    const [containers, networks] = await Promise.all([
      this.#call('list containers', 'list containers', () =>
        this.#docker.listContainers({ all: true, filters }),
      ),
      this.#call('list networks', 'list networks', () => this.#docker.listNetworks({ filters })),
    ]);
    const groups = new Map<string, GroupListing>();
    for (const labels of [
      ...containers.map((info) => info.Labels),
      ...networks.map((info) => info.Labels ?? {}),
    ]) {
      const name = labels[GROUP_LABEL];
      if (name === undefined || groups.has(name)) continue;
      groups.set(name, {
        name,
        file: labels[LABEL.file] ?? null,
        directory: labels[LABEL.directory] ?? null,
      });
    }
    return [...groups.values()];
  }

  async hasImage(image: string): Promise<boolean> {
    try {
      await this.#timed(`inspect image ${image}`, () => this.#docker.getImage(image).inspect());
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw this.#wrap(error, `inspect the image ${image}`);
    }
  }

  async pullImage(image: string, signal: AbortSignal): Promise<void> {
    await this.#call(`pull ${image}`, `pull ${image}`, () =>
      pullImage(this.#docker, image, this.#emit, signal),
    );
  }

  async createNetwork(spec: GroupSpec): Promise<void> {
    const { name, subnet } = spec.network;
    try {
      await this.#timed(`create network ${name}`, () =>
        this.#docker.createNetwork({
          Name: name,
          Driver: 'bridge',
          CheckDuplicate: true,
          Labels: groupLabels(spec),
          ...(subnet === undefined ? {} : { IPAM: { Config: [{ Subnet: subnet }] } }),
        }),
      );
    } catch (error) {
      if (statusOf(error) === 409) {
        throw new RsentinelError(
          'NAME_TAKEN',
          `there is a network ${name} that does not belong to this group`,
          {
            hint: 'Give the group another name (`name` in the topology file, or -n), or remove that network.',
            cause: error,
          },
        );
      }
      if (subnet !== undefined && isSubnetTaken(error)) {
        throw new RsentinelError(
          'SUBNET_TAKEN',
          `the subnet ${subnet} overlaps with another network of the engine`,
          {
            hint: 'Set `network.subnet` to one that is free; `docker network inspect` shows those in use.',
            cause: error,
          },
        );
      }
      throw this.#wrap(error, `create the network ${name}`);
    }
  }

  async createAnchor(spec: GroupSpec): Promise<void> {
    const { anchor } = spec;
    if (anchor === null) return;
    const server = await this.#server(spec);
    await this.#create(spec, anchor.container, anchorOptions(spec, anchor, server, this.owner));
  }

  async createNode(spec: GroupSpec, node: NodeSpec, mounts: NodeMounts): Promise<void> {
    const server = await this.#server(spec);
    await this.#create(spec, node.container, nodeOptions(spec, node, mounts, server, this.owner));
  }

  async #create(spec: GroupSpec, name: string, options: Dockerode.ContainerCreateOptions): Promise<void> {
    try {
      await this.#timed(`create ${name}`, () => this.#docker.createContainer(options));
    } catch (error) {
      if (statusOf(error) !== 409) throw this.#wrap(error, `create the container ${name}`);
      const other = await this.#docker
        .getContainer(name)
        .inspect()
        .catch(() => undefined);
      const image = other === undefined ? '' : ` (image ${other.Config.Image}, ${other.State.Status})`;
      throw new RsentinelError(
        'NAME_TAKEN',
        `there is a container ${name}${image} that does not belong to this group`,
        {
          hint: `Give the group another name than ${spec.name} (\`name\` in the topology file, or -n), or remove that container.`,
          cause: error,
        },
      );
    }
  }

  /** Asked for once an image, however many nodes use it. */
  #server(spec: GroupSpec): Promise<string> {
    const known = this.#servers.get(spec.image);
    if (known !== undefined) return known;
    const server = this.#call(`inspect the image ${spec.image}`, `find the server of ${spec.image}`, () =>
      findServer(this.#docker, spec.image, groupLabels(spec)),
    );
    this.#servers.set(spec.image, server);
    return server;
  }

  async start(group: string, name: string): Promise<void> {
    const container = this.#docker.getContainer(name);
    try {
      await this.#timed(`start ${name}`, () => container.start());
    } catch (error) {
      // 304: it runs already, or it is paused.
      if (statusOf(error) === 304) return this.#unpause(name);
      const port = takenPort(error);
      if (port !== null) throw await this.#portTaken(group, name, port, error);
      if (/paused/i.test(messageOf(error))) return this.#unpause(name);
      throw this.#wrap(error, `start the container ${name}`);
    }
  }

  async #unpause(name: string): Promise<void> {
    const { state } = await this.state(name);
    if (state !== 'paused') return;
    await this.#call(`unpause the container ${name}`, `unpause ${name}`, () =>
      this.#docker.getContainer(name).unpause(),
    );
  }

  async #portTaken(group: string, name: string, port: number, cause: unknown): Promise<RsentinelError> {
    const running = await this.#docker.listContainers().catch(() => []);
    const holder = running.find((info) => info.Ports.some((entry) => entry.PublicPort === port));
    const owner = holder?.Labels[GROUP_LABEL];
    const by =
      holder === undefined
        ? 'a program outside of Docker'
        : `the container ${containerNameOf(holder)}${owner === undefined || owner === group ? '' : ` of the group ${owner}`}`;
    const remedy =
      owner === undefined || owner === group ? '' : `, or remove that group (rsentinel down -n ${owner})`;
    return new PortTakenError(port, `port ${port}, which ${name} needs, is taken by ${by}`, {
      hint: `Choose another port in the topology file (or \`port: auto\`)${remedy}.`,
      cause,
    });
  }

  async stop(group: string, name: string): Promise<void> {
    await this.#ifOurs(group, name, `stop ${name}`, (container) => container.stop({ t: STOP_SECONDS }));
  }

  async remove(group: string, name: string): Promise<void> {
    await this.#ifOurs(group, name, `remove ${name}`, (container) =>
      container.remove({ force: true, v: true }),
    );
  }

  /** Does something to a container of the group; what is gone, or somebody else's, is left alone. */
  async #ifOurs(
    group: string,
    name: string,
    what: string,
    action: (container: Dockerode.Container) => Promise<unknown>,
  ): Promise<void> {
    try {
      const container = this.#docker.getContainer(name);
      const { Config, Id } = await container.inspect();
      if (Config.Labels[GROUP_LABEL] !== group) return;
      // By its id: a container that takes the name in between is not ours.
      await this.#timed(what, () => action(this.#docker.getContainer(Id)));
    } catch (error) {
      // 304: it does not run. 404: it is gone. 409: somebody else is removing it, or just did.
      const status = statusOf(error);
      if (status === 304 || status === 404) return;
      if (status === 409 && /removal of container .* is already in progress/i.test(messageOf(error))) return;
      throw this.#wrap(error, what);
    }
  }

  async removeNetwork(group: string): Promise<void> {
    const networks = await this.#call('list networks', `list networks of ${group}`, () =>
      this.#docker.listNetworks({ filters: { label: [`${GROUP_LABEL}=${group}`] } }),
    );
    for (const { Id, Name } of networks) {
      try {
        await this.#timed(`remove network ${Name}`, () => this.#docker.getNetwork(Id).remove());
      } catch (error) {
        if (statusOf(error) === 404) continue;
        if (/has active endpoints/i.test(messageOf(error))) {
          throw new RsentinelError(
            'ENGINE_FAILED',
            `the network ${Name} is in use by containers outside of the group`,
            {
              details: [messageOf(error)],
              hint: `Disconnect them (docker network disconnect ${Name} CONTAINER) and run the command again.`,
              cause: error,
            },
          );
        }
        throw this.#wrap(error, `remove the network ${Name}`);
      }
    }
  }

  async state(name: string): Promise<{ readonly state: ContainerState; readonly exitCode: number | null }> {
    try {
      const { State } = await this.#docker.getContainer(name).inspect();
      const state = containerState(State.Status);
      return { state, exitCode: state === 'exited' || state === 'dead' ? State.ExitCode : null };
    } catch (error) {
      if (statusOf(error) === 404) return { state: 'missing', exitCode: null };
      throw this.#wrap(error, `inspect the container ${name}`);
    }
  }

  async logTail(name: string, lines: number): Promise<readonly string[]> {
    try {
      return await readLogTail(this.#docker.getContainer(name), lines);
    } catch (error) {
      if (statusOf(error) === 404) return [];
      throw this.#wrap(error, `read the log of ${name}`);
    }
  }

  close(): void {
    const { agent } = this.#docker.modem as { agent?: { destroy(): void } };
    agent?.destroy();
  }

  #wrap(error: unknown, doing: string): RsentinelError {
    const { socketPath, host, port } = this.#docker.modem as {
      socketPath?: string;
      host?: string;
      port?: number;
    };
    return engineError(error, doing, socketPath ?? `${host}:${port}`);
  }

  async #timed<T>(call: string, action: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await action();
    } finally {
      this.#emit({ type: 'engine-call', call, ms: performance.now() - started });
    }
  }

  async #call<T>(doing: string, call: string, action: () => Promise<T>): Promise<T> {
    try {
      return await this.#timed(call, action);
    } catch (error) {
      throw this.#wrap(error, doing);
    }
  }
}
