/** Looks at everything `up` decides by: the engine, the directories, the running sentinels. */

import { decideAccess } from '../access/decide-access.js';
import { type ConfFacts, readConfFacts } from '../config/conf-facts.js';
import { loadTemplates } from '../config/templates.js';
import type { Context } from '../engine/context.js';
import type { ObservedEngine } from '../engine/engine.js';
import { credentialsOf } from '../model/credentials/credentials.js';
import { clientFiles } from '../model/credentials/group-tls.js';
import type { GroupSpec } from '../model/group-spec.js';
import type { MasterHistory } from '../model/history.js';
import type { NodeData } from '../model/node-data.js';
import type { ServerFacts } from '../model/server-version.js';
import type { Topology } from '../model/topology.js';
import type { Connections } from '../nodes/client/connection.js';
import { findAclFaults } from '../nodes/health/acl-faults.js';
import { takeSnapshot } from '../nodes/health/observe.js';
import { masterNameOf } from '../nodes/live/live-nodes.js';
import { observeLive } from '../nodes/live/live-state.js';
import { isFileOf, storedIn, storedTlsIn } from '../nodes/live/load-credentials.js';
import { hasProcess } from '../plan/members.js';
import { chooseMaster } from '../plan/node-data.js';
import {
  DATA_AS_EXPECTED,
  type DataState,
  groupHistory,
  knownAddresses,
  type LiveState,
  type ObservedState,
  type Place,
} from '../plan/observed.js';
import { allocate, type Refusals } from '../spec/allocate.js';
import { announcedHost, buildGroupSpec } from '../spec/build.js';
import type { ResolvedTopology } from '../spec/defaults.js';
import { dataFiles, inspectData } from '../storage/data/inspect-data.js';
import { openStorage } from '../storage/open.js';
import { holdsFiles } from '../storage/remove.js';
import type { Storage } from '../storage/storage.js';
import { decideTls } from '../tls/decide-tls.js';
import { formerFiles, NO_TLS } from '../tls/stored-tls.js';
import { findSettable, knownDirectives } from './settable.js';
import { tlsDrift } from './tls-files.js';
import { findUntrusted } from './untrusted-nodes.js';

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
 * How an observation finds out what cannot be read. `allowed`: it pulls an image that volumes are read through, asks an image for its version
 * in a container, and sets directives to the values that they have, to see which can be set; the lock is held then. `none`: it only reads.
 */
export type Probing = 'allowed' | 'none';

/** What the engine and the sentinels have refused to this `up`. */
export interface Refused extends Refusals {
  /** Sentinel has no good replica to promote. */
  readonly promotion: boolean;
  /** Why servers have ended at their data files, by the names of their nodes. */
  readonly unreadable: ReadonlyMap<string, string>;
}

export async function observePlanInput(
  topology: ResolvedTopology,
  refused: Refused,
  probing: Probing,
  connections: Connections,
  { driver, signal }: Context,
): Promise<PlanInput> {
  const unknown: string[] = [];
  const [engine, hasImage, templates] = await Promise.all([
    driver.observe(topology.name),
    driver.hasImage(topology.image),
    loadTemplates(topology),
  ]);
  // A volume is read through a container, which needs an image.
  const pullsNow = !hasImage && engine.volumes.length > 0 && probing === 'allowed';
  if (pullsNow) await driver.pullImage(topology.image, signal);
  const imagePresent = hasImage || pullsNow;
  const storage = openStorage(topology, engine, driver);
  const confs = await readConfs(topology, storage);
  const before = {
    addresses: knownAddresses(engine, confs),
    subnet: engine.network?.subnet ?? null,
    published: engine.members.find(({ role }) => role === 'anchor')?.ports ?? [],
  };
  const stored = await storedIn(storage, topology.name);
  const nodes = [...topology.redis, ...topology.sentinels].map(({ name }) => name);
  const speaksTls = topology.tls !== null || engine.members.some(({ trust }) => trust !== null);
  const storedTls = speaksTls ? await storedTlsIn(storage, topology.name, nodes) : NO_TLS;
  const former = formerFiles(storedTls);
  connections.use(credentialsOf(stored === null ? [] : [stored.present, stored.former], former));
  const live = await observeLive(engine, connections);
  const told = serverTold(topology, engine, live);
  const mayAsk = topology.auth !== null && imagePresent && probing === 'allowed';
  const server = told ?? (mayAsk ? await driver.serverOf(topology.image, topology.name) : null);
  if (topology.auth !== null && server === null)
    unknown.push(`who may log in where depends on the version of ${topology.image}, taken for the newest`);
  const access = await decideAccess(topology, stored, server);
  const allocation = allocate(topology, before, refused, Math.random);
  const hosts = new Map(nodes.map((name) => [name, announcedHost(topology, allocation, name)]));
  const { tls, warnings } = await decideTls(topology, storedTls, hosts, Date.now());
  const trust = tls === null ? former : [clientFiles(tls), ...former];
  const known = [stored?.present ?? null, stored?.former ?? null];
  connections.use(credentialsOf(access.kind === 'none' ? known : [access, ...known], trust));
  const spec = buildGroupSpec(topology, allocation, templates, access, tls);
  const settable =
    probing === 'allowed'
      ? await findSettable(spec, engine, confs, connections)
      : await knownDirectives(spec, engine, confs, connections);
  if (probing === 'none') unknown.push(...untried(settable));
  const last = groupHistory(spec, engine, confs, live.master);
  const { data, master } = await decideByData(spec, engine, last.master, confs, refused, storage);
  const observed: ObservedState = {
    engine,
    imagePresent,
    confs,
    access: stored,
    users: await userFaults(engine, connections),
    live,
    tls: { ...tlsDrift(tls, storedTls), untrusted: await findUntrusted(tls, storedTls, engine) },
    settable,
    history: { ...last, master },
    canPromote: !refused.promotion,
    data,
    isIgnored: await storage.isIgnored(),
    elsewhere: await placeElsewhere(topology, engine, confs),
  };
  return { spec, storage, observed, warnings, unknown };
}

