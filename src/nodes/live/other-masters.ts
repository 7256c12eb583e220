/** Masters that a group's sentinels watch beside the group's own: somebody has added them by SENTINEL MONITOR. */
import type { GroupNodes } from '../../model/group-nodes.js';
import type { Connections } from '../client/connection.js';
import { listOf } from '../client/replies.js';

/** Returns the names of the other masters that any sentinel watches, each once. */
export async function otherMasters(
  { sentinels, masterName }: GroupNodes,
  connections: Connections,
): Promise<readonly string[]> {
  const names = await Promise.all(
    sentinels.map(async ({ control }) => {
      const [reply] = await connections.query(control, [['SENTINEL', 'MASTERS']]).catch(() => []);
      return listOf(reply).flatMap((fields) => fields.get('name') ?? []);
    }),
  );
  return [...new Set(names.flat())].filter((name) => name !== masterName).sort();
}

/** Has every sentinel forget these masters. One that does not know a master, or does not answer, is passed over. */
export async function removeMasters(
  names: readonly string[],
  { sentinels }: GroupNodes,
  connections: Connections,
): Promise<void> {
  await Promise.all(
    sentinels.map(({ control }) =>
      connections
        .query(
          control,
          names.map((name) => ['SENTINEL', 'REMOVE', name]),
        )
        .catch(() => []),
    ),
  );
}
