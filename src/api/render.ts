/** The configuration files of a topology, without an engine. */

import { decideAccess } from '../access/decide-access.js';
import { generatePassword, givenPasswords } from '../access/passwords.js';
import { CONF_FILE, renderConf } from '../config/conf.js';
import { loadTemplates } from '../config/templates.js';
import { masked } from '../model/credentials/group-access.js';
import { nodeFiles, sharedFiles, type TlsFile } from '../model/credentials/group-tls.js';
import { initialHistory } from '../model/history.js';
import type { Topology } from '../model/topology.js';
import type { Allocation } from '../spec/allocate.js';
import { allocate, NOTHING_BEFORE } from '../spec/allocate.js';
import { announcedHost, buildGroupSpec, nodesOf } from '../spec/build.js';
import { THIS_MACHINE, withDefaults } from '../spec/defaults.js';
import { resolveAddress } from '../spec/look-up.js';
import { SHARED } from '../storage/shared-files.js';
import { decideTls } from '../tls/decide-tls.js';
import { readGivenFiles } from '../tls/given-files.js';
import { NO_TLS } from '../tls/stored-tls.js';

export interface RenderedFile {
  /** null: it belongs to the group. */
  readonly node: string | null;
  /** `redis-1/conf/redis.conf`, relative to the group's directory. */
  readonly path: string;
  readonly text: string;
  /** Whether nobody but its owner may read it, as a key. */
  readonly isPrivate: boolean;
}

/**
 * The configuration files of a group that has no history, as `up` would write them. Automatic
 * ports are the same at every call; `up` may have to choose others. Passwords that are made up, and
 * certificates that are made, are others at every call.
 * @param secrets masked: without keys and certificates, too
 * @throws RsentinelError TEMPLATE_INVALID, PASSWORD_UNUSABLE, TLS_UNUSABLE
 */
export async function renderTree(
  topology: Topology,
  secrets: 'shown' | 'masked' = 'shown',
): Promise<readonly RenderedFile[]> {
  const nothingRefused = { ports: new Set<number>(), subnets: new Set<string>() };
  const resolved = withDefaults(topology, await resolveAddress(topology.network.address), THIS_MACHINE);
  const allocation: Allocation = allocate(resolved, NOTHING_BEFORE, nothingRefused, () => 0);
  const access = decideAccess(topology, await givenPasswords(topology), null, null, generatePassword);
  const shown = secrets === 'shown' ? access : masked(access);
  const nodes = [...resolved.redis, ...resolved.sentinels];
  const hosts = new Map(nodes.map(({ name }) => [name, announcedHost(resolved, allocation, name)]));
  const given = await readGivenFiles(topology);
  const { tls } = await decideTls(topology, given, NO_TLS, hosts, Date.now());
  const spec = buildGroupSpec(resolved, allocation, await loadTemplates(topology), shown, tls);
  const history = initialHistory(spec);
  const files = nodesOf(spec).flatMap((node): readonly RenderedFile[] => [
    {
      node: node.name,
      path: `${node.name}/conf/${CONF_FILE[node.kind]}`,
      text: renderConf(spec, node, history, null),
      isPrivate: false,
    },
    ...(tls === null ? [] : inside(node.name, `${node.name}/conf`, nodeFiles(tls, node.name))),
  ]);
  if (secrets === 'masked') return files.filter(({ isPrivate }) => !isPrivate);
  return tls === null ? files : [...files, ...inside(null, SHARED, sharedFiles(tls))];
}

function inside(node: string | null, directory: string, files: readonly TlsFile[]): readonly RenderedFile[] {
  return files
    .filter(({ text }) => text !== '')
    .map(({ name, text }) => ({ node, path: `${directory}/${name}`, text, isPrivate: true }));
}
