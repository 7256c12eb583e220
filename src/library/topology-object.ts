/** Topologies that a program gives: as the path of a file, or as an object. */
import type { Topology } from '../model/topology.js';
import { generateName } from '../topology/generated-name.js';
import { loadTopology, topologyOf } from '../topology/load.js';
import { renamed } from '../topology/renamed.js';
import type { TopologyObject } from '../topology/schema/schema.js';

/** Sentinels that a group has unless it says otherwise. */
const SENTINELS = 3;

/**
 * Reads a topology. An object gets free ports where it names none, and the image of RSENTINEL_IMAGE where it names none.
 * @param name the group's name; undefined: a file's own, and for an object without one a name that nobody else has
 * @throws RsentinelError TOPOLOGY_NOT_FOUND, TOPOLOGY_INVALID
 */
export async function readTopology(
  given: string | TopologyObject,
  name: string | undefined,
): Promise<Topology> {
  const cwd = process.cwd();
  if (typeof given === 'string') {
    const { topology } = await loadTopology(given, process.env, cwd);
    return name === undefined ? topology : renamed(topology, name, cwd);
  }
  const source = { file: 'topology', path: undefined, directory: cwd, env: {} };
  const { topology } = topologyOf(textOf(given), source);
  if (name !== undefined) return renamed(topology, name, cwd);
  return given.name === undefined ? renamed(topology, generateName('rsentinel'), cwd) : topology;
}

/** JSON is YAML; a `$` is doubled, for the values of a program are not interpolated. */
function textOf(given: TopologyObject): string {
  const image = process.env['RSENTINEL_IMAGE'];
  return JSON.stringify({
    ...(image === undefined || image === '' ? {} : { image }),
    ...given,
    master: { port: 'auto', ...given.master },
    sentinels: sentinelsOf(given),
  }).replaceAll('$', '$$$$');
}

/** Ports follow the first one: where that is free to choose, so are all. */
function sentinelsOf({ sentinels = SENTINELS }: TopologyObject): readonly unknown[] {
  const nodes = typeof sentinels === 'number' ? Array.from({ length: sentinels }, () => ({})) : sentinels;
  return nodes.map((node, index) => (index === 0 ? { port: 'auto', ...node } : node));
}
