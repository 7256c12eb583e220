/** Asks what a topology leaves open: names of hosts, and where the engine is. */

import type { Context } from '../../engine/context.js';
import type { Engine } from '../../engine/engine.js';
import type { Topology } from '../../model/topology.js';
import { isLoopback, type Place, type ResolvedTopology, withDefaults } from '../../spec/defaults.js';
import { EXPOSURE, UNENCRYPTED } from '../../spec/exposure.js';
import { resolveAddress } from '../../spec/look-up.js';

/** Resolves the defaults of a topology on the context's engine. @throws RsentinelError NETWORK_UNSUITABLE */
export async function resolveTopology(
  topology: Topology,
  { engine, emit }: Context,
): Promise<ResolvedTopology> {
  const given = await resolveAddress(topology.network.address);
  const resolved = withDefaults(topology, given, await placeOf(engine, topology, given));
  const { address } = resolved.network;
  if (!isLoopback(address)) {
    const why = topology.auth === null ? EXPOSURE : topology.tls === null ? UNENCRYPTED : null;
    if (why !== null) emit({ type: 'warning', message: `the nodes are reached at ${address}: ${why}` });
  }
  return resolved;
}

async function placeOf(engine: Engine, { network }: Topology, given: string | undefined): Promise<Place> {
  const { kind, title } = engine.place;
  const asksHost = kind === 'remote' && given === undefined;
  const [host, isVirtual] = await Promise.all([
    asksHost ? engine.hostAddress() : null,
    kind === 'local' && network.mode === 'host' ? isVirtualMachine(engine) : false,
  ]);
  return { kind, title, host, isVirtual };
}

async function isVirtualMachine(engine: Engine): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return /docker desktop/i.test((await engine.facts()).operatingSystem);
}
