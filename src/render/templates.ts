/** Reads the templates: the user's own, or the ones that come with the package. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { RsentinelError } from '../errors.js';
import { packageFile } from '../package-file.js';
import type { Templates } from '../spec/group-spec.js';
import type { Topology } from '../topology/topology.js';

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
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new RsentinelError('TEMPLATE_INVALID', `the template ${path} cannot be read`, {
      hint: 'See `templates` in the topology file.',
      cause,
    });
  }
}
