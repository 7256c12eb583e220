/** The engine's errors → ours. Sentences are Docker's (20.10 – 28) and Podman's (4.3), matched loosely. */
import { RsentinelError } from '../../errors.js';
import type { Endpoint } from './endpoint/endpoint.js';
import { SshError } from './endpoint/ssh.js';

/** An error as docker-modem throws it. */
interface EngineError extends Error {
  readonly statusCode?: number;
  readonly reason?: string;
  readonly json?: { readonly message?: string } | null;
  readonly code?: string;
}

function isEngineError(error: unknown): error is EngineError {
  return error instanceof Error;
}

export function statusOf(error: unknown): number | undefined {
  return isEngineError(error) ? error.statusCode : undefined;
}

/** What the engine said, without docker-modem's prefix. */
export function messageOf(error: unknown): string {
  if (!isEngineError(error)) return String(error);
  const message = (error.json?.message ?? error.message).replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
  return message === '' ? `it answers with HTTP status ${error.statusCode ?? 'unknown'}` : message;
}

/** Port that could not be published; null when that is not what the error says. */
export function takenPort(error: unknown): number | null {
  const message = messageOf(error);
  if (!/port is already allocated|address already in use|ports are not available/i.test(message)) return null;
  const match =
    /:(\d{1,5})(?:[/\s:]|$)(?=.*(?:failed|bind|address already in use|already allocated|not available))/i.exec(
      message,
    );
  return match === null ? null : Number(match[1]);
}

export function isSubnetTaken(error: unknown): boolean {
  return /pool overlaps|overlaps with other one|subnet \S+ is already used/i.test(messageOf(error));
}

/** A container or network of that name is there. Docker has a status for it, Podman only words. */
export function isNameTaken(error: unknown): boolean {
  const says = /name .* is already in use|network name \S+ already used/i;
  return statusOf(error) === 409 || says.test(messageOf(error));
}

/** A network that cannot be removed for the containers in it. */
export function isNetworkInUse(error: unknown): boolean {
  return /has active endpoints|network is being used|has associated containers/i.test(messageOf(error));
}

/** For errors that no operation expects. */
export function engineError(error: unknown, doing: string, endpoint: Endpoint): RsentinelError {
  if (error instanceof RsentinelError) return error;
  const code = isEngineError(error) ? error.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') {
    return new RsentinelError(
      'ENGINE_PERMISSION',
      `no permission to use the Docker engine at ${endpoint.title}`,
      {
        hint: 'Add yourself to the group `docker` and log in again, or name an engine that you may use in DOCKER_HOST.',
        cause: error,
      },
    );
  }
  const hint = unreachableHint(error, code, endpoint);
  if (hint !== null) {
    return new RsentinelError('ENGINE_UNREACHABLE', `no Docker engine answers at ${endpoint.title}`, {
      hint,
      details: [messageOf(error)],
      cause: error,
    });
  }
  return new RsentinelError('ENGINE_FAILED', `the engine could not ${doing}: ${messageOf(error)}`, {
    hint: 'The engine’s own log says more; `rsentinel -v …` shows every call.',
    cause: error,
  });
}

const NO_ANSWER: ReadonlySet<string> = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'ECONNRESET',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);

/** @returns null: it does answer */
function unreachableHint(error: unknown, code: string | undefined, endpoint: Endpoint): string | null {
  if (error instanceof SshError) return sshHint(error.message, endpoint);
  if (/CERT|SSL|TLS|EPROTO|SELF_SIGNED|UNABLE_TO_/.test(code ?? '')) {
    return 'The certificates do not fit: see DOCKER_CERT_PATH, or the context’s (`docker context inspect`).';
  }
  if (/HTTP request to an HTTPS server/i.test(messageOf(error))) {
    return 'That engine wants TLS: set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the directory of the certificates.';
  }
  if (code === undefined || !NO_ANSWER.has(code)) return null;
  return endpoint.kind === 'socket'
    ? 'Start Docker (Docker Desktop, or `systemctl start docker`), or name another engine in DOCKER_HOST or with --context.'
    : 'Check the address and whether the engine there runs, or name another in DOCKER_HOST or with --context.';
}

function sshHint(complaint: string, endpoint: Endpoint): string {
  const host = endpoint.kind === 'ssh' ? endpoint.host : 'the host';
  if (/permission denied/i.test(complaint)) {
    return `Load your key into an agent (ssh-add): \`ssh ${host}\` must work without asking for anything.`;
  }
  if (/host key|known_hosts/i.test(complaint)) return `Connect once with \`ssh ${host}\` to learn its key.`;
  if (/docker.*not found|dial-stdio/i.test(complaint)) return `Install the docker command on ${host}.`;
  return `See whether \`ssh ${host} docker version\` works.`;
}
