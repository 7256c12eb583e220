/** One Docker engine, by dockerode; its types stay in this folder. */

import type { Address } from '../../model/address.js';
import type { Listener } from '../../model/events.js';
import type { NodeMounts, Owner } from '../../model/files.js';
import type { AnchorSpec, GroupSpec, NodeSpec } from '../../model/group-spec.js';
import type { LockOutcome, LockRequest } from '../../model/lock.js';
import type { ServerFacts } from '../../model/server-version.js';
import type {
  Engine,
  EngineFacts,
  EnginePlace,
  GroupListing,
  GroupObjects,
  LogLine,
  LogRequest,
  MemberNow,
  ObservedVolume,
  Program,
  Taken,
  VolumeFiles,
  VolumeSpec,
} from '../engine.js';
import type { ExpiryMark } from '../expiry-mark.js';
import { anchorOptions, type ContainerDefaults, nodeOptions } from './containers.js';
import { connectTo, endpointSource } from './endpoint/connect.js';
import { resolveEndpoint } from './endpoint/endpoint.js';
import { EngineCalls } from './engine-calls.js';
import { statusOf } from './engine-errors.js';
import { EngineHost } from './engine-host.js';
import { findServer, type ImageConfig, pullImage, serverOfImage } from './image.js';
import { asideName, formerName, GROUP_LABEL, groupLabels } from './labels.js';
import {
  createContainer,
  killContainer,
  pauseContainer,
  removeContainer,
  renameContainer,
  startContainer,
  stateOf,
  stopContainer,
  unpauseContainer,
} from './lifecycle.js';
import { acquireLock, beatLock, hasLock, lockPulse, removeLock } from './lock.js';
import { machineIdentity } from './machine.js';
import { createNetwork, joinNetwork, leaveNetwork, removeNetworks } from './networks.js';
import { runInside } from './output/exec.js';
import { readLog, readLogTail } from './output/logs.js';
import { listGroups, observeGroup, takenByOthers } from './registry.js';
import { markExpiry } from './volumes/expiry.js';
import { openVolumeFiles } from './volumes/volume-files.js';
import { createVolume, removeVolume } from './volumes/volumes.js';

/**
 * The engine that the docker command would use: DOCKER_HOST, DOCKER_CONTEXT, the current context, the
 * local socket. The first operation tells whether it answers: ENGINE_UNREACHABLE or
 * ENGINE_PERMISSION otherwise.
 * @param context name of a docker context, which counts more than all these
 * @throws RsentinelError ENDPOINT_INVALID when there is no such context, or its files cannot be used
 */
export function connectDocker(emit: Listener, context?: string): Engine {
  const endpoint = resolveEndpoint(context, endpointSource(process.env));
  const calls = new EngineCalls(connectTo(endpoint), endpoint, emit);
  return new DockerDriver(calls, new EngineHost(calls, endpoint), emit);
}

class DockerDriver implements Engine {
  readonly place: EnginePlace;
  readonly machine = machineIdentity();
  readonly #calls: EngineCalls;
  readonly #host: EngineHost;
  readonly #emit: Listener;
  /** Of images that were found on the engine. */
  readonly #configs = new Map<string, ImageConfig>();
  readonly #servers = new Map<string, Promise<string>>();
  readonly #versions = new Map<string, Promise<ServerFacts>>();

  constructor(calls: EngineCalls, host: EngineHost, emit: Listener) {
    this.place = host.place;
    this.#calls = calls;
    this.#host = host;
    this.#emit = emit;
  }

  owner(): Promise<Owner> {
    return this.#host.owner();
  }

  fileOwner(): Promise<Owner> {
    return this.#host.fileOwner();
  }

  facts(): Promise<EngineFacts> {
    return this.#host.facts();
  }

  hostAddress(): Promise<string> {
    return this.#host.address();
  }

