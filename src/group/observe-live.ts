/** What the running sentinels of a group say. */
import type { ObservedEngine } from '../driver/driver.js';
import { type LiveState, NOTHING_LIVE } from '../plan/observed.js';
import { newest } from '../render/history.js';
import type { Connections } from '../sentinel/connection.js';
import { takeSnapshot } from '../sentinel/observe.js';
import { instancesOf, masterViews } from '../sentinel/snapshot.js';
import type { Address } from '../spec/address.js';
import { masterNameOf } from './presence.js';

/** Sentinels that do not answer are left out. */
export async function observeLive(engine: ObservedEngine, connections: Connections): Promise<LiveState> {
  const sentinels = engine.members.flatMap((member) =>
    member.role === 'sentinel' && member.state === 'running' && member.control !== null
      ? [{ name: member.node, control: member.control }]
      : [],
  );
  const masterName = masterNameOf(engine);
  if (sentinels.length === 0) return NOTHING_LIVE;
  const snapshot = await takeSnapshot({ masterName, redis: [], sentinels }, connections);
  const known = [...snapshot.sentinels].flatMap(([name, answer]): [string, readonly Address[]][] =>
    answer.kind === 'sentinel' ? [[name, instancesOf(answer).map(({ address }) => address)]] : [],
  );
  return { master: newest(masterViews(snapshot)), known: new Map(known) };
}
