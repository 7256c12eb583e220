/** Waits until a group is proved ready: by questions, and by what only trying shows. */

import { connect } from 'node:net';
import { type Address, type Endpoint, endpointAt, formatAddress, sameAddress } from '../../model/address.js';
import type { GroupSpec, NodeSpec } from '../../model/group-spec.js';
import type { Fault } from '../../model/report/group-report.js';
import { nodesOf } from '../../spec/build.js';
import type { Connections } from '../client/connection.js';
import { hasBridgeOf } from '../client/this-machine.js';
import { findAclFaults } from '../health/acl-faults.js';
import { LinkEvidence } from '../health/evidence.js';
import { takeSnapshot } from '../health/observe.js';
import { findFaults } from '../health/readiness.js';
import { remedy } from '../health/remedies.js';
import type { Snapshot } from '../health/snapshot.js';
import { findStreamFaults } from '../health/stream.js';
import type { Live } from '../live/live.js';
import { type Examined, waitHealthy } from './wait-healthy.js';

/** ms for a TCP connection to an announced address. */
const CONNECT_TIMEOUT = 1_000;

/**
 * Waits until a group is proved ready, and returns what its nodes said then.
 * @throws RsentinelError as {@link untilFaultless}
 */
export function verifyReady(live: Live<GroupSpec>): Promise<Snapshot> {
  const evidence = new LinkEvidence();
  return waitHealthy(live, () => examine(live.group, live.connections, evidence));
}

/** One look: everything that questions show, and when nothing is missing, what only trying shows. */
async function examine(spec: GroupSpec, connections: Connections, evidence: LinkEvidence): Promise<Examined> {
  const snapshot = await takeSnapshot(spec, connections);
  evidence.add(snapshot);
  const faults = findFaults(spec, snapshot, evidence);
  if (faults.length > 0) return { snapshot, faults };
  const [stream, users, ...tried] = await Promise.all([
    findStreamFaults(spec, snapshot, connections.credentials),
    spec.access.kind === 'acl' ? findAclFaults(spec, snapshot, connections) : [],
    ...spec.sentinels.map((node) => tryFlush(node, connections)),
    ...nodesOf(spec).map((node) => tryAddress(spec, node, connections)),
  ]);
  return { snapshot, faults: [...stream, ...users, ...tried.filter((fault) => fault !== null)] };
}

/** Sentinel can save its configuration: what it decides outlives a restart. */
async function tryFlush(node: NodeSpec, connections: Connections): Promise<Fault | null> {
  const reply = await connections
    .query(node.control, [['SENTINEL', 'FLUSHCONFIG']])
    .then(([first]) => first)
    .catch((error: unknown) => ({ ok: false as const, error: String(error) }));
  if (reply?.ok) return null;
  const message = `${node.name} cannot save its configuration: ${reply?.error ?? 'no reply'}`;
  return { code: 'conf-not-saved', node: node.name, message, remedy: remedy('conf-not-saved') };
}

/** A client on this machine reaches the address that Sentinel hands out. */
async function tryAddress(spec: GroupSpec, node: NodeSpec, connections: Connections): Promise<Fault | null> {
  // The questions were asked there.
  if (sameAddress(node.address, node.control)) return null;
  // Where containers run in a virtual machine, the clients of this mode are other containers; the
  // sentinels, in the same network, have just shown that they reach this address.
  if (!hasBridgeOf(spec.network.subnet ?? null)) return null;
  const error = node.control.tls
    ? await askError(endpointAt(node.address, node.kind, true), connections)
    : await connectError(node.address);
  if (error === null) return null;
  const message = `${node.name} cannot be reached from here at ${formatAddress(node.address)}: ${error}`;
  return { code: 'address-unreachable', node: node.name, message, remedy: remedy('address-unreachable') };
}

/** Of a node that speaks TLS: it logs everybody who does nothing but connect. */
function askError(at: Endpoint, connections: Connections): Promise<string | null> {
  return connections.query(at, [['PING']]).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** What stands in the way of a TCP connection; null: nothing does. */
export function connectError({ host, port }: Address): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT });
    const finish = (outcome: string | null): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once('connect', () => finish(null));
    socket.once('timeout', () => finish('it does not answer'));
    socket.once('error', (error) => finish(error.message));
  });
}
