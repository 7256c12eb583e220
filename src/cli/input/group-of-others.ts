/** A group of the same name that another file or folder has made. */
import { existsSync, realpathSync } from 'node:fs';
import type { GroupOrigin } from '../../engine/engine.js';
import { RsentinelError } from '../../errors.js';
import type { Topology } from '../../model/topology.js';
import { isGeneratedName } from '../../topology/generated-name.js';

/** What tells whose a group is. */
export interface Owners {
  readonly groups: readonly GroupOrigin[];
  readonly warn: (message: string) => void;
}

/**
 * Refuses a group whose name comes from a file or folder, while a group of that name runs that another one has made. A file
 * that is gone counts for nothing: its folder was moved. Paths of other machines cannot be compared by what is on the disk,
 * and differ all the same.
 * @throws RsentinelError GROUP_OF_OTHERS
 */
export function refuseGroupOfOthers(topology: Topology, { groups, warn }: Owners): void {
  const namesake = groups.find(({ name }) => name === topology.name);
  if (namesake === undefined) {
    tellFormerName(topology, groups, warn);
    return;
  }
  const theirs = namesake.file ?? namesake.directory;
  const ours = namesake.file === null ? topology.directory : topology.file;
  if (theirs === null || ours === undefined || real(theirs) === real(ours)) return;
  if (!existsSync(theirs)) {
    warn(`${topology.name} was made from ${theirs}, which is gone: it is taken for the group of ${ours}`);
    return;
  }
  throw new RsentinelError(
    'GROUP_OF_OTHERS',
    `the group ${topology.name} was made from ${theirs}, not from ${ours}`,
    {
      hint: `To mean that group: -n ${topology.name}. Otherwise give this one a name of its own: \`name:\` in its file, or -n NAME.`,
    },
  );
}

/** A file whose `name` was changed has left a group under the former one. */
function tellFormerName(
  { name, file }: Topology,
  groups: readonly GroupOrigin[],
  warn: (message: string) => void,
): void {
  if (file === undefined) return;
  const former = groups.filter((group) => group.file !== null && real(group.file) === real(file));
  for (const group of former) {
    if (isGeneratedName(group.name, name)) continue;
    warn(
      `${file} also made the group ${group.name}, which is still there; \`rsentinel down -n ${group.name}\` removes it`,
    );
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
