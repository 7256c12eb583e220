/** What a plan is not made for. */
import { RsentinelError } from '../errors.js';
import { nodesOf } from '../spec/build.js';
import type { GroupSpec } from '../spec/group-spec.js';
import type { ObservedState } from './observed.js';
import { ANCHOR } from './steps.js';

/** @throws RsentinelError FOREIGN_CONF */
export function refuseForeignConf(spec: GroupSpec, observed: ObservedState): void {
  for (const node of nodesOf(spec)) {
    const conf = observed.confs.get(node.name);
    if (conf === undefined || conf === null) continue;
    if (conf.marker?.group === spec.name && conf.marker.node === node.name) continue;
    const place = spec.storage === 'volume' ? 'its volume' : spec.directory;
    const owner =
      conf.marker === null
        ? 'was not made by rsentinel'
        : `belongs to ${conf.marker.node} of the group ${conf.marker.group}`;
    throw new RsentinelError('FOREIGN_CONF', `the configuration of ${node.name} in ${place} ${owner}`, {
      hint: 'Set `directory` in the topology file to another place, or move that file away.',
    });
  }
}

/** @throws RsentinelError SPEC_CHANGED */
export function refuseChanges(spec: GroupSpec, observed: ObservedState): void {
  const digests = new Map(nodesOf(spec).map((node) => [node.name, node.digest]));
  if (spec.anchor !== null) digests.set(ANCHOR, spec.anchor.digest);
  const changed = observed.engine.members
    .filter(
      (member) =>
        member.role !== 'other' && member.state === 'running' && digests.get(member.node) !== member.digest,
    )
    .map((member) =>
      digests.has(member.node)
        ? `${member.node} runs with other settings than the file has`
        : `${member.node} runs, but is not in the file`,
    );
  if (changed.length === 0) return;
  throw new RsentinelError(
    'SPEC_CHANGED',
    `the group ${spec.name} runs, and the topology file has changed since it was brought up`,
    {
      details: changed,
      hint: `Run \`rsentinel down -n ${spec.name}\` and then \`up\`: data, roles and history are kept.`,
    },
  );
}
