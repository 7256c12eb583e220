/** How a client connects over TLS. */

import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import type { ClientFiles } from '../model/credentials/group-tls.js';

/** Of a connection that is told its host when it is made: Node compares the certificate with that. */
export function trustOptions({ authority, own }: ClientFiles): ConnectionOptions {
  return {
    ca: authority,
    ...(own === null ? {} : { cert: own.certificate, key: own.key }),
    minVersion: 'TLSv1.2',
  };
}

/** @param host The one that the certificate has to name: not always the one that is connected to. */
export function clientOptions(files: ClientFiles, host: string): ConnectionOptions {
  return {
    ...trustOptions(files),
    // An IP address must not be sent as a name, and Node compares with the name that it sends.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
  };
}
