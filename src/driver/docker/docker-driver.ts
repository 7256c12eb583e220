/** The driver for one Docker engine, by dockerode; its types stay in this folder. */
import Dockerode from 'dockerode';
import type { Listener } from '../../events.js';
import type { GroupSpec, NodeSpec } from '../../spec/group-spec.js';
import type { Owner } from '../../storage/directories.js';
import type {
  Driver,
  GroupListing,
  LogLine,
  LogRequest,
  MemberNow,
  NodeMounts,
  ObservedEngine,
} from '../driver.js';
import { anchorOptions, nodeOptions } from './containers.js';
import { EngineCalls } from './engine-calls.js';
import { statusOf } from './engine-errors.js';
import { markExpiry, removeMark } from './expiry.js';
import { findServer, type ImageConfig, pullImage } from './image.js';
import { groupLabels } from './labels.js';
import { createContainer, removeContainer, startContainer, stateOf, stopContainer } from './lifecycle.js';
import { readLog, readLogTail } from './logs.js';
import { machineIdentity } from './machine.js';
import { createNetwork, removeNetworks } from './networks.js';
import { listGroups, observeGroup } from './registry.js';

/** uid and gid of `redis` in the official images. */
const REDIS_USER: Owner = { uid: 999, gid: 999 };

/**
 * The engine that DOCKER_HOST names, or the one at the local socket. The first operation tells
 * whether it answers: ENGINE_UNREACHABLE or ENGINE_PERMISSION otherwise.
 */
export function connectDocker(emit: Listener): Driver {
  return new DockerDriver(new EngineCalls(new Dockerode(), emit), emit);
}

/** The caller, so that everything the nodes write can be deleted without root; never root. */
function ownerOfNodes(): Owner {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  return uid === 0 ? REDIS_USER : { uid, gid };
}

class DockerDriver implements Driver {
  readonly owner = ownerOfNodes();
  readonly machine = machineIdentity();
  readonly #calls: EngineCalls;
  readonly #emit: Listener;
  /** Of images that were found on the engine. */
  readonly #configs = new Map<string, ImageConfig>();
  readonly #servers = new Map<string, Promise<string>>();

  constructor(calls: EngineCalls, emit: Listener) {
    this.#calls = calls;
    this.#emit = emit;
  }

  observe(group: string): Promise<ObservedEngine> {
    return observeGroup(this.#calls, group);
  }

  groups(): Promise<readonly GroupListing[]> {
    return listGroups(this.#calls);
  }

  async hasImage(image: string): Promise<boolean> {
    const call = `inspect the image ${image}`;
    try {
      const { Config } = await this.#calls.timed(call, (docker) => docker.getImage(image).inspect());
      this.#configs.set(image, Config);
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw this.#calls.wrap(error, call);
    }
  }

  pullImage(image: string, signal: AbortSignal): Promise<void> {
    return this.#calls.call(`pull ${image}`, (docker) => pullImage(docker, image, this.#emit, signal));
  }

  createNetwork(spec: GroupSpec): Promise<void> {
    return createNetwork(this.#calls, spec);
  }

  async createAnchor(spec: GroupSpec): Promise<void> {
    const { anchor } = spec;
    if (anchor === null) return;
    const server = await this.#server(spec);
    await createContainer(this.#calls, spec.name, anchorOptions(spec, anchor, server, this.owner));
  }

  async createNode(spec: GroupSpec, node: NodeSpec, mounts: NodeMounts): Promise<void> {
    const server = await this.#server(spec);
    await createContainer(this.#calls, spec.name, nodeOptions(spec, node, mounts, server, this.owner));
  }

  /** Asked for once an image, however many nodes use it. */
  #server(spec: GroupSpec): Promise<string> {
    const known = this.#servers.get(spec.image);
    if (known !== undefined) return known;
    const server = this.#calls.call(`find the server in ${spec.image}`, async (docker) => {
      const config = this.#configs.get(spec.image) ?? (await docker.getImage(spec.image).inspect()).Config;
      return findServer(docker, spec.image, config, groupLabels(spec));
    });
    this.#servers.set(spec.image, server);
    return server;
  }

  start(group: string, container: string): Promise<void> {
    return startContainer(this.#calls, group, container);
  }

  stop(group: string, container: string): Promise<void> {
    return stopContainer(this.#calls, group, container);
  }

  remove(group: string, container: string): Promise<void> {
    return removeContainer(this.#calls, group, container);
  }

  removeNetwork(group: string): Promise<void> {
    return removeNetworks(this.#calls, group);
  }

  state(container: string): Promise<MemberNow> {
    return stateOf(this.#calls, container);
  }

  markExpiry(group: string, at: number): Promise<string> {
    return markExpiry(this.#calls, group, at);
  }

  removeMark(mark: string): Promise<void> {
    return removeMark(this.#calls, mark);
  }

  log(name: string, request: LogRequest, signal: AbortSignal): AsyncIterable<readonly LogLine[]> {
    return readLog(this.#calls, name, request, signal);
  }

  logTail(name: string, lines: number): Promise<readonly string[]> {
    return readLogTail(this.#calls, name, lines);
  }
}
