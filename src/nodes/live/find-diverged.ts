/** Finds writes that only a former master has, in a group as it is: nothing is changed for it. */

import type { Engine, GroupObjects, ObservedMember } from '../../engine/engine.js';
import { sameAddress } from '../../model/address.js';
import type { Credentials } from '../../model/credentials/credentials.js';
import type { GroupNodes } from '../../model/group-nodes.js';
import { divergedText } from '../../model/report/diverged-text.js';
import type { DivergedWrites } from '../../model/report/diverged-writes.js';
import type { Fault } from '../../model/report/group-report.js';
import type { Connections } from '../client/connection.js';
import { InsideClient } from '../client/inside.js';
import { remedy } from '../health/remedies.js';
import { agreedMaster, type Snapshot } from '../health/snapshot.js';
import { divergedByInfo, divergedWrites } from './divergence.js';

/** Writes that only a former master has, as a fault. */
export function divergedFault(diverged: DivergedWrites): Fault {
  const code = 'writes-diverged';
  return { code, node: diverged.node, message: divergedText(diverged), remedy: remedy(code) };
}

/** Compares every node that says it is a master with the one that the sentinels agree on. */
export async function findDiverged(
  targets: GroupNodes,
  snapshot: Snapshot,
  connections: Connections,
): Promise<readonly DivergedWrites[]> {
  const present = presentIn(targets, snapshot);
  if (present === null) return [];
  const formers = targets.redis.filter((node) => {
    const answer = snapshot.redis.get(node.name);
    return node !== present && answer?.kind === 'redis' && answer.role === 'master';
  });
  const found = await Promise.all(
    formers.map((former) => divergedWrites({ former, present, sentinels: targets }, 'cautious', connections)),
  );
  return found.filter((one) => one !== null);
}

/** Asks Redis nodes that run off the group's network from inside of their containers: nobody else reaches them. */
export async function findDivergedCutOff(
  targets: GroupNodes,
  { members }: GroupObjects,
  snapshot: Snapshot,
  connections: Connections,
  engine: Engine,
): Promise<readonly DivergedWrites[]> {
  const present = presentIn(targets, snapshot);
  const cutOff = members.filter(
    ({ role, state, attached, node }) =>
      role === 'redis' && state === 'running' && !attached && node !== present?.name,
  );
  if (present === null || cutOff.length === 0) return [];
  const found = await Promise.all(
    cutOff.map(async (member) => {
      const info = await infoInside(member, connections.credentials, engine);
      if (info === null || member.control === null) return null;
      const former = { name: member.node, control: member.control };
      return divergedByInfo(info, { former, present, sentinels: targets }, connections);
    }),
  );
  return found.filter((one) => one !== null);
}

function presentIn({ redis }: GroupNodes, snapshot: Snapshot): GroupNodes['redis'][number] | null {
  const agreed = agreedMaster(snapshot);
  return redis.find(({ address }) => agreed !== null && sameAddress(address, agreed)) ?? null;
}

async function infoInside(
  member: ObservedMember,
  credentials: Credentials,
  engine: Engine,
): Promise<string | null> {
  const inside = await InsideClient.open(member, credentials, engine);
  if (inside === null) return null;
  return inside
    .ask(['INFO', 'replication'])
    .catch(() => null)
    .finally(() => inside.close());
}
