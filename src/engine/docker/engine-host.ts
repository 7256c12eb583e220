/** The machine that an engine runs on: how it is reached, and who root of its containers is there. */

import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Owner } from '../../model/files.js';
import { unsuitable } from '../../spec/defaults.js';
import { lookUp } from '../../spec/look-up.js';
import type { EngineFacts, EnginePlace } from '../engine.js';
import type { Endpoint } from './endpoint/endpoint.js';
import { sshArguments } from './endpoint/ssh.js';
import type { EngineCalls } from './engine-calls.js';

/** uid and gid of `redis` in the official images. */
const REDIS_USER: Owner = { uid: 999, gid: 999 };
const ROOT: Owner = { uid: 0, gid: 0 };

interface EngineInfo {
  readonly SecurityOptions?: readonly string[] | null;
  readonly OperatingSystem?: string;
  /** Not of Docker's newest versions. */
  readonly BridgeNfIptables?: boolean;
}

export class EngineHost {
  readonly place: EnginePlace;
  readonly #calls: EngineCalls;
  readonly #endpoint: Endpoint;
  #facts: Promise<EngineFacts> | undefined;
  #rootless: Promise<boolean> | undefined;

  constructor(calls: EngineCalls, endpoint: Endpoint) {
    this.#calls = calls;
    this.#endpoint = endpoint;
    this.place = { kind: endpoint.kind === 'socket' ? 'local' : 'remote', title: endpoint.title };
  }

  facts(): Promise<EngineFacts> {
    this.#facts ??= this.#calls.call('describe itself', async (docker) => {
      const info: EngineInfo = await docker.info();
      const options = info.SecurityOptions ?? [];
      return {
        rootless: options.some((option) => option.split(',').includes('name=rootless')),
        operatingSystem: info.OperatingSystem ?? '',
        separates: info.BridgeNfIptables ?? null,
      };
    });
    return this.#facts;
  }

  /**
   * The caller, so that everything the nodes write can be deleted without root; never root of the
   * host. On a rootless engine the caller is root inside of a container.
   */
  async owner(): Promise<Owner> {
    return (await this.#isRootless()) ? ROOT : callerOrRedis();
  }

  async fileOwner(): Promise<Owner> {
    if (!(await this.#isRootless())) return callerOrRedis();
    const socket = await this.#socketOwner();
    return socket ?? caller();
  }

  /** Whether it runs as root on the Linux of this machine, neither in a virtual one nor in namespaces of a user's. */
  async isNative(): Promise<boolean> {
    if (this.place.kind !== 'local' || process.platform !== 'linux') return false;
    const { rootless, operatingSystem } = await this.facts();
    return !rootless && !/docker desktop/i.test(operatingSystem);
  }

  #isRootless(): Promise<boolean> {
    this.#rootless ??= this.#askRootless();
    return this.#rootless;
  }

  /** The socket of an engine that runs as root belongs to root: then there is nothing to ask. */
  async #askRootless(): Promise<boolean> {
    if ((await this.#socketOwner())?.uid === 0) return false;
    return (await this.facts()).rootless;
  }

  async #socketOwner(): Promise<Owner | null> {
    if (this.#endpoint.kind !== 'socket' || process.getuid === undefined) return null;
    const found = await stat(this.#endpoint.path).catch(() => null);
    return found && { uid: found.uid, gid: found.gid };
  }

  /** @throws RsentinelError NETWORK_UNSUITABLE when the name of the engine's host has no IPv4 address */
  async address(): Promise<string> {
    const name = await hostName(this.#endpoint);
    const found = await lookUp(name);
    if (found !== null) return found;
    throw unsuitable(
      `the host of the engine at ${this.place.title} has no IPv4 address that could be announced`,
      'Set `network: {mode: published, address: …}` to the one at which clients reach it.',
    );
  }
}

async function hostName(endpoint: Endpoint): Promise<string> {
  if (endpoint.kind === 'socket') return '127.0.0.1';
  if (endpoint.kind === 'tcp') return endpoint.host;
  // What a name means to ssh: ~/.ssh/config may call a host as it likes.
  const words = ['-G', ...sshArguments(endpoint)];
  const { stdout } = await promisify(execFile)('ssh', words).catch(() => ({ stdout: '' }));
  return /^hostname (\S+)$/m.exec(stdout)?.[1] ?? endpoint.host;
}

function caller(): Owner {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

function callerOrRedis(): Owner {
  const { uid, gid } = caller();
  return uid === 0 ? REDIS_USER : { uid, gid };
}
