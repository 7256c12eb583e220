/**
 * Which engine is meant: the environment and Docker's own configuration → an endpoint. Pure, but
 * for the files, which are read by what is handed in.
 *
 * In the order of the docker command: `--context`, DOCKER_HOST, DOCKER_CONTEXT, the current context of
 * ~/.docker/config.json, the usual socket. A context of the name `default` is what there is without one.
 */
import { join } from 'node:path';
import { RsentinelError } from '../../../errors.js';
import { didYouMean } from '../../../model/suggest.js';
import { Contexts } from './contexts.js';

export type Endpoint = Transport & {
  /** As users call it, for messages: `tcp://10.0.0.1:2376 (the context "ci")`. */
  readonly title: string;
};

export type Transport =
  /** A Unix socket or a named pipe of Windows. */
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: Tls | null }
  | {
      readonly kind: 'ssh';
      readonly host: string;
      readonly port: number | undefined;
      readonly user: string | undefined;
    };

/** PEM texts; null: none, as where the certificate of the engine is one that everybody trusts. */
export interface Tls {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  /** Whether the engine must prove who it is. */
  readonly verify: boolean;
}

export interface EndpointSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** The text of a file; null: there is none. Throws when there is one that cannot be read. */
  readonly read: (path: string) => string | null;
  /** Names in a directory; none where there is none. */
  readonly list: (path: string) => readonly string[];
  readonly exists: (path: string) => boolean;
}

/** A context of this name means: no context. */
const NO_CONTEXT = 'default';

const PORTS = { plain: 2375, tls: 2376 } as const;

/**
 * @param context what `--context` says
 * @throws RsentinelError ENDPOINT_INVALID
 */
export function resolveEndpoint(context: string | undefined, source: EndpointSource): Endpoint {
  const { env } = source;
  const contexts = new Contexts(env['DOCKER_CONFIG'] || join(source.home, '.docker'), source);
  if (context !== undefined) return ofContext(context, 'given by --context', contexts, source);
  const host = env['DOCKER_HOST'];
  if (host) return ofHost(host, 'DOCKER_HOST', tlsOfEnvironment(source), source);
  const chosen = env['DOCKER_CONTEXT'];
  if (chosen) return ofContext(chosen, 'given by DOCKER_CONTEXT', contexts, source);
  const current = contexts.current();
  return current === null
    ? usualSocket(source)
    : ofContext(current, `the current one of ${contexts.configFile}`, contexts, source);
}

function ofContext(name: string, why: string, contexts: Contexts, source: EndpointSource): Endpoint {
  if (name === NO_CONTEXT) {
    const host = source.env['DOCKER_HOST'];
    return host ? ofHost(host, 'DOCKER_HOST', tlsOfEnvironment(source), source) : usualSocket(source);
  }
  const found = contexts.find(name);
  if (found !== null) return ofHost(found.host, `the context ${name}`, found.tls, source);
  const names = contexts.names();
  const meant = didYouMean(name, names);
  throw invalid(
    `there is no docker context ${JSON.stringify(name)}, which is ${why}`,
    meant === undefined ? '`docker context ls` shows those that there are.' : `Did you mean ${meant}?`,
    names.length === 0 ? [] : [`there are: ${[NO_CONTEXT, ...names].join(', ')}`],
  );
}

/** @param from who says so, for messages */
function ofHost(text: string, from: string, tls: Tls | null, source: EndpointSource): Endpoint {
  const title = `${text} (${from})`;
  const scheme = /^([a-z]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'unix' || scheme === 'npipe') {
    const path = text.slice(scheme.length + '://'.length);
    return { kind: 'socket', path: path === '' ? usualPath(source) : path, title };
  }
  const url = parseUrl(scheme === undefined ? `tcp://${text}` : text);
  if (url === null || url.hostname === '' || !SCHEMES.has(url.protocol)) {
    throw invalid(
      `${from} names an engine that cannot be understood: ${JSON.stringify(text)}`,
      'Write unix:///path/of/the/socket, tcp://host:port or ssh://user@host.',
    );
  }
  const port = url.port === '' ? undefined : Number(url.port);
  // Of an IPv6 address without its brackets.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol === 'ssh:') {
    if (host.startsWith('-') || url.username.startsWith('-'))
      throw invalid(`${from} names a host that begins with a hyphen`, 'Write ssh://user@host.');
    const user = url.username === '' ? undefined : decodeURIComponent(url.username);
    return { kind: 'ssh', host, port, user, title };
  }
  const secured =
    tls ?? (url.protocol === 'https:' ? { ca: null, cert: null, key: null, verify: true } : null);
  return {
    kind: 'tcp',
    host,
    port: port ?? (secured === null ? PORTS.plain : PORTS.tls),
    tls: secured,
    title,
  };
}

const SCHEMES: ReadonlySet<string> = new Set(['tcp:', 'http:', 'https:', 'ssh:']);

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function usualSocket(source: EndpointSource): Endpoint {
  const path = usualPath(source);
  return { kind: 'socket', path, title: path };
}

/** Docker Desktop has it in the user's home, when it may not write to /var/run. */
function usualPath({ platform, home, exists }: EndpointSource): string {
  if (platform === 'win32') return '//./pipe/docker_engine';
  const own = join(home, '.docker', 'run', 'docker.sock');
  return exists(own) ? own : '/var/run/docker.sock';
}

/** As docker does it: TLS when DOCKER_TLS_VERIFY or DOCKER_TLS is set, with the files of DOCKER_CERT_PATH. */
function tlsOfEnvironment(source: EndpointSource): Tls | null {
  const { env, home } = source;
  const verify = Boolean(env['DOCKER_TLS_VERIFY']);
  // With certificates named for it, nobody wants to send what follows in the clear.
  const unchecked = !verify && Boolean(env['DOCKER_TLS']);
  const byPort = /:2376\/?$/.test(env['DOCKER_HOST'] ?? '') && Boolean(env['DOCKER_CERT_PATH']);
  if (!verify && !unchecked && !byPort) return null;
  const given = env['DOCKER_CERT_PATH'];
  const directory = given || env['DOCKER_CONFIG'] || join(home, '.docker');
  const file = (name: string): string | null => {
    const path = join(directory, name);
    const text = readOr(source, path);
    if (text === null && given) {
      throw invalid(
        `there is no ${path}, which TLS to the engine needs`,
        'DOCKER_CERT_PATH names the directory that holds ca.pem, cert.pem and key.pem.',
      );
    }
    return text;
  };
  return {
    ca: file('ca.pem'),
    cert: file('cert.pem'),
    key: file('key.pem'),
    verify: !unchecked,
  };
}

/** @throws RsentinelError ENDPOINT_INVALID where the file is there and cannot be read */
export function readOr({ read }: Pick<EndpointSource, 'read'>, path: string): string | null {
  try {
    return read(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid(`${path} cannot be read: ${reason}`, 'It says how the engine is reached.', [], cause);
  }
}

export function invalid(
  message: string,
  hint: string,
  details: readonly string[] = [],
  cause?: unknown,
): RsentinelError {
  return new RsentinelError('ENDPOINT_INVALID', message, { hint, details, cause });
}
