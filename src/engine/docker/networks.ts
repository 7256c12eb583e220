/** Networks of groups on the engine. */
import { RsentinelError } from '../../errors.js';
import type { Address } from '../../model/address.js';
import type { GroupSpec } from '../../model/group-spec.js';
import { networkOptions } from './containers.js';
import type { EngineCalls } from './engine-calls.js';
import { isNameTaken, isNetworkInUse, isSubnetTaken, messageOf, statusOf } from './engine-errors.js';
import { GROUP_LABEL, LABEL } from './labels.js';
import { machineIdentity } from './machine.js';

/** @throws RsentinelError NAME_TAKEN, SUBNET_TAKEN */
export async function createNetwork(calls: EngineCalls, spec: GroupSpec): Promise<void> {
  const { name, subnet } = spec.network;
  const options = networkOptions(spec);
  const Labels = { ...options.Labels, [LABEL.machine]: machineIdentity() };
  const call = `create the network ${name}`;
  const create = (): Promise<unknown> =>
    calls.timed(call, (docker) => docker.createNetwork({ ...options, Labels }));
  try {
    await create().catch(async (error: unknown) => {
      // As with containers: one of the group's is what a killed command had asked for.
      if (!isNameTaken(error) || (await removeNetworks(calls, spec.name)) === 0) throw error;
      await create();
    });
  } catch (error) {
    if (isNameTaken(error)) {
      throw new RsentinelError(
        'NAME_TAKEN',
        `there is a network ${name} that does not belong to this group`,
        {
          hint: 'Give the group another name (`name` in the topology file, or -n), or remove that network.',
          cause: error,
        },
      );
    }
    if (subnet !== undefined && isSubnetTaken(error)) {
      const message = `the subnet ${subnet} overlaps with another network of the engine`;
      throw new RsentinelError('SUBNET_TAKEN', message, {
        hint: 'Set `network.subnet` to one that is free; `docker network inspect` shows those in use.',
        cause: error,
      });
    }
    throw calls.wrap(error, call);
  }
}

/** Removes every network that carries the group's label. @returns how many there were */
export async function removeNetworks(calls: EngineCalls, group: string): Promise<number> {
  const networks = await calls.call(`list the networks of ${group}`, (docker) =>
    docker.listNetworks({ filters: { label: [`${GROUP_LABEL}=${group}`] } }),
  );
  for (const { Id, Name } of networks) {
    const call = `remove the network ${Name}`;
    try {
      await calls.timed(call, (docker) => docker.getNetwork(Id).remove());
    } catch (error) {
      if (statusOf(error) === 404) continue;
      if (!isNetworkInUse(error)) throw calls.wrap(error, call);
      const message = `the network ${Name} is in use by containers outside of the group`;
      throw new RsentinelError('ENGINE_FAILED', message, {
        details: [...(await guestsOf(calls, Id)), messageOf(error)],
        hint: `Disconnect them (docker network disconnect ${Name} CONTAINER) and run the command again.`,
        cause: error,
      });
    }
  }
  return networks.length;
}

/** Names of the running containers in a network. */
async function guestsOf(calls: EngineCalls, id: string): Promise<readonly string[]> {
  const info = await calls
    .timed(`inspect the network ${id}`, (docker) => docker.getNetwork(id).inspect())
    .catch(() => null);
  const containers: Readonly<Record<string, { readonly Name?: string }>> = info?.Containers ?? {};
  return Object.values(containers).map(({ Name }) => Name ?? '');
}

/** Takes a container off the group's network. Not on it: done. */
export async function leaveNetwork(calls: EngineCalls, group: string, name: string): Promise<void> {
  const network = await networkOf(calls, group);
  if (network === null) return;
  const call = `disconnect the container ${calls.nameOf(name)} from the network ${network}`;
  try {
    await calls.timed(call, (docker) =>
      docker.getNetwork(network).disconnect({ Container: name, Force: true }),
    );
  } catch (error) {
    if (!/is not connected to/i.test(messageOf(error))) throw calls.wrap(error, call);
  }
}

/** Puts a container back on the group's network, under an alias and at an address. */
export async function joinNetwork(
  calls: EngineCalls,
  group: string,
  name: string,
  alias: string,
  address: Address,
): Promise<void> {
  const network = await networkOf(calls, group);
  if (network === null) return;
  const call = `connect the container ${calls.nameOf(name)} to the network ${network}`;
  const endpoint = { IPAMConfig: { IPv4Address: address.host }, Aliases: [alias] };
  try {
    await calls.timed(call, (docker) =>
      docker.getNetwork(network).connect({ Container: name, EndpointConfig: endpoint }),
    );
  } catch (error) {
    if (!/already exists in network|is already attached/i.test(messageOf(error)))
      throw calls.wrap(error, call);
  }
}

async function networkOf(calls: EngineCalls, group: string): Promise<string | null> {
  const [network] = await calls.call(`list the networks of ${group}`, (docker) =>
    docker.listNetworks({ filters: { label: [`${GROUP_LABEL}=${group}`] } }),
  );
  return network?.Name ?? null;
}
