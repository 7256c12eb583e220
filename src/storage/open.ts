import { splitWords } from '../config/conf-facts.js';
import type { Driver, ObservedEngine } from '../engine/engine.js';
import type { ResolvedTopology } from '../spec/defaults.js';
import { DirectoryStorage } from './directory-storage.js';
import type { Storage } from './storage.js';
import { VolumeStorage } from './volume-storage.js';

/**
 * The storage that a topology asks for.
 * @param engine what there is of the group
 */
export function openStorage(topology: ResolvedTopology, engine: ObservedEngine, driver: Driver): Storage {
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

function dataNamesOf({ redis }: ResolvedTopology, node: string): readonly string[] {
  const directives = redis.find(({ name }) => name === node)?.directives ?? [];
  return directives.filter(({ name }) => NAMING.has(name)).flatMap(({ value }) => splitWords(value));
}
