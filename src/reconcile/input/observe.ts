/** Reads what there is of a group: on the engine, in its files and from its running nodes. Changes nothing. */

import type { StoredAccess } from '../../access/access-file.js';
import type { GivenPasswords } from '../../access/decide-logins.js';
import { givenPasswords } from '../../access/passwords.js';
import { type ConfFacts, readConfFacts } from '../../config/conf-facts.js';
import { loadTemplates } from '../../config/templates.js';
import type { GroupObjects } from '../../engine/engine.js';
import { isForgottenRefusal, refusesWrites } from '../../failover/pause-writes.js';
import { credentialsOf } from '../../model/credentials/credentials.js';
import type { Templates } from '../../model/group-spec.js';
import type { NodeData } from '../../model/node-data.js';
import { canPauseWrites } from '../../model/server-version.js';
import type { Topology } from '../../model/topology.js';
import type { Connections } from '../../nodes/client/connection.js';
import { settingsOf } from '../../nodes/client/settings.js';
import { findAclFaults } from '../../nodes/health/acl-faults.js';
import { takeSnapshot } from '../../nodes/health/observe.js';
import { masterNameOf } from '../../nodes/live/live-nodes.js';
import { observeLive } from '../../nodes/live/live-state.js';
import { isFileOf, storedIn, storedTlsIn } from '../../nodes/live/load-credentials.js';
import { hasProcess } from '../../plan/members.js';
import type { LiveState, Place } from '../../plan/observed.js';
import type { ResolvedTopology } from '../../spec/defaults.js';
import { inspectData } from '../../storage/data/inspect-data.js';
import { holdsFiles } from '../../storage/remove.js';
import type { Storage } from '../../storage/storage.js';
import { type GivenFiles, readGivenFiles } from '../../tls/given-files.js';
import { formerFiles, NO_TLS, type StoredTls } from '../../tls/stored-tls.js';

/** What was read, before anything is decided. */
export interface Observation {
  readonly objects: GroupObjects;
  readonly templates: Templates;
  /** By node name; null: there is no file. */
  readonly confs: ReadonlyMap<string, ConfFacts | null>;
  /** The passwords and certificates that the topology names. */
  readonly given: { readonly passwords: GivenPasswords; readonly certificates: GivenFiles | null };
  /** What the group logs in with so far; null: nobody has to log in. */
  readonly access: StoredAccess | null;
  readonly tls: StoredTls;
  readonly live: LiveState;
  /** How the users of nodes that run differ from what they have to be. */
  readonly users: readonly string[];
  /** Redis nodes before 6.2 that a killed command has left refusing every write, by name. */
  readonly refusing: ReadonlySet<string>;
  /** What stopped nodes would load, by name; nodes that nobody has to know of are left out. */
  readonly data: ReadonlyMap<string, NodeData>;
  /** Whether git and npm leave the group's files alone. */
  readonly isIgnored: boolean;
  /** Where the group has files although there are none in the place of the topology; null: nowhere. */
  readonly elsewhere: Place | null;
}

/**
 * Returns what there is of a group. From then on `connections` log in with what the group has been using.
 * @param spoilt names of nodes whose servers have ended at their data files
 * @throws RsentinelError DIRECTORY_UNUSABLE, FOREIGN_CONF, TEMPLATE_INVALID, PASSWORD_UNUSABLE, TLS_UNUSABLE
 */
export async function observe(
  topology: ResolvedTopology,
  objects: GroupObjects,
  storage: Storage,
  spoilt: ReadonlySet<string>,
  connections: Connections,
): Promise<Observation> {
  const [templates, confs, passwords, certificates] = await Promise.all([
    loadTemplates(topology),
    readConfs(topology, storage),
    givenPasswords(topology),
    readGivenFiles(topology),
  ]);
  const access = await storedIn(storage, topology.name);
  const tls = await readTls(topology, objects, storage);
  connections.use(credentialsOf(access === null ? [] : [access.present, access.former], formerFiles(tls)));
  const live = await observeLive(objects, connections);
  return {
    objects,
    templates,
    confs,
    given: { passwords, certificates },
    access,
    tls,
    live,
    users: await userFaults(objects, connections),
    refusing: await findRefusing(objects, confs, live, connections),
    data: await readData(topology, objects, confs, spoilt, storage),
    isIgnored: await storage.isIgnored(),
    elsewhere: await placeElsewhere(topology, objects, confs),
  };
}

