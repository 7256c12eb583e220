/** A port that somebody else has, where the engine does not know of ports. */
import { PortTakenError } from '../../errors.js';
import { type Address, formatAddress } from '../../model/address.js';
import { connectError } from '../../nodes/wait/verify-ready.js';

/**
 * On the host's own network whoever has the port would answer in the node's place.
 * @throws PortTakenError
 */
export async function refuseTakenPort(node: string, address: Address): Promise<void> {
  if ((await connectError(address)) !== null) return;
  const message = `port ${address.port}, which ${node} needs, is taken: something listens at ${formatAddress(address)}`;
  throw new PortTakenError(address.port, message, {
    hint: 'Choose another port in the topology file (or `port: auto`).',
  });
}
