/** Looks at everything `up` decides by: the engine, the directories, the running sentinels. */
import { groupHistory, knownAddresses, type ObservedState } from '../plan/observed.js';
import { type ConfFacts, readConfFacts } from '../render/conf-facts.js';
import { loadTemplates } from '../render/templates.js';
import type { Connections } from '../sentinel/connection.js';
import { allocate, type Refusals } from '../spec/allocate.js';
import { buildGroupSpec } from '../spec/build.js';
import type { GroupSpec } from '../spec/group-spec.js';
import type { SettledTopology } from '../spec/settle.js';
import { openStorage } from '../storage/open.js';
import type { Storage } from '../storage/storage.js';
import type { Topology } from '../topology/topology.js';
import type { Context } from './context.js';
import { observeLive } from './observe-live.js';
import { findSettable } from './settable.js';

export interface Situation {
  readonly spec: GroupSpec;
  readonly observed: ObservedState;
  /** To be closed by whoever asked. */
  readonly storage: Storage;
}

/** What the engine and the sentinels have refused to this `up`. */
export interface Refused extends Refusals {
  /** Sentinel has no good replica to promote. */
  readonly promotion: boolean;
}

export async function observeSituation(
  topology: SettledTopology,
  refused: Refused,
  connections: Connections,
  { driver, signal }: Context,
): Promise<Situation> {
  const [engine, hasImage, templates] = await Promise.all([
    driver.observe(topology.name),
    driver.hasImage(topology.image),
    loadTemplates(topology),
  ]);
  // A volume is read through a container, which needs an image.
  const pullsNow = !hasImage && engine.volumes.length > 0;
  if (pullsNow) await driver.pullImage(topology.image, signal);
  const imagePresent = hasImage || pullsNow;
  const storage = openStorage(topology, engine, driver);
  const confs = await readConfs(topology, storage);
  const before = {
    addresses: knownAddresses(engine, confs),
    subnet: engine.network?.subnet ?? null,
    published: engine.members.find(({ role }) => role === 'anchor')?.ports ?? [],
  };
  const spec = buildGroupSpec(topology, allocate(topology, before, refused, Math.random), templates);
  const [live, settable] = await Promise.all([
    observeLive(engine, connections),
    findSettable(spec, engine, confs, connections),
  ]);
  const history = groupHistory(spec, engine, confs, live.master);
  return {
    spec,
    storage,
    observed: { engine, imagePresent, confs, live, settable, history, canPromote: !refused.promotion },
  };
}

async function readConfs(
  topology: Topology,
  storage: Storage,
): Promise<ReadonlyMap<string, ConfFacts | null>> {
  const read = async (name: string, kind: 'redis' | 'sentinel'): Promise<[string, ConfFacts | null]> => {
    const text = await storage.readConf(name, kind);
    return [name, text === null ? null : readConfFacts(text)];
  };
  return new Map(
    await Promise.all([
      ...topology.redis.map(({ name }) => read(name, 'redis')),
      ...topology.sentinels.map(({ name }) => read(name, 'sentinel')),
    ]),
  );
}
