/** Reads the templates: the user's own, or the ones that come with the package. */
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { RsentinelError } from '../errors.js';
import type { Templates } from '../model/group-spec.js';
import type { Topology } from '../model/topology.js';
import { packageFile } from '../package-file.js';

/** Far above any configuration file. */
const MOST_BYTES = 1_048_576;

const OWN = {
  redis: packageFile('templates/redis.conf'),
  sentinel: packageFile('templates/sentinel.conf'),
} as const;

/** @throws RsentinelError TEMPLATE_INVALID when a file cannot be read */
export async function loadTemplates(topology: Topology): Promise<Templates> {
  const [redis, sentinel] = await Promise.all([
    read(topology.templates.redis ?? fileURLToPath(OWN.redis)),
    read(topology.templates.sentinel ?? fileURLToPath(OWN.sentinel)),
  ]);
  return { redis, sentinel };
}

async function read(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('it is no file');
    if (found.size > MOST_BYTES) throw new Error(`it is longer than ${MOST_BYTES / 1024} KiB`);
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    throw new RsentinelError('TEMPLATE_INVALID', `the template ${path} cannot be read${reason}`, {
      hint: 'See `templates` in the topology file.',
      cause,
    });
  }
}
