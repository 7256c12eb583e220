/** `tls` → who speaks TLS, and with whose certificates. Pure. */

import type { TlsFilePaths, TopologyTls } from '../model/topology.js';
import type { Finding } from './diagnostic.js';
import type { TlsInput } from './schema/schema.js';

const NODE_KEYS = ['ca-cert-file', 'cert-file', 'key-file'] as const;
const CLIENT_KEYS = ['client-cert-file', 'client-key-file'] as const;

type FileKey = (typeof NODE_KEYS)[number] | (typeof CLIENT_KEYS)[number];

/**
 * @param fromSource a path of the file as an absolute one
 * @returns null: nobody speaks TLS
 */
export function readTls(
  input: TlsInput | undefined,
  fromSource: (path: string) => string,
  findings: Finding[],
): TopologyTls | null {
  if (input === undefined) return null;
  if (typeof input === 'string') return { authClients: 'no', files: null };
  const paths = (...keys: readonly FileKey[]): readonly string[] | null => {
    const given = keys.flatMap((key) => input[key] ?? []);
    return given.length === keys.length ? given.map(fromSource) : null;
  };
  const missing = (keys: readonly FileKey[]): readonly FileKey[] =>
    keys.filter((key) => input[key] === undefined);
  const first = (keys: readonly FileKey[]): FileKey | undefined =>
    keys.find((key) => input[key] !== undefined);
  const incomplete = (keys: readonly FileKey[], suggestion: string): void => {
    const given = first(keys);
    const others = missing(keys);
    if (given === undefined || others.length === 0) return;
    const message = `${given} is of no use without ${others.join(' and ')}`;
    findings.push({ severity: 'error', path: ['tls', given], atKey: true, message, suggestion });
  };
  incomplete(NODE_KEYS, 'give all three, or none of them: the certificates are made then');
  incomplete(CLIENT_KEYS, 'give both, or none of them');
  const client = first(CLIENT_KEYS);
  if (client !== undefined && first(NODE_KEYS) === undefined) {
    findings.push({
      severity: 'error',
      path: ['tls', client],
      atKey: true,
      message: 'where the certificates of the nodes are made, that of the clients is too',
      suggestion: `remove it, or give ${NODE_KEYS.join(', ')} as well`,
    });
  }
  return {
    authClients: input['auth-clients'],
    files: filePaths(paths(...NODE_KEYS), paths(...CLIENT_KEYS)),
  };
}

function filePaths(node: readonly string[] | null, client: readonly string[] | null): TlsFilePaths | null {
  const [authority, certificate, key] = node ?? [];
  if (authority === undefined || certificate === undefined || key === undefined) return null;
  const [clientCertificate, clientKey] = client ?? [];
  const own =
    clientCertificate === undefined || clientKey === undefined
      ? null
      : { certificate: clientCertificate, key: clientKey };
  return { authority, certificate, key, client: own };
}
