import Docker from 'dockerode';

/** How long an engine that answers at all may take to do so. */
const PING_MS = 5_000;

/** A client of the engine that the environment names: DOCKER_HOST, or the usual socket. */
export function connect() {
  return new Docker();
}

/**
 * Whether the engine answers; when it does not, why.
 *
 * @returns {Promise<{ answers: true } | { answers: false, reason: string, code: string | undefined }>}
 */
export async function ping() {
  try {
    await new Docker({ timeout: PING_MS }).ping();
    return { answers: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    return { answers: false, reason, code };
  }
}
