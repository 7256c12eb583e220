import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the scripts keep between runs: the engine's log and pid file, the counts of test runs. */
export const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url));
