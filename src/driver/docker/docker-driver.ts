import type { Listener } from '../../events.js';
import type { Driver } from '../driver.js';

/** Connects to the engine that DOCKER_HOST names, or the local socket. @throws RsentinelError ENGINE_UNREACHABLE, ENGINE_PERMISSION */
export async function connectDocker(emit: Listener): Promise<Driver> {
  throw new Error(`not yet ${typeof emit}`);
}