  observe(group: string): Promise<GroupObjects> {
    return observeGroup(this.#calls, group);
  }

  groups(): Promise<readonly GroupListing[]> {
    return listGroups(this.#calls);
  }

  takenByOthers(group: string): Promise<Taken> {
    return takenByOthers(this.#calls, group);
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

  async createAnchor(spec: GroupSpec, anchor: AnchorSpec): Promise<string> {
    const ground = await this.#ground(spec);
    return createContainer(this.#calls, spec.name, anchorOptions(spec, anchor, ground));
  }

  async createNode(spec: GroupSpec, node: NodeSpec, mounts: NodeMounts): Promise<string> {
    const ground = await this.#ground(spec);
    return createContainer(this.#calls, spec.name, nodeOptions(spec, node, mounts, ground));
  }

  async #ground(spec: GroupSpec): Promise<ContainerDefaults> {
    const [server, owner, isNative] = await Promise.all([
      this.#server(spec),
      this.owner(),
      this.#host.isNative(),
    ]);
    return { server, owner, isNative };
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

  serverOf(image: string, group: string): Promise<ServerFacts> {
    const known = this.#versions.get(image);
    if (known !== undefined) return known;
    const found = this.#calls.call(`ask for the version of ${image}`, async (docker) => {
      const { Config } = await docker.getImage(image).inspect();
      return serverOfImage(docker, image, Config, await this.owner(), { [GROUP_LABEL]: group });
    });
    this.#versions.set(image, found);
    return found;
  }

  start(group: string, container: string): Promise<void> {
    return startContainer(this.#calls, group, container);
  }

  stop(group: string, container: string, patience?: number): Promise<void> {
    return stopContainer(this.#calls, group, container, patience);
  }

  kill(group: string, container: string): Promise<void> {
    return killContainer(this.#calls, group, container);
  }

  pause(group: string, container: string): Promise<void> {
    return pauseContainer(this.#calls, group, container);
  }

  unpause(group: string, container: string): Promise<void> {
    return unpauseContainer(this.#calls, group, container);
  }

  disconnect(group: string, container: string): Promise<void> {
    return leaveNetwork(this.#calls, group, container);
  }

  connect(group: string, container: string, node: string, address: Address): Promise<void> {
    return joinNetwork(this.#calls, group, container, node, address);
  }

  remove(group: string, container: string): Promise<void> {
    return removeContainer(this.#calls, group, container);
  }

  setAside(group: string, container: string): Promise<void> {
    return renameContainer(this.#calls, group, container, asideName);
  }

  bringBack(group: string, container: string): Promise<void> {
    return renameContainer(this.#calls, group, container, formerName);
  }

  async removeNetwork(group: string): Promise<void> {
    await removeNetworks(this.#calls, group);
  }

  acquireLock(request: LockRequest): Promise<LockOutcome> {
    return acquireLock(this.#calls, request);
  }

  hasLock(id: string): Promise<boolean> {
    return hasLock(this.#calls, id);
  }

  lockPulse(id: string): Promise<string> {
    return lockPulse(this.#calls, id);
  }

  beatLock(id: string, beat: number): Promise<boolean> {
    return beatLock(this.#calls, id, beat);
  }

  removeLock(id: string): Promise<void> {
    return removeLock(this.#calls, id);
  }

  createVolume(volume: VolumeSpec): Promise<void> {
    return createVolume(this.#calls, volume);
  }

  removeVolume(group: string, name: string): Promise<void> {
    return removeVolume(this.#calls, group, name);
  }

  async openVolumes(group: string, image: string, volumes: readonly ObservedVolume[]): Promise<VolumeFiles> {
    return openVolumeFiles(this.#calls, image, volumes, { [GROUP_LABEL]: group }, await this.owner());
  }

  runInside(container: string, command: readonly string[]): Promise<Program> {
    return runInside(this.#calls, container, command);
  }

  state(container: string): Promise<MemberNow> {
    return stateOf(this.#calls, container);
  }

  markExpiry(mark: ExpiryMark): Promise<void> {
    return markExpiry(this.#calls, mark);
  }

  log(name: string, request: LogRequest, signal: AbortSignal): AsyncIterable<readonly LogLine[]> {
    return readLog(this.#calls, name, request, signal);
  }

  logTail(name: string, lines: number): Promise<readonly string[]> {
    return readLogTail(this.#calls, name, lines);
  }
}
