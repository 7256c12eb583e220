/** The configuration files of a topology, without an engine. */

import { decideAccess } from '../access/decide-access.js';
import { masked } from '../access/group-access.js';
import { resolveAddress } from '../look-up.js';
import type { Allocation } from '../spec/allocate.js';
import { allocate, NOTHING_BEFORE } from '../spec/allocate.js';
import { announcedHost, buildGroupSpec, nodesOf } from '../spec/build.js';
import { settle, THIS_MACHINE } from '../spec/settle.js';
import { decideTls } from '../tls/decide-tls.js';
import { NO_TLS } from '../tls/stored-tls.js';
import type { Topology } from '../topology/topology.js';
import { CONF_FILE, renderConf } from './conf.js';
import { initialHistory } from './history.js';
import { loadTemplates } from './templates.js';

export interface RenderedFile {
  /** `redis-1/conf/redis.conf`, relative to the group's directory. */
  readonly path: string;
  readonly text: string;
}

/**
 * The configuration files of a group that has no history, as `up` would write them. Automatic
 * ports are the same at every call; `up` may have to choose others. Passwords that are made up are others
 * at every call.
 * @throws RsentinelError TEMPLATE_INVALID, PASSWORD_UNUSABLE
 */
export async function renderTree(
  topology: Topology,
  secrets: 'shown' | 'masked' = 'shown',
): Promise<readonly RenderedFile[]> {
  const nothingRefused = { ports: new Set<number>(), subnets: new Set<string>() };
  const settled = settle(topology, await resolveAddress(topology.network.address), THIS_MACHINE);
  const allocation: Allocation = allocate(settled, NOTHING_BEFORE, nothingRefused, () => 0);
  const access = await decideAccess(topology, null, null);
  const shown = secrets === 'shown' ? access : masked(access);
  const nodes = [...settled.redis, ...settled.sentinels];
  const hosts = new Map(nodes.map(({ name }) => [name, announcedHost(settled, allocation, name)]));
  const { tls } = await decideTls(topology, NO_TLS, hosts, Date.now());
  const spec = buildGroupSpec(settled, allocation, await loadTemplates(topology), shown, tls);
  const history = initialHistory(spec);
  return nodesOf(spec).map((node) => ({
    path: `${node.name}/conf/${CONF_FILE[node.kind]}`,
    text: renderConf(spec, node, history, null),
  }));
}
