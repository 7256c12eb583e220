/** Decides what a topology leaves open: passwords, certificates, addresses, and the master of a group whose nodes are all stopped. Pure. */

import { decideAccess } from '../../access/decide-access.js';
import { type Credentials, credentialsOf } from '../../model/credentials/credentials.js';
import { clientFiles } from '../../model/credentials/group-tls.js';
import type { Secret } from '../../model/credentials/secret.js';
import type { GroupSpec } from '../../model/group-spec.js';
import type { GroupHistory } from '../../model/history.js';
import type { NodeData } from '../../model/node-data.js';
import type { ServerFacts } from '../../model/server-version.js';
import { chooseMaster } from '../../plan/node-data.js';
import { DATA_AS_EXPECTED, type DataState, groupHistory, knownAddresses } from '../../plan/observed.js';
import { allocate, type Refusals } from '../../spec/allocate.js';
import { announcedHost, buildGroupSpec } from '../../spec/build.js';
import type { ResolvedTopology } from '../../spec/defaults.js';
import { dataFiles } from '../../storage/data/inspect-data.js';
import { decideTls } from '../../tls/decide-tls.js';
import { formerFiles } from '../../tls/stored-tls.js';
import { hasRunningRedis, type Observation } from './observe.js';

/** What the engine, the sentinels and the servers have refused to this `up`. */
export interface Refused extends Refusals {
  /** Sentinel has no good replica to promote. */
  readonly promotion: boolean;
  /** Why servers have ended at their data files, by the names of their nodes. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/** What is not the same twice. */
export interface Chance {
  /** Returns a number in [0, 1), as Math.random does. */
  readonly random: () => number;
  readonly password: () => Secret;
  /** ms since 1970. */
  readonly now: number;
}

export interface Decision {
  readonly spec: GroupSpec;
  readonly history: GroupHistory;
  readonly data: DataState;
  /** What the nodes let in now, and what they will. */
  readonly credentials: Credentials;
  /** What does no harm yet. */
  readonly warnings: readonly string[];
}

/**
 * Returns the spec of a group and who its master is.
 * @param server of the image; null: nobody knows
 * @throws RsentinelError TLS_UNUSABLE, NETWORK_UNSUITABLE
 */
export async function decide(
  topology: ResolvedTopology,
  observation: Observation,
  server: ServerFacts | null,
  refused: Refused,
  chance: Chance,
): Promise<Decision> {
  const { objects, confs, access: stored, tls: storedTls, given, live } = observation;
  const before = {
    addresses: knownAddresses(objects, confs),
    subnet: objects.network?.subnet ?? null,
    published: objects.members.find(({ role }) => role === 'anchor')?.ports ?? [],
  };
  const access = decideAccess(topology, given.passwords, stored, server, chance.password);
  const allocation = allocate(topology, before, refused, chance.random);
  const hosts = new Map(
    [...topology.redis, ...topology.sentinels].map(({ name }) => [
      name,
      announcedHost(topology, allocation, name),
    ]),
  );
  const { tls, warnings } = await decideTls(topology, given.certificates, storedTls, hosts, chance.now);
  const spec = buildGroupSpec(topology, allocation, observation.templates, access, tls);

  const former = formerFiles(storedTls);
  const logins = [stored?.present ?? null, stored?.former ?? null];
  const credentials = credentialsOf(
    access.kind === 'none' ? logins : [access, ...logins],
    tls === null ? former : [clientFiles(tls), ...former],
  );
  const last = groupHistory(spec, objects, confs, live.master);
  const { data, master } = decideByData(spec, observation, last, refused);
  return { spec, history: { ...last, master }, data, credentials, warnings };
}

/** Decides who comes up as the master where all Redis nodes are stopped, and which nodes have to copy their data. */
function decideByData(
  spec: GroupSpec,
  { objects, data }: Observation,
  { master: last }: GroupHistory,
  { unreadable: why }: Refused,
): { readonly data: DataState; readonly master: GroupHistory['master'] } {
  if (data.size === 0) return { data: DATA_AS_EXPECTED, master: last };
  // What a server has said of its files counts more than what they look like.
  const known = new Map(
    spec.redis.flatMap(({ name, directives }): readonly [string, NodeData][] => {
      const seen = data.get(name);
      const said = why.get(name);
      if (seen === undefined) return [];
      if (said === undefined) return [[name, seen]];
      return [[name, { kind: 'unreadable', files: dataFiles(directives, seen), why: said }]];
    }),
  );
  const unreadable = new Map(
    [...known].flatMap(([name, one]) => (one.kind === 'unreadable' ? [[name, one] as const] : [])),
  );
  if (hasRunningRedis(objects)) return { data: { ...DATA_AS_EXPECTED, unreadable }, master: last };
  const { master, reason, refusal } = chooseMaster(last, spec.redis, known);
  return { data: { reason, refusal, unreadable }, master };
}
