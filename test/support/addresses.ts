/** Addresses of this machine, for groups that others may reach. */
import { networkInterfaces } from 'node:os';

/** An IPv4 address of this machine that is not its own alone. */
export function ownAddress(): string {
  const found = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  if (found === undefined) throw new Error('this machine has no IPv4 address but 127.0.0.1');
  return found.address;
}
