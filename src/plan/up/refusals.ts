/** What a plan is not made for. */
import { RsentinelError } from '../../errors.js';
import type { GroupSpec } from '../../model/group-spec.js';
import { nodesOf } from '../../spec/build.js';
import type { ObservedState, Place } from '../observed.js';

/** @throws RsentinelError FOREIGN_CONF */
export function refuseForeignConf(spec: GroupSpec, observed: ObservedState): void {
  for (const node of nodesOf(spec)) {
    const conf = observed.confs.get(node.name);
    if (conf === undefined || conf === null) continue;
    if (conf.header?.group === spec.name && conf.header.node === node.name) continue;
    const place = spec.storage === 'volume' ? 'its volume' : spec.directory;
    const owner =
      conf.header === null
        ? 'was not made by rsentinel'
        : `belongs to ${conf.header.node} of the group ${conf.header.group}`;
    throw new RsentinelError('FOREIGN_CONF', `the configuration of ${node.name} in ${place} ${owner}`, {
      hint: 'Set `directory` in the topology file to another place, or move that file away.',
    });
  }
}

/**
 * Another place would leave the nodes' data behind: all of them would come up empty.
 * @throws RsentinelError DIRECTORY_CHANGED
 */
export function refuseOtherPlace(spec: GroupSpec, { objects, elsewhere }: ObservedState): void {
  const wanted = placeText(spec);
  const former = objects.members
    .filter(({ role }) => role === 'redis' || role === 'sentinel')
    .map(placeText)
    .concat(elsewhere === null ? [] : placeText(elsewhere))
    .find((place) => place !== wanted);
  if (former === undefined) return;
  throw new RsentinelError(
    'DIRECTORY_CHANGED',
    `the group ${spec.name} keeps its files in ${former}, and the topology file says ${wanted}`,
    {
      hint: `To do without the data: \`rsentinel down -n ${spec.name} --volumes\`, then \`up\`. To keep it: \`down\`, move it, \`up\`.`,
    },
  );
}

function placeText({ storage, directory }: Place): string {
  return storage === 'volume' ? 'volumes' : directory;
}

/**
 * No node has the data of the group in files that a server would load: it would come up empty, and nobody could tell.
 * @throws RsentinelError DATA_UNREADABLE
 */
export function refuseLostData({ data: { refusal } }: ObservedState): void {
  if (refusal === null) return;
  const message = `${refusal.node} cannot load its data, and no other node has a copy: ${refusal.why}`;
  throw new RsentinelError('DATA_UNREADABLE', message, { hint: UNREADABLE_HINT });
}

export const UNREADABLE_HINT =
  'Repair the file (`redis-check-rdb`, `redis-check-aof --fix`), put a copy in its place, or move it away to do without its data. Where `appendonly` was changed while the group was down: change it back, bring the group up, and change it then.';
