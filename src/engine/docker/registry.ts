/** What exists, read off the labels on the engine. */
import type { ContainerInfo } from 'dockerode';
import type { GroupListing, GroupObjects, ObservedMember, Taken } from '../engine.js';
import type { EngineCalls } from './engine-calls.js';
import { statusOf } from './engine-errors.js';
import {
  type Attachments,
  containerNameOf,
  exitCodeOf,
  GROUP_LABEL,
  LABEL,
  observedMember,
} from './labels.js';
import { stateOf } from './lifecycle.js';
import { listingsOf, type Part } from './listings.js';
import { isLock, listedLock } from './lock.js';
import { expiryOf } from './volumes/expiry.js';
import { isMark, listVolumes, observedVolume } from './volumes/volumes.js';

/** Everything that carries a group's label. */
export async function observeGroup(calls: EngineCalls, group: string): Promise<GroupObjects> {
  const filters = { label: [`${GROUP_LABEL}=${group}`] };
  const [listed, networks, volumes] = await Promise.all([
    calls.call(`list the containers of ${group}`, (docker) => docker.listContainers({ all: true, filters })),
    calls.call(`list the networks of ${group}`, (docker) => docker.listNetworks({ filters })),
    listVolumes(calls, `${GROUP_LABEL}=${group}`),
  ]);
  for (const info of listed) calls.named(info.Id, containerNameOf(info));
  const lock = listed.find(isLock);
  const containers = listed.filter((info) => !isLock(info));
  const network = networks[0];
  const anchor = containers.find((info) => info.Labels[LABEL.role] === 'anchor');
  const attachments = {
    network: network === undefined ? null : { id: network.Id, name: network.Name },
    anchor: anchor === undefined ? null : { id: anchor.Id, startedAt: await startedAt(calls, anchor) },
  };
  return {
    members: (await Promise.all(containers.map((info) => memberOf(calls, info, attachments)))).filter(
      (member) => member !== null,
    ),
    network:
      network === undefined
        ? null
        : {
            name: network.Name,
            subnet: network.IPAM?.Config?.[0]?.Subnet ?? null,
            digest: network.Labels?.[LABEL.spec] ?? '',
          },
    volumes: volumes.filter((volume) => !isMark(volume)).map(observedVolume),
    image: listed[0]?.ImageID ?? null,
    lock: lock === undefined ? null : listedLock(lock),
    expiry: expiryOf(volumes.filter(isMark)),
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

/** @returns null when the container is gone by now */
async function memberOf(
  calls: EngineCalls,
  info: ContainerInfo,
  attachments: Attachments,
): Promise<ObservedMember | null> {
  const [known, started, outOfMemory] = await Promise.all([
    withHostConfig(calls, info),
    attachments.anchor === null ? null : startedAt(calls, info),
    // By SIGKILL, whoever has sent it: only the container itself tells.
    exitCodeOf(info) === 137 && stateOf(calls, info.Id).then((now) => now.outOfMemory),
  ]);
  return known === null ? null : observedMember(known, attachments, started, outOfMemory);
}

/** ms since 1970 at which a container that runs was started; null: it does not run, or is gone. */
async function startedAt(calls: EngineCalls, { Id, State }: ContainerInfo): Promise<number | null> {
  if (State !== 'running' && State !== 'paused') return null;
  const call = `inspect the container ${calls.nameOf(Id)}`;
  try {
    const { State: now } = await calls.timed(call, (docker) => docker.getContainer(Id).inspect());
    return Date.parse(now.StartedAt) || null;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw calls.wrap(error, call);
  }
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

/** Every group of which there is a container, a network or a volume, by name. */
export async function listGroups(calls: EngineCalls): Promise<readonly GroupListing[]> {
  const filters = { label: [GROUP_LABEL] };
  const [containers, networks, volumes] = await Promise.all([
    calls.call('list containers', (docker) => docker.listContainers({ all: true, filters })),
    calls.call('list networks', (docker) => docker.listNetworks({ filters })),
    listVolumes(calls, GROUP_LABEL),
  ]);
  return listingsOf([
    ...containers.map(
      ({ Id, Labels, Created }): Part => ({ id: Id, labels: Labels, madeAt: Created * 1000 }),
    ),
    ...networks.map(
      ({ Id, Labels, Created }): Part => ({ id: Id, labels: Labels ?? {}, madeAt: Date.parse(Created) }),
    ),
    ...volumes.map(({ Name, Labels }): Part => ({ id: Name, labels: Labels ?? {}, madeAt: Number.NaN })),
  ]);
}
