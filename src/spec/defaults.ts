/**
 * Topology and engine → how the nodes are reached and where their files are: what the file leaves
 * open depends on where the engine is. Pure.
 */
import { RsentinelError } from '../errors.js';
import { FAST_ELSEWHERE, FAST_ELSEWHERE_REMEDY } from '../model/timing.js';
import type { NetworkMode, StorageKind, Topology, TopologyNetwork } from '../model/topology.js';
import { EXPOSED_AT, EXPOSURE, EXPOSURE_REMEDY } from './exposure.js';

/** Where the engine is, as far as addresses depend on it. */
export interface Place {
  /** `local`: it sees this machine's directories, and 127.0.0.1 over there is 127.0.0.1 here. */
  readonly kind: 'local' | 'remote';
  /** As users call it. */
  readonly title: string;
  /** IP address of its host, seen from here; null: nobody has asked, or it is this machine. */
  readonly host: string | null;
  /** Whether its containers run in a virtual machine on this one. */
  readonly isVirtual: boolean;
}

/** An engine on this machine, without any peculiarity. */
export const THIS_MACHINE: Place = { kind: 'local', title: 'this machine', host: null, isVirtual: false };

/** A topology that leaves nothing open but automatic ports and subnets. */
export interface ResolvedTopology extends Topology {
  readonly network: SettledNetwork;
  readonly storage: StorageKind;
}

export interface SettledNetwork extends TopologyNetwork {
  readonly mode: NetworkMode;
  /** The IP address that all nodes announce; in bridge mode each announces its own, and this is where their ports are published. */
  readonly address: string;
}

export const LOOPBACK = '127.0.0.1';

export function isLoopback(ip: string): boolean {
  return ip.startsWith('127.');
}

/**
 * @param given the topology's address as an IP; undefined: it names none
 * @throws RsentinelError NETWORK_UNSUITABLE
 */
export function withDefaults(topology: Topology, given: string | undefined, place: Place): ResolvedTopology {
  const isNear = place.kind === 'local' || (place.host !== null && isLoopback(place.host));
  const mode = topology.network.mode ?? (isNear ? 'loopback' : 'published');
  const address = addressOf(mode, given, place, isNear);
  if (!isLoopback(address) && topology.auth === null && !topology.network.insecure) {
    throw unsuitable(`${EXPOSED_AT} ${address}: ${EXPOSURE}`, `${EXPOSURE_REMEDY.replace(/^w/, 'W')}`);
  }
  if (!isLoopback(address) && topology.timing === 'fast') {
    throw unsuitable(FAST_ELSEWHERE, FAST_ELSEWHERE_REMEDY.replace(/^w/, 'W'));
  }
  return {
    ...topology,
    network: { ...topology.network, mode, address },
    storage: topology.storage ?? (place.kind === 'local' ? 'directory' : 'volume'),
  };
}

function addressOf(mode: NetworkMode, given: string | undefined, place: Place, isNear: boolean): string {
  switch (mode) {
    case 'loopback':
    case 'bridge':
      if (isNear) return LOOPBACK;
      throw unsuitable(
        `mode: ${mode} needs an engine on this machine, and the engine is at ${place.title}`,
        'Write `network: {mode: published}` and `auth: generate`: every port is published on the address of its host.',
      );
    case 'published':
      return publishedAddress(given ?? place.host ?? undefined);
    case 'host':
      if (!place.isVirtual) return given ?? place.host ?? LOOPBACK;
      throw unsuitable(
        'mode: host needs an engine that runs on Linux itself; this one runs in a virtual machine, whose addresses nobody else reaches',
        'Use mode: loopback.',
      );
  }
}

function publishedAddress(address: string | undefined): string {
  if (address === undefined) {
    throw unsuitable(
      'mode: published needs an address of this machine to publish the ports on',
      'Write `network: {mode: published, address: 10.1.2.3}` with the address at which clients reach it.',
    );
  }
  if (!isLoopback(address)) return address;
  throw unsuitable(
    `mode: published cannot work at ${address}: inside of a container that is the container itself, so no node would find another`,
    'Use mode: loopback.',
  );
}

export function unsuitable(message: string, hint: string): RsentinelError {
  return new RsentinelError('NETWORK_UNSUITABLE', message, { hint });
}
