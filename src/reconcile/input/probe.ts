/** Finds out by trying what cannot be read, where that is allowed; says what it would have tried where it is not. */

import type { Context } from '../../engine/context.js';
import type { GroupObjects } from '../../engine/engine.js';
import type { ServerFacts } from '../../model/server-version.js';
import type { Connections } from '../../nodes/client/connection.js';
import type { LiveState } from '../../plan/observed.js';
import type { ResolvedTopology } from '../../spec/defaults.js';
import type { Decision } from './decide.js';
import type { Observation } from './observe.js';
import { findSettable, knownDirectives } from './settable.js';
import { findUntrusted } from './untrusted-nodes.js';

/**
 * How an observation finds out what cannot be read. `allowed`: it pulls an image that volumes are read through, asks an image for its version
 * in a container, and sets directives to the values that they have, to see which can be set; the lock is held then. `none`: it only reads.
 */
export type Probing = 'allowed' | 'none';

/**
 * Pulls the image of a group that has volumes, since a volume is read through a container.
 * @returns whether the engine has the image
 */
export async function probeImage(
  { image }: ResolvedTopology,
  { volumes }: GroupObjects,
  hasImage: boolean,
  probing: Probing,
  { engine, signal }: Context,
): Promise<boolean> {
  if (hasImage || volumes.length === 0 || probing === 'none') return hasImage;
  await engine.pullImage(image, signal);
  return true;
}

/**
 * Returns the server of the topology's image: as a running sentinel tells it, else as the image does.
 * null: nobody knows, or it does not matter.
 */
export async function probeServer(
  topology: ResolvedTopology,
  { objects, live }: Pick<Observation, 'objects' | 'live'>,
  hasImage: boolean,
  probing: Probing,
  { engine }: Context,
): Promise<ServerFacts | null> {
  if (topology.auth === null) return null;
  const said = runningServer(topology, objects, live);
  if (said !== null || !hasImage || probing === 'none') return said;
  return await engine.serverOf(topology.image, topology.name);
}

function runningServer(
  { image }: ResolvedTopology,
  { members }: GroupObjects,
  { sentinels }: LiveState,
): ServerFacts | null {
  const running = members.find((member) => member.image === image && sentinels.has(member.node));
  return running === undefined ? null : (sentinels.get(running.node)?.server ?? null);
}

/** What running nodes accept, by their names. */
export interface Probed {
  /** Directives that the server lets one set; with probing `none`, those that it knows. */
  readonly settable: ReadonlyMap<string, ReadonlySet<string>>;
  /** Nodes whose certificate no other node accepts. */
  readonly untrusted: ReadonlySet<string>;
}

/** Asks the running nodes what they accept of a spec. `connections` have to log in with the decision's credentials by then. */
export async function probeNodes(
  { spec }: Decision,
  { objects, confs, tls }: Observation,
  probing: Probing,
  connections: Connections,
): Promise<Probed> {
  const find = probing === 'allowed' ? findSettable : knownDirectives;
  const [settable, untrusted] = await Promise.all([
    find(spec, objects, confs, connections),
    findUntrusted(spec.tls, tls, objects),
  ]);
  return { settable, untrusted };
}

/** Returns what a plan depends on and nobody has tried, as sentences. */
export function untried(
  { auth, image }: ResolvedTopology,
  server: ServerFacts | null,
  { settable }: Probed,
  probing: Probing,
): readonly string[] {
  const users =
    auth === null || server !== null
      ? []
      : [`who may log in where depends on the version of ${image}, taken for the newest`];
  if (probing === 'allowed') return users;
  const directives = [...settable].flatMap(([node, names]) =>
    names.size === 0
      ? []
      : [
          `whether ${[...names].join(', ')} can be set while ${node} runs is found by setting it; otherwise the node is restarted`,
        ],
  );
  return [...users, ...directives];
}
