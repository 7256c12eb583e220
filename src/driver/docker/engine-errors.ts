/** The engine's errors → ours. Sentences are Docker's (20.10 – 28), matched loosely. */
import { RsentinelError } from '../../errors.js';

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
  return /pool overlaps|overlaps with other one/i.test(messageOf(error));
}

/** For errors that no operation expects. */
export function engineError(error: unknown, doing: string, engine: string): RsentinelError {
  if (error instanceof RsentinelError) return error;
  const code = isEngineError(error) ? error.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') {
    return new RsentinelError('ENGINE_PERMISSION', `no permission to use the Docker engine at ${engine}`, {
      hint: 'Add yourself to the group `docker` and log in again, or name an engine that you may use in DOCKER_HOST.',
      cause: error,
    });
  }
  if (
    code !== undefined &&
    ['ENOENT', 'ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN'].includes(
      code,
    )
  ) {
    return new RsentinelError('ENGINE_UNREACHABLE', `no Docker engine answers at ${engine}`, {
      hint: 'Start Docker (Docker Desktop, or `systemctl start docker`), or name another engine in DOCKER_HOST.',
      details: [messageOf(error)],
      cause: error,
    });
  }
  return new RsentinelError('ENGINE_FAILED', `the engine could not ${doing}: ${messageOf(error)}`, {
    hint: 'The engine’s own log says more; `rsentinel -v …` shows every call.',
    cause: error,
  });
}
