/** What this machine is in the networks that it sees. */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { contains, parseSubnet } from '../../spec/subnet.js';

/** Returns the IP addresses of this machine. */
export function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address);
}

/** Returns whether the bridge of a subnet (CIDR) is an interface of this machine, as on Linux without a virtual machine. */
export function hasBridgeOf(cidr: string | null): boolean {
  if (cidr === null) return false;
  const subnet = parseSubnet(cidr);
  return ownAddresses().some((address) => isIP(address) === 4 && contains(subnet, address));
}
