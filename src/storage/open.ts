import type { Driver, ObservedEngine } from '../driver/driver.js';
import type { SettledTopology } from '../spec/settle.js';
import { DirectoryStorage } from './directory-storage.js';
import type { Storage } from './storage.js';
import { VolumeStorage } from './volume-storage.js';

/**
 * The storage that a topology asks for.
 * @param engine what there is of the group
 */
export function openStorage(topology: SettledTopology, engine: ObservedEngine, driver: Driver): Storage {
  return topology.storage === 'volume'
    ? new VolumeStorage(topology, engine.volumes, driver)
    : new DirectoryStorage(topology.directory, () => driver.fileOwner());
}
