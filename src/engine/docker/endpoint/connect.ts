/** An endpoint → a client of the engine there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { homedir } from 'node:os';
import Dockerode from 'dockerode';
import { type Endpoint, type EndpointSource, invalid } from './endpoint.js';
import { SshAgent } from './ssh.js';

/** What this machine says of its engines. */
export function endpointSource(env: EndpointSource['env']): EndpointSource {
  return {
    env,
    home: env['HOME'] || homedir(),
    platform: process.platform,
    read: (path) => attempt(() => readFileSync(path, 'utf8'), null),
    list: (path) => attempt(() => readdirSync(path), []),
    exists: existsSync,
  };
}

/** What is not there is no error. */
function attempt<T>(action: () => T, absent: T): T {
  try {
    return action();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return absent;
    throw error;
  }
}

/** @throws RsentinelError ENDPOINT_INVALID */
export function connectTo(endpoint: Endpoint): Dockerode {
  try {
    return new Dockerode({ ...NOTHING, ...optionsFor(endpoint) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid(
      `the connection to ${endpoint.title} cannot be set up: ${reason}`,
      'Check the certificates, and the variables DOCKER_HOST and DOCKER_CERT_PATH.',
      [],
      cause,
    );
  }
}

/** docker-modem reads DOCKER_HOST and DOCKER_CERT_PATH by itself, where nothing else is said. */
const NOTHING = {
  socketPath: undefined,
  host: undefined,
  port: undefined,
  username: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  protocol: 'http',
} as const;

function optionsFor(endpoint: Endpoint): Dockerode.DockerOptions & { readonly agent?: Agent } {
  switch (endpoint.kind) {
    case 'socket':
      return { socketPath: endpoint.path };
    case 'ssh':
      return { host: 'docker', port: 80, agent: new SshAgent(endpoint) };
    case 'tcp': {
      const { host, port, tls } = endpoint;
      const address = { host: host.includes(':') ? `[${host}]` : host, port };
      // Connections are kept: a handshake with TLS costs more than a call.
      if (tls === null) return { ...address, agent: new Agent({ keepAlive: true }) };
      const files = Object.fromEntries(
        Object.entries({ ca: tls.ca, cert: tls.cert, key: tls.key }).filter(([, text]) => text !== null),
      );
      const agent = new TlsAgent({ keepAlive: true, rejectUnauthorized: tls.verify, ...files });
      return { ...address, protocol: 'https', agent };
    }
  }
}