function readTls(topology: Topology, objects: GroupObjects, storage: Storage): Promise<StoredTls> {
  const speaksTls = topology.tls !== null || objects.members.some(({ trust }) => trust !== null);
  if (!speaksTls) return Promise.resolve(NO_TLS);
  const nodes = [...topology.redis, ...topology.sentinels].map(({ name }) => name);
  return storedTlsIn(storage, topology.name, nodes);
}

/** Returns how the users of running nodes differ from what rsentinel gave them, as sentences. */
async function userFaults(objects: GroupObjects, connections: Connections): Promise<readonly string[]> {
  const running = objects.members.flatMap(({ node, role, state, auth, control }) =>
    state === 'running' && auth === 'acl' && control !== null ? [{ name: node, role, control }] : [],
  );
  if (running.length === 0) return [];
  const targets = {
    masterName: masterNameOf(objects),
    redis: running.filter(({ role }) => role === 'redis'),
    sentinels: running.filter(({ role }) => role === 'sentinel'),
  };
  const snapshot = await takeSnapshot(targets, connections);
  return (await findAclFaults(targets, snapshot, connections)).map(({ message }) => message);
}

/** Newer servers pause writes, which ends by itself: they are not asked. */
async function findRefusing(
  { members }: GroupObjects,
  confs: ReadonlyMap<string, ConfFacts | null>,
  { sentinels }: LiveState,
  connections: Connections,
): Promise<ReadonlySet<string>> {
  const written = [...confs].flatMap(([name, conf]) =>
    conf !== null && settingsOf(conf.directives).some(isForgottenRefusal) ? [name] : [],
  );
  const servers = [...sentinels.values()].map(({ server }) => server);
  const isNew = servers.length > 0 && servers.every((server) => server !== null && canPauseWrites(server));
  const running = members.flatMap(({ node, role, state, control }) =>
    !isNew && role === 'redis' && state === 'running' && control !== null ? [{ node, control }] : [],
  );
  const refusing = await Promise.all(
    running.map(async ({ node, control }) => ((await refusesWrites(control, connections)) ? [node] : [])),
  );
  return new Set([...written, ...refusing.flat()]);
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
 * Reads what stopped nodes would load: all of them where none runs, since one has to be the master, otherwise the spoilt ones. A
 * group that has never been up has nothing to be read.
 */
async function readData(
  { redis }: Topology,
  objects: GroupObjects,
  confs: ReadonlyMap<string, ConfFacts | null>,
  spoilt: ReadonlySet<string>,
  storage: Storage,
): Promise<ReadonlyMap<string, NodeData>> {
  if (redis.every(({ name }) => confs.get(name) == null)) return new Map();
  const read = hasRunningRedis(objects) ? redis.filter(({ name }) => spoilt.has(name)) : redis;
  return new Map(
    await Promise.all(
      read.map(
        async ({ name, directives }): Promise<[string, NodeData]> => [
          name,
          await inspectData(storage.data(name), directives),
        ],
      ),
    ),
  );
}

/** Returns whether any Redis node of a group has a process. */
export function hasRunningRedis({ members }: GroupObjects): boolean {
  return members.some((member) => member.role === 'redis' && hasProcess(member));
}

async function placeElsewhere(
  { name, storage, directory }: ResolvedTopology,
  { volumes }: GroupObjects,
  confs: ReadonlyMap<string, ConfFacts | null>,
): Promise<Place | null> {
  if ([...confs.values()].some((conf) => conf !== null)) return null;
  if (storage === 'directory') return volumes.length === 0 ? null : { storage: 'volume', directory };
  return (await holdsFiles(directory, (text) => isFileOf(text, name)))
    ? { storage: 'directory', directory }
    : null;
}
