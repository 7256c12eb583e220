/** How a node speaks TLS, as lines of its configuration file: the same for Redis and Sentinel. Pure. */
import type { Address } from '../model/address.js';
import { type AuthClients, NODE_FILES } from '../model/credentials/group-tls.js';

/** Where a node finds them inside of its container. */
const PLACE = '/conf';

export function tlsLines(
  authClients: AuthClients,
  { address }: { readonly address: Address },
): readonly string[] {
  return [
    `tls-port ${address.port}`,
    `tls-cert-file ${PLACE}/${NODE_FILES.certificate}`,
    `tls-key-file ${PLACE}/${NODE_FILES.key}`,
    `tls-ca-cert-file ${PLACE}/${NODE_FILES.authority}`,
    // Of a sentinel: all its links, to Redis and to the other sentinels.
    'tls-replication yes',
    `tls-auth-clients ${authClients}`,
  ];
}
