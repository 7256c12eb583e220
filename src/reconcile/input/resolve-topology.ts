/** Asks what a topology leaves open: names of hosts, and where the engine is. */

import type { Context } from '../../engine/context.js';
import type { Driver } from '../../engine/engine.js';
import type { Topology } from '../../model/topology.js';
import { isLoopback, type Place, type ResolvedTopology, withDefaults } from '../../spec/defaults.js';
import { EXPOSURE, UNENCRYPTED } from '../../spec/exposure.js';
import { resolveAddress } from '../../spec/look-up.js';

/** Settles a topology on the context's engine. @throws RsentinelError NETWORK_UNSUITABLE */
export async function resolveTopology(
  topology: Topology,
  { driver, emit }: Context,
): Promise<ResolvedTopology> {
  const given = await resolveAddress(topology.network.address);
  const settled = withDefaults(topology, given, await placeOf(driver, topology, given));
  const { address } = settled.network;
  if (!isLoopback(address)) {
    const why = topology.auth === null ? EXPOSURE : topology.tls === null ? UNENCRYPTED : null;
    if (why !== null) emit({ type: 'warning', message: `the nodes are reached at ${address}: ${why}` });
  }
  return settled;
}

async function placeOf(driver: Driver, { network }: Topology, given: string | undefined): Promise<Place> {
  const { kind, title } = driver.place;
  const asksHost = kind === 'remote' && given === undefined;
  const [host, isVirtual] = await Promise.all([
    asksHost ? driver.hostAddress() : null,
    kind === 'local' && network.mode === 'host' ? isVirtualMachine(driver) : false,
  ]);
  return { kind, title, host, isVirtual };
}

async function isVirtualMachine(driver: Driver): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return /docker desktop/i.test((await driver.facts()).operatingSystem);
}
