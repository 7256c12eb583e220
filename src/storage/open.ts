import { splitWords } from '../config/conf-facts.js';
import type { Engine, GroupObjects } from '../engine/engine.js';
import type { ResolvedTopology } from '../spec/defaults.js';
import { DirectoryStorage } from './directory-storage.js';
import type { Storage } from './storage.js';
import { VolumeStorage } from './volume-storage.js';

/**
 * The storage that a topology asks for.
 * @param objects what there is of the group
 */
export function openStorage(topology: ResolvedTopology, objects: GroupObjects, engine: Engine): Storage {
  return topology.storage === 'volume'
    ? new VolumeStorage(topology, objects.volumes, engine)
    : new DirectoryStorage(
        topology.directory,
        () => engine.fileOwner(),
        (node) => dataNamesOf(topology, node),
      );
}

/** Directives that say what Redis calls its files. */
const NAMING: ReadonlySet<string> = new Set(['dbfilename', 'appendfilename', 'appenddirname']);

function dataNamesOf({ redis }: ResolvedTopology, node: string): readonly string[] {
  const directives = redis.find(({ name }) => name === node)?.directives ?? [];
  return directives.filter(({ name }) => NAMING.has(name)).flatMap(({ value }) => splitWords(value));
}
