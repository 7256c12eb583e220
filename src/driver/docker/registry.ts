/** What exists, read off the labels on the engine. */
import type { GroupListing, ObservedEngine, Taken } from '../driver.js';
import type { EngineCalls } from './engine-calls.js';
import { GROUP_LABEL, LABEL, observedMember } from './labels.js';
import { isLock, listedLock } from './lock.js';

/** Everything that carries a group's label. */
export async function observeGroup(calls: EngineCalls, group: string): Promise<ObservedEngine> {
  const filters = { label: [`${GROUP_LABEL}=${group}`] };
  const [listed, networks] = await Promise.all([
    calls.call(`list the containers of ${group}`, (docker) => docker.listContainers({ all: true, filters })),
    calls.call(`list the networks of ${group}`, (docker) => docker.listNetworks({ filters })),
  ]);
  const lock = listed.find(isLock);
  const containers = listed.filter((info) => !isLock(info));
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
    image: listed[0]?.ImageID ?? null,
    lock: lock === undefined ? null : listedLock(lock),
  };
}

/** Ports that containers publish, and subnets that networks have, but for the group's own. */
export async function takenByOthers(calls: EngineCalls, group: string): Promise<Taken> {
  const [containers, networks] = await Promise.all([
    calls.call('list containers', (docker) => docker.listContainers()),
    calls.call('list networks', (docker) => docker.listNetworks()),
  ]);
  const isOther = (info: { readonly Labels?: Readonly<Record<string, string>> | undefined }): boolean =>
    info.Labels?.[GROUP_LABEL] !== group;
  return {
    ports: containers
      .filter(isOther)
      .flatMap(({ Ports }) => Ports)
      .flatMap(({ PublicPort }) => PublicPort ?? []),
    subnets: networks
      .filter(isOther)
      .flatMap(({ IPAM }) => IPAM?.Config ?? [])
      .flatMap(({ Subnet }) => (Subnet?.includes('.') ? [Subnet] : [])),
  };
}

/** Every group of which there is a container or a network. */
export async function listGroups(calls: EngineCalls): Promise<readonly GroupListing[]> {
  const filters = { label: [GROUP_LABEL] };
  const [containers, networks] = await Promise.all([
    calls.call('list containers', (docker) => docker.listContainers({ all: true, filters })),
    calls.call('list networks', (docker) => docker.listNetworks({ filters })),
  ]);
  const groups = new Map<string, GroupListing>();
  for (const labels of [...containers, ...networks].map((info) => info.Labels ?? {})) {
    const name = labels[GROUP_LABEL];
    if (name === undefined || groups.has(name)) continue;
    groups.set(name, { name, file: labels[LABEL.file] ?? null, directory: labels[LABEL.directory] ?? null });
  }
  return [...groups.values()];
}