/** What somebody has taken from the users of nodes that run. */
async function userFaults(engine: ObservedEngine, connections: Connections): Promise<readonly string[]> {
  const running = engine.members.flatMap(({ node, role, state, auth, control }) =>
    state === 'running' && auth === 'acl' && control !== null ? [{ name: node, role, control }] : [],
  );
  if (running.length === 0) return [];
  const targets = {
    masterName: masterNameOf(engine),
    redis: running.filter(({ role }) => role === 'redis'),
    sentinels: running.filter(({ role }) => role === 'sentinel'),
  };
  const snapshot = await takeSnapshot(targets, connections);
  return (await findAclFaults(targets, snapshot, connections)).map(({ message }) => message);
}

/** The server of the topology's image, as a running sentinel tells it. @returns null: none does, or it does not matter */
function serverTold(
  { image, auth }: ResolvedTopology,
  engine: ObservedEngine,
  live: LiveState,
): ServerFacts | null {
  if (auth === null) return null;
  const running = engine.members.find((member) => member.image === image && live.sentinels.has(member.node));
  return running === undefined ? null : (live.sentinels.get(running.node)?.server ?? null);
}

function untried(settable: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  return [...settable].flatMap(([node, names]) =>
    names.size === 0
      ? []
      : [
          `whether ${[...names].join(', ')} can be set while ${node} runs is found by setting it; otherwise the node is restarted`,
        ],
  );
}

async function readConfs(
  topology: Topology,
  storage: Storage,
): Promise<ReadonlyMap<string, ConfFacts | null>> {
  const read = async (name: string, kind: 'redis' | 'sentinel'): Promise<[string, ConfFacts | null]> => {
    const text = await storage.readConf(name, kind);
    return [name, text === null ? null : readConfFacts(text, topology.masterName)];
  };
  return new Map(
    await Promise.all([
      ...topology.redis.map(({ name }) => read(name, 'redis')),
      ...topology.sentinels.map(({ name }) => read(name, 'sentinel')),
    ]),
  );
}

/**
 * Reads what each stopped node would load, and decides who comes up as the master where all are stopped. A group that has
 * never been up has nothing to be read.
 */
async function decideByData(
  spec: GroupSpec,
  engine: ObservedEngine,
  last: MasterHistory,
  confs: ReadonlyMap<string, ConfFacts | null>,
  { unreadable: learnt }: Refused,
  storage: Storage,
): Promise<{ readonly data: DataState; readonly master: MasterHistory }> {
  const runs = engine.members.some((member) => member.role === 'redis' && hasProcess(member));
  const isNew = spec.redis.every(({ name }) => confs.get(name) == null);
  if (isNew || (runs && learnt.size === 0)) return { data: DATA_AS_EXPECTED, master: last };
  const stopped = runs ? spec.redis.filter(({ name }) => learnt.has(name)) : spec.redis;
  const data = new Map(
    await Promise.all(
      stopped.map(async ({ name, directives }): Promise<[string, NodeData]> => {
        const found = await inspectData(storage.data(name), directives);
        const why = learnt.get(name);
        return [
          name,
          why === undefined ? found : { kind: 'unreadable', files: dataFiles(directives, found), why },
        ];
      }),
    ),
  );
  const unreadable = new Map(
    [...data].flatMap(([name, one]) => (one.kind === 'unreadable' ? [[name, one] as const] : [])),
  );
  if (runs) return { data: { ...DATA_AS_EXPECTED, unreadable }, master: last };
  const { master, reason, refusal } = chooseMaster(last, spec.redis, data);
  return { data: { reason, refusal, unreadable }, master };
}

async function placeElsewhere(
  { name, storage, directory }: ResolvedTopology,
  { volumes }: ObservedEngine,
  confs: ReadonlyMap<string, ConfFacts | null>,
): Promise<Place | null> {
  if ([...confs.values()].some((conf) => conf !== null)) return null;
  if (storage === 'directory') return volumes.length === 0 ? null : { storage: 'volume', directory };
  return (await holdsFiles(directory, (text) => isFileOf(text, name)))
    ? { storage: 'directory', directory }
    : null;
}
