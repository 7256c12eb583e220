/** Which directives a running server lets one set: found by setting them to what they are already. */

import type { ConfFacts } from '../../config/conf-facts.js';
import type { GroupObjects } from '../../engine/engine.js';
import type { Endpoint } from '../../model/address.js';
import type { GroupSpec } from '../../model/group-spec.js';
import type { Connections } from '../../nodes/client/connection.js';
import { getSettings } from '../../nodes/client/settings.js';
import { compareDirectives } from '../../plan/up/changes.js';

/** Names of directives by the name of a node. */
type Names = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Of every Redis node that runs and whose directives have changed, those that can be set: they are set to the values that they have.
 * Which ones can be differs by version, by build and by what the file itself forbids
 * (`rename-command`, `enable-protected-configs`); the server knows.
 */
export function findSettable(
  spec: GroupSpec,
  objects: GroupObjects,
  confs: ReadonlyMap<string, ConfFacts | null>,
  connections: Connections,
): Promise<Names> {
  return eachChanged(spec, objects, confs, async (at, names) => {
    const settable = new Set<string>();
    for (const { name, value } of await getSettings(at, names, connections)) {
      const [reply] = await connections.query(at, [['CONFIG', 'SET', name, value]]);
      if (reply?.ok) settable.add(name);
    }
    return settable;
  });
}

/** The same without setting anything: those that the server knows at all. */
export function knownDirectives(
  spec: GroupSpec,
  objects: GroupObjects,
  confs: ReadonlyMap<string, ConfFacts | null>,
  connections: Connections,
): Promise<Names> {
  return eachChanged(spec, objects, confs, async (at, names) => {
    const known = await getSettings(at, names, connections);
    return new Set(known.map(({ name }) => name));
  });
}

async function eachChanged(
  spec: GroupSpec,
  objects: GroupObjects,
  confs: ReadonlyMap<string, ConfFacts | null>,
  ask: (at: Endpoint, names: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<Names> {
  const found = new Map<string, ReadonlySet<string>>();
  await Promise.all(
    spec.redis.map(async (node) => {
      const member = objects.members.find((other) => other.node === node.name && other.state === 'running');
      const header = confs.get(node.name)?.header;
      if (member?.control == null || header == null || header.digests.whole === node.conf.whole) return;
      const { set } = compareDirectives(header.directives, node.directives);
      const names = [...new Set(set.map(({ name }) => name))];
      found.set(node.name, await ask(member.control, names).catch(() => new Set<string>()));
    }),
  );
  return found;
}
