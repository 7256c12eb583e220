/** Observes a group, decides what its topology leaves open and tries what cannot be read: all that a plan is made from. */

import { generatePassword } from '../../access/passwords.js';
import type { Context } from '../../engine/context.js';
import type { GroupSpec } from '../../model/group-spec.js';
import type { Connections } from '../../nodes/client/connection.js';
import type { ObservedState } from '../../plan/observed.js';
import type { ResolvedTopology } from '../../spec/defaults.js';
import { openStorage } from '../../storage/open.js';
import type { Storage } from '../../storage/storage.js';
import { decide, type Refused } from './decide.js';
import { observe } from './observe.js';
import { type Probing, probeImage, probeNodes, probeServer, untried } from './probe.js';
import { tlsDrift } from './tls-drift.js';

export interface PlanInput {
  readonly spec: GroupSpec;
  readonly observed: ObservedState;
  /** To be closed by whoever asked. */
  readonly storage: Storage;
  /** What does no harm yet. */
  readonly warnings: readonly string[];
  /** What the plan depends on and could not be found out by reading, as sentences. */
  readonly unknown: readonly string[];
}

/**
 * Returns what a plan is made from. From then on `connections` log in with what the group has been using, and with what it will.
 * @throws RsentinelError as `observe` and `decide` do
 */
export async function preparePlan(
  topology: ResolvedTopology,
  refused: Refused,
  probing: Probing,
  connections: Connections,
  context: Context,
): Promise<PlanInput> {
  const { engine } = context;
  const [objects, hasImage] = await Promise.all([
    engine.observe(topology.name),
    engine.hasImage(topology.image),
  ]);
  const imagePresent = await probeImage(topology, objects, hasImage, probing, context);
  const storage = openStorage(topology, objects, engine);
  const spoilt = new Set(refused.unreadable.keys());
  const observation = await observe(topology, objects, storage, spoilt, connections);

  const server = await probeServer(topology, observation, imagePresent, probing, context);
  const chance = { random: Math.random, password: generatePassword, now: Date.now() };
  const decision = await decide(topology, observation, server, refused, chance);
  const { spec, history, data, credentials, warnings } = decision;

  connections.use(credentials);
  const probed = await probeNodes(decision, observation, probing, connections);

  const { confs, access, users, live, refusing, isIgnored, elsewhere } = observation;
  const observed: ObservedState = {
    objects,
    imagePresent,
    confs,
    access,
    users,
    live,
    tls: { ...tlsDrift(spec.tls, observation.tls), untrusted: probed.untrusted },
    settable: probed.settable,
    refusing,
    history,
    canPromote: !refused.promotion,
    data,
    isIgnored,
    elsewhere,
  };
  return { spec, storage, observed, warnings, unknown: untried(topology, server, probed, probing) };
}
