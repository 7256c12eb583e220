/** Makes a former master that comes back a replica of the present one, and tells what is lost by that. */

import type { Engine, GroupObjects, ObservedMember } from '../engine/engine.js';
import { type Address, sameAddress } from '../model/address.js';
import type { Credentials } from '../model/credentials/credentials.js';
import type { Listener } from '../model/events.js';
import type { DivergedWrites } from '../model/report/diverged-writes.js';
import type { Connections } from '../nodes/client/connection.js';
import { InsideClient } from '../nodes/client/inside.js';
import { infoFields, text } from '../nodes/client/replies.js';
import { divergedWrites, type Rivals } from '../nodes/live/divergence.js';
import { sentinelsOf } from '../nodes/live/members.js';
import { WritePause } from './pause-writes.js';
import { replicaOf } from './replicaof.js';

/** Who takes the place of whom. */
export interface Demotion extends Rivals {
  /** The announced address of the present master. */
  readonly master: Address;
}

/** The demotion of a node of a group; null: the present master is none of its nodes. */
export function demotionOf(
  former: Rivals['former'],
  master: Address,
  objects: GroupObjects,
): Demotion | null {
  const present = objects.members.find(
    ({ role, address }) => role === 'redis' && address !== null && sameAddress(address, master),
  );
  if (present?.control == null) return null;
  return {
    former,
    present: { name: present.node, control: present.control },
    sentinels: sentinelsOf(objects),
    master,
  };
}

/**
 * Makes a node that has come back with its memory a replica of the present master. It may be the master of before: Sentinel would demote it
 * some ten seconds later, and what clients write to it until then is lost. Its clients cannot write while it is compared with the
 * present master. Does nothing to a node that does not answer.
 * @returns what it had acknowledged that the present master does not have; null: nothing
 */
export async function demote(
  demotion: Demotion,
  connections: Connections,
  emit: Listener,
): Promise<DivergedWrites | null> {
  const { former, master } = demotion;
  const [reply] = await connections.query(former.control, [['INFO', 'replication']]).catch(() => []);
  if (reply === undefined) return null;
  if (infoFields(text(reply)).get('role') !== 'master') {
    await replicaOf(former.control, master, connections);
    return null;
  }
  const pause = await WritePause.begin(former.control, connections);
  try {
    const diverged = await divergedWrites(demotion, 'exact', connections);
    await replicaOf(former.control, master, connections);
    if (diverged !== null) emit({ type: 'writes-lost', diverged });
    return diverged;
  } finally {
    await pause.end();
  }
}

/** ms for which a node that is about to come back takes no writes: until it has been demoted, by us or by the sentinels. */
const HELD = 20_000;

/**
 * Pauses writes on a master that is cut off, from inside of its container, before it is let back: nobody can write to it while it is not
 * demoted yet, also when this process is killed in between. Does nothing where the image has no client, or the server (before 6.2) cannot
 * pause writes alone.
 */
export async function holdInside(
  member: Pick<ObservedMember, 'id' | 'address' | 'control'>,
  credentials: Credentials,
  engine: Engine,
): Promise<void> {
  const inside = await InsideClient.open(member, credentials, engine);
  if (inside === null) return;
  try {
    await inside.ask(['CLIENT', 'PAUSE', String(HELD), 'WRITE']);
  } catch {
    // Then its clients can write to it until it is demoted.
  } finally {
    inside.close();
  }
}
