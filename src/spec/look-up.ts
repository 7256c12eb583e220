/** Names of hosts → IP addresses: Redis and Sentinel are given nothing else. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { unsuitable } from './defaults.js';

/** The IPv4 address of a host name, as this machine sees it; null: it has none. */
export async function lookUp(name: string): Promise<string | null> {
  if (isIP(name) === 4) return name;
  const found = await lookup(name, { family: 4 }).catch(() => null);
  return found?.address ?? null;
}

/**
 * The address that a topology names, as an IP; undefined: it names none.
 * @throws RsentinelError NETWORK_UNSUITABLE
 */
export async function resolveAddress(address: string | undefined): Promise<string | undefined> {
  if (address === undefined) return undefined;
  const found = await lookUp(address);
  if (found !== null) return found;
  throw unsuitable(
    `${address}, which is the address of the network, has no IPv4 address`,
    'Write one that has, or the IP address itself.',
  );
}
