/** Gives a topology another name. Pure. */
import { dirname, join } from 'node:path';
import type { Topology } from '../model/topology.js';

/**
 * Returns a topology with another name. The default directory bears the group's name and changes with it; a directory that was chosen
 * stays.
 */
export function renamed(topology: Topology, name: string, cwd: string): Topology {
  const base = topology.file === undefined ? cwd : dirname(topology.file);
  const directoryOf = (group: string) => join(base, '.rsentinel', group);
  const isDefault = topology.directory === directoryOf(topology.name);
  return { ...topology, name, directory: isDefault ? directoryOf(name) : topology.directory };
}
