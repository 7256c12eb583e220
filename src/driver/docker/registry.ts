/** What exists, read off the labels on the engine. */
import type { GroupListing, ObservedEngine } from '../driver.js';
import type { EngineCalls } from './engine-calls.js';
import { expiryOf, listMarks } from './expiry.js';
import { GROUP_LABEL, LABEL, observedMember } from './labels.js';
import { listingsOf, type Part } from './listings.js';

/** Everything that carries a group's label. */
export async function observeGroup(calls: EngineCalls, group: string): Promise<ObservedEngine> {
  const filters = { label: [`${GROUP_LABEL}=${group}`] };
  const [containers, networks, marks] = await Promise.all([
    calls.call(`list the containers of ${group}`, (docker) => docker.listContainers({ all: true, filters })),
    calls.call(`list the networks of ${group}`, (docker) => docker.listNetworks({ filters })),
    listMarks(calls, group),
  ]);
  const network = networks[0];
  const attachments = {
    networkId: network?.Id ?? null,
    anchorId: containers.find((info) => info.Labels[LABEL.role] === 'anchor')?.Id ?? null,
  };
  return {
    members: containers.map((info) => observedMember(info, attachments)),
    network:
      network === undefined
        ? null
        : { name: network.Name, subnet: network.IPAM?.Config?.[0]?.Subnet ?? null },
    expiry: expiryOf(marks),
  };
}

/** Every group of which there is a container, a network or an expiry mark, by name. */
export async function listGroups(calls: EngineCalls): Promise<readonly GroupListing[]> {
  const filters = { label: [GROUP_LABEL] };
  const [containers, networks, marks] = await Promise.all([
    calls.call('list containers', (docker) => docker.listContainers({ all: true, filters })),
    calls.call('list networks', (docker) => docker.listNetworks({ filters })),
    listMarks(calls, null),
  ]);
  return listingsOf([
    ...containers.map(
      ({ Id, Labels, Created }): Part => ({ id: Id, labels: Labels, madeAt: Created * 1000 }),
    ),
    ...networks.map(
      ({ Id, Labels, Created }): Part => ({ id: Id, labels: Labels ?? {}, madeAt: Date.parse(Created) }),
    ),
    ...marks.map(({ Name, Labels }): Part => ({ id: Name, labels: Labels ?? {}, madeAt: Number.NaN })),
  ]);
}
