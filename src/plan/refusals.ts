/** What a plan is not made for. */
import { RsentinelError } from '../errors.js';
import { nodesOf } from '../spec/build.js';
import type { GroupSpec } from '../spec/group-spec.js';
import type { ObservedState } from './observed.js';

/** @throws RsentinelError FOREIGN_CONF */
export function refuseForeignConf(spec: GroupSpec, observed: ObservedState): void {
  for (const node of nodesOf(spec)) {
    const conf = observed.confs.get(node.name);
    if (conf === undefined || conf === null) continue;
    if (conf.header?.group === spec.name && conf.header.node === node.name) continue;
    const owner =
      conf.header === null
        ? 'was not made by rsentinel'
        : `belongs to ${conf.header.node} of the group ${conf.header.group}`;
    throw new RsentinelError(
      'FOREIGN_CONF',
      `the configuration of ${node.name} in ${spec.directory} ${owner}`,
      {
        hint: 'Set `directory` in the topology file to another place, or move that file away.',
      },
    );
  }
}

/**
 * Another directory would leave the nodes' data behind: all of them would come up empty.
 * @throws RsentinelError DIRECTORY_CHANGED
 */
export function refuseOtherDirectory(spec: GroupSpec, { engine }: ObservedState): void {
  const former = engine.members.find(({ directory }) => directory !== '' && directory !== spec.directory);
  if (former === undefined) return;
  throw new RsentinelError(
    'DIRECTORY_CHANGED',
    `the group ${spec.name} keeps its files in ${former.directory}, and the topology file names ${spec.directory}`,
    {
      hint: `To move it: \`rsentinel down -n ${spec.name}\`, move the directory, then \`up\`. To leave the data behind: \`down\`, then \`up\`.`,
    },
  );
}
