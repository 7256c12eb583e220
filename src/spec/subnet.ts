/** IPv4 arithmetic for the group's own network. */

export interface Subnet {
  /** First address as a number. */
  readonly base: number;
  /** Number of addresses. */
  readonly size: number;
}

function ipToNumber(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function numberToIp(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** @param cidr a valid IPv4 CIDR; host bits are dropped */
export function parseSubnet(cidr: string): Subnet {
  const [ip = '', bits = ''] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return { base: Math.floor(ipToNumber(ip) / size) * size, size };
}

export function contains(subnet: Subnet, ip: string): boolean {
  const value = ipToNumber(ip);
  return value >= subnet.base && value < subnet.base + subnet.size;
}

export function overlaps(one: Subnet, other: Subnet): boolean {
  return one.base < other.base + other.size && other.base < one.base + one.size;
}

/**
 * The addresses that containers may have: without the network's own, the gateway (the first, by
 * Docker's default) and the broadcast address.
 */
export function* hostAddresses(subnet: Subnet): Generator<string> {
  for (let value = subnet.base + 2; value < subnet.base + subnet.size - 1; value += 1)
    yield numberToIp(value);
}
