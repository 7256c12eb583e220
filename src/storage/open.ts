import type { Driver, ObservedEngine } from '../driver/driver.js';
import { splitWords } from '../render/conf-facts.js';
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
    : new DirectoryStorage(
        topology.directory,
        () => driver.fileOwner(),
        (node) => dataNamesOf(topology, node),
      );
}

/** Directives that say what Redis calls its files. */
const NAMING: ReadonlySet<string> = new Set(['dbfilename', 'appendfilename', 'appenddirname']);

function dataNamesOf({ redis }: SettledTopology, node: string): readonly string[] {
  const directives = redis.find(({ name }) => name === node)?.directives ?? [];
  return directives.filter(({ name }) => NAMING.has(name)).flatMap(({ value }) => splitWords(value));
}
