import type { Topology } from '../topology/topology.js';

export interface RenderedFile {
  /** `redis-1/conf/redis.conf`, relative to the group's directory. */
  readonly path: string;
  readonly text: string;
}

/** The configuration files of a group that has no history, as `up` would write them. */
export async function renderTree(topology: Topology): Promise<readonly RenderedFile[]> {
  throw new Error(`not yet ${topology.name}`);
}
