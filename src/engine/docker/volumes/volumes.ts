/** Volumes of groups on the engine. */
import type { VolumeInspectInfo } from 'dockerode';
import { RsentinelError } from '../../../errors.js';
import type { ObservedVolume, VolumeSpec } from '../../engine.js';
import type { EngineCalls } from '../engine-calls.js';
import { messageOf, statusOf } from '../engine-errors.js';
import { GROUP_LABEL, LABEL, volumeLabels } from '../labels.js';

/** @param filter `io.rsentinel.group=demo`, or the label alone for the volumes of all groups */
export async function listVolumes(calls: EngineCalls, filter: string): Promise<readonly VolumeInspectInfo[]> {
  const found = await calls.call('list volumes', (docker) =>
    docker.listVolumes({ filters: { label: [filter] } }),
  );
  // Podman has null for none.
  return (found.Volumes as VolumeInspectInfo[] | null) ?? [];
}

/** Whether a volume says until when its group is wanted, and holds nothing. */
export function isMark({ Labels }: VolumeInspectInfo): boolean {
  return Labels?.[LABEL.expires] !== undefined;
}

export function observedVolume({ Name, Labels }: VolumeInspectInfo): ObservedVolume {
  return {
    name: Name,
    node: Labels?.[LABEL.node] ?? '',
    holds: Labels?.[LABEL.holds] === 'conf' ? 'conf' : 'data',
  };
}

/** Makes a volume that is not there. @throws RsentinelError NAME_TAKEN */
export async function createVolume(calls: EngineCalls, volume: VolumeSpec): Promise<void> {
  // Where there is one of that name the engine changes nothing, and says so by nothing but the labels.
  const { Labels } = await calls.call(`create the volume ${volume.name}`, async (docker) => {
    await docker.createVolume({ Name: volume.name, Labels: volumeLabels(volume) });
    return docker.getVolume(volume.name).inspect();
  });
  if (Labels?.[GROUP_LABEL] === volume.group) return;
  throw new RsentinelError(
    'NAME_TAKEN',
    `there is a volume ${volume.name} that does not belong to this group`,
    {
      hint: `Give the group another name than ${volume.group} (\`name\` in the topology file, or -n), or remove that volume.`,
    },
  );
}

/** Removes a volume of the group. Absent, or somebody else's: done. */
export async function removeVolume(calls: EngineCalls, group: string, name: string): Promise<void> {
  const call = `remove the volume ${name}`;
  try {
    const { Labels } = await calls.docker.getVolume(name).inspect();
    if (Labels?.[GROUP_LABEL] !== group) return;
    await calls.timed(call, (docker) => docker.getVolume(name).remove());
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return;
    if (status !== 409) throw calls.wrap(error, call);
    throw new RsentinelError(
      'ENGINE_FAILED',
      `the volume ${name} is in use by a container outside of the group`,
      {
        details: [messageOf(error)],
        hint: 'Remove that container and run the command again.',
        cause: error,
      },
    );
  }
}
