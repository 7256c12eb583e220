/** What exists, read off the labels on the engine. */
import type { GroupListing, ObservedEngine } from '../driver.js';
import type { EngineCalls } from './engine-calls.js';
import { GROUP_LABEL, LABEL, observedMember } from './labels.js';
import { listVolumes, observedVolume } from './volumes.js';

/** Everything that carries a group's label. */
export async function observeGroup(calls: EngineCalls, group: string): Promise<ObservedEngine> {
  const filters = { label: [`${GROUP_LABEL}=${group}`] };
  const [containers, networks, volumes] = await Promise.all([
    calls.call(`list the containers of ${group}`, (docker) => docker.listContainers({ all: true, filters })),
    calls.call(`list the networks of ${group}`, (docker) => docker.listNetworks({ filters })),
    listVolumes(calls, `${GROUP_LABEL}=${group}`),
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
    volumes: volumes.map(observedVolume),
  };
}

/** Every group of which there is a container, a network or a volume. */
export async function listGroups(calls: EngineCalls): Promise<readonly GroupListing[]> {
  const filters = { label: [GROUP_LABEL] };
  const [containers, networks, volumes] = await Promise.all([
    calls.call('list containers', (docker) => docker.listContainers({ all: true, filters })),
    calls.call('list networks', (docker) => docker.listNetworks({ filters })),
    listVolumes(calls, GROUP_LABEL),
  ]);
  const groups = new Map<string, GroupListing>();
  for (const labels of [...containers, ...networks, ...volumes].map((info) => info.Labels ?? {})) {
    const name = labels[GROUP_LABEL];
    if (name === undefined || groups.has(name)) continue;
    groups.set(name, { name, file: labels[LABEL.file] ?? null, directory: labels[LABEL.directory] ?? null });
  }
  return [...groups.values()];
}
