import type { Driver } from '../driver/driver.js';
import type { Topology } from '../topology/topology.js';
import { DirectoryStorage } from './directory-storage.js';
import type { Storage } from './storage.js';

/** The storage that a topology asks for. */
export function openStorage(topology: Topology, driver: Driver): Storage {
  return new DirectoryStorage(topology.directory, () => driver.fileOwner());
}
