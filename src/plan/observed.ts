/** What was found before planning: on the engine, in the directories, and from the sentinels. */
import type { ObservedEngine } from '../driver/driver.js';
import type { ConfFacts } from '../render/conf-facts.js';
import {
  type GroupHistory,
  initialHistory,
  initialSentinel,
  type SentinelHistory,
} from '../render/history.js';
import { type Address, sameAddress } from '../spec/address.js';
import type { GroupSpec } from '../spec/group-spec.js';

export interface ObservedState {
  readonly engine: ObservedEngine;
  readonly imagePresent: boolean;
  /** By node name; null: there is no file. */
  readonly confs: ReadonlyMap<string, ConfFacts | null>;
  readonly history: GroupHistory;
}

/**
 * Addresses that nodes of the group have or had, by node name. A container's label counts more
 * than a file that its topology may have outgrown.
 */
export function knownAddresses(
  engine: ObservedEngine,
  confs: ReadonlyMap<string, ConfFacts | null>,
): ReadonlyMap<string, Address> {
  const known = new Map<string, Address>();
  for (const [node, conf] of confs) if (conf?.announced) known.set(node, conf.announced);
  for (const member of engine.members) if (member.address !== null) known.set(member.node, member.address);
  return known;
}

/**
 * What Redis and Sentinel have decided so far. The running sentinels know best; where none runs,
 * the configuration of the newest epoch does.
 * @param live the master that running sentinels name, with the newest configuration epoch
 * @param known addresses that nodes had when that was decided
 */
export function groupHistory(
  spec: GroupSpec,
  confs: ReadonlyMap<string, ConfFacts | null>,
  known: ReadonlyMap<string, Address>,
  live: Address | null,
): GroupHistory {
  const initial = initialHistory(spec);
  const monitors = spec.sentinels.flatMap(({ name }) => confs.get(name)?.monitor ?? []);
  const newest = monitors.reduce<(typeof monitors)[number] | null>(
    (best, monitor) => (best === null || monitor.configEpoch > best.configEpoch ? monitor : best),
    null,
  );
  const master = live ?? newest?.master ?? null;
  const named = spec.redis.find((node) => {
    const address = known.get(node.name);
    return master !== null && address !== undefined && sameAddress(address, master);
  });
  const sentinels = spec.sentinels.map((node): [string, SentinelHistory] => {
    const monitor = confs.get(node.name)?.monitor ?? null;
    const fresh = initialSentinel(spec.name, node.name);
    return [node.name, monitor === null ? fresh : { ...monitor, myid: monitor.myid ?? fresh.myid }];
  });
  return { master: named?.name ?? initial.master, sentinels: new Map(sentinels) };
}
