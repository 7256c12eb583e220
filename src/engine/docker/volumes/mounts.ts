import type { MountSettings } from 'dockerode';
import type { NodeMounts } from '../../../model/files.js';

/** Nothing of the image goes into a volume: not its files, nor whom they belong to. */
const NO_COPY = { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } } as const;

export function mount(kind: NodeMounts['kind'], source: string, target: string): MountSettings {
  return kind === 'directory'
    ? { Type: 'bind', Source: source, Target: target }
    : { Type: 'volume', Source: source, Target: target, VolumeOptions: NO_COPY };
}
