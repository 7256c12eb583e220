/** What exists, read off the labels on the engine. */
import type { ContainerInfo } from 'dockerode';
import type { GroupListing, ObservedEngine } from '../driver.js';
import type { EngineCalls } from './engine-calls.js';
import { statusOf } from './engine-errors.js';
import { containerNameOf, GROUP_LABEL, LABEL, observedMember } from './labels.js';
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
    network: network === undefined ? null : { id: network.Id, name: network.Name },
    anchorId: containers.find((info) => info.Labels[LABEL.role] === 'anchor')?.Id ?? null,
  };
  return {
    members: (await Promise.all(containers.map((info) => withHostConfig(calls, info))))
      .filter((info) => info !== null)
      .map((info) => observedMember(info, attachments)),
    network:
      network === undefined
        ? null
        : { name: network.Name, subnet: network.IPAM?.Config?.[0]?.Subnet ?? null },
    volumes: volumes.map(observedVolume),
  };
}

/** Podman lists containers without their HostConfig. @returns null when the container is gone by now */
async function withHostConfig(calls: EngineCalls, info: ContainerInfo): Promise<ContainerInfo | null> {
  if ((info.HostConfig as ContainerInfo['HostConfig'] | undefined) !== undefined) return info;
  const call = `inspect the container ${containerNameOf(info)}`;
  try {
    const { HostConfig } = await calls.timed(call, (docker) => docker.getContainer(info.Id).inspect());
    return { ...info, HostConfig: { NetworkMode: HostConfig.NetworkMode ?? '' } };
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw calls.wrap(error, call);
  }
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
