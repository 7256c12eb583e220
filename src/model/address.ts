/** Addresses as text and values. */

/** What a client, a node or a sentinel connects to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where this machine reaches a node, and what it meets there. */
export interface Endpoint extends Address {
  readonly kind: 'redis' | 'sentinel';
  /** The host that the node announces: what its certificate has to name. */
  readonly announced: string;
  readonly tls: boolean;
}

/** A node that is reached where it announces itself. */
export function endpointAt(address: Address, kind: Endpoint['kind'], tls: boolean): Endpoint {
  return { ...address, kind, announced: address.host, tls };
}

export function formatAddress(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.host === b.host && a.port === b.port;
}

/** `host:port`, as formatAddress writes it; null when it is not one. */
export function parseAddress(text: string): Address | null {
  const match = /^(?:\[([\w:.%]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? null : { host, port };
}
