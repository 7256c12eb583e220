/** Specs and what is found of them, for tests of what is decided then. */

import { readFileSync } from 'node:fs';
import { renderConf } from '../../../src/config/conf.js';
import { readConfFacts } from '../../../src/config/conf-facts.js';
import type { ObservedMember } from '../../../src/engine/engine.js';
import { type GroupAccess, OPEN } from '../../../src/model/credentials/group-access.js';
import type { GroupTls } from '../../../src/model/credentials/group-tls.js';
import type { GroupSpec } from '../../../src/model/group-spec.js';
import { type GroupHistory, initialHistory, type NamedMaster } from '../../../src/model/history.js';
import { NEWEST } from '../../../src/model/server-version.js';
import {
  DATA_AS_EXPECTED,
  groupHistory,
  NO_DRIFT,
  NOTHING_LIVE,
  type ObservedState,
} from '../../../src/plan/observed.js';
import { planUp } from '../../../src/plan/up/plan-up.js';
import { type Allocation, allocate, type Before, NOTHING_BEFORE } from '../../../src/spec/allocate.js';
import { announcedHost, buildGroupSpec, nodesOf } from '../../../src/spec/build.js';
import { type ResolvedTopology, THIS_MACHINE, withDefaults } from '../../../src/spec/defaults.js';
import { generatedTls } from '../../../src/tls/decide.js';
import { NO_TLS, type StoredNode, type StoredTls } from '../../../src/tls/stored-tls.js';
import { NOW } from '../tls/certificates.js';
import { topologyOf } from '../topology/parse-helper.js';

function template(name: string): string {
  return readFileSync(new URL(`../../../templates/${name}`, import.meta.url), 'utf8');
}

const TEMPLATES = { redis: template('redis.conf'), sentinel: template('sentinel.conf') };

/** @param before the group as it is so far: what it has is kept, as `up` does */
export function specOf(text: string, before?: GroupSpec, access: GroupAccess = OPEN): GroupSpec {
  const topology = withDefaults(topologyOf(text), undefined, THIS_MACHINE);
  const refused = { ports: new Set<number>(), subnets: new Set<string>() };
  const known = before === undefined ? NOTHING_BEFORE : beforeOf(before);
  const allocation = allocate(topology, known, refused, () => 0);
  return buildGroupSpec(topology, allocation, TEMPLATES, access, tlsFor(topology, allocation, before));
}

/** Certificates that are made; what the group has of them is kept. */
function tlsFor(topology: ResolvedTopology, allocation: Allocation, before?: GroupSpec): GroupTls | null {
  if (topology.tls === null) return null;
  const nodes = [...topology.redis, ...topology.sentinels];
  const hosts = new Map(nodes.map(({ name }) => [name, announcedHost(topology, allocation, name)]));
  const stored = before?.tls == null ? NO_TLS : storedOf(before.tls);
  return generatedTls(topology.name, topology.tls.authClients, stored, hosts, NOW);
}

function storedOf(tls: GroupTls): StoredTls {
  const { authority, authorityKey, client } = tls;
  const nodes = [...tls.nodes].map(([name, own]): [string, StoredNode] => [name, { authority, ...own }]);
  return { shared: { authority, authorityKey, client }, nodes: new Map(nodes) };
}

function beforeOf(spec: GroupSpec): Before {
  return {
    addresses: new Map(nodesOf(spec).map(({ name, address }) => [name, address])),
    subnet: spec.network.subnet ?? null,
    published: spec.anchor?.ports ?? [],
  };
}

/** Nothing exists but the image. */
export function nothing(spec: GroupSpec): ObservedState {
  return {
    objects: { members: [], network: null, volumes: [], image: null, lock: null, expiry: null },
    imagePresent: true,
    confs: new Map(nodesOf(spec).map(({ name }) => [name, null])),
    access: null,
    users: [],
    live: NOTHING_LIVE,
    tls: NO_DRIFT,
    settable: new Map(),
    refusing: new Set(),
    history: initialHistory(spec),
    canPromote: true,
    data: DATA_AS_EXPECTED,
    isIgnored: true,
    elsewhere: null,
  };
}

/** `master` named in all files, in an epoch of its own unless it is the first. */
export function historyWith(spec: GroupSpec, master: string): GroupHistory {
  const epoch = master === spec.redis[0].name ? 0 : 1;
  const initial = initialHistory(spec);
  const node = spec.redis.find(({ name }) => name === master) ?? spec.redis[0];
  return {
    master: { name: node.name, address: node.address, configEpoch: epoch },
    sentinels: new Map(
      [...initial.sentinels].map(([name, own]) => [
        name,
        { ...own, currentEpoch: epoch, leaderEpoch: epoch },
      ]),
    ),
  };
}

/** Everything runs as the spec says, with `master` as the master by now. */
export function running(spec: GroupSpec, master: string = spec.redis[0].name): ObservedState {
  const history = historyWith(spec, master);
  const common = {
    state: 'running',
    exitCode: null,
    outOfMemory: false,
    attached: true,
    masterName: spec.masterName,
    image: spec.image,
    ports: [],
    networkMode: spec.network.mode,
    auth: spec.access.kind,
    trust: spec.tls?.trust ?? null,
    storage: spec.storage,
    directory: spec.directory,
    file: spec.file ?? null,
  } as const;
  const members = nodesOf(spec).map(
    (node): ObservedMember => ({
      ...common,
      role: node.kind,
      node: node.name,
      container: node.container,
      id: `id of ${node.name}`,
      digest: node.containerDigest,
      address: node.address,
      control: node.control,
    }),
  );
  if (spec.anchor !== null) {
    const { container, digest, ports } = spec.anchor;
    members.push({
      ...common,
      role: 'anchor',
      node: 'anchor',
      container,
      id: 'id of anchor',
      digest,
      ports,
      address: null,
      control: null,
    });
  }
  return {
    objects: {
      members,
      network: {
        name: spec.network.name,
        subnet: spec.network.subnet ?? '172.18.0.0/16',
        digest: spec.network.digest,
      },
      volumes: [],
      image: null,
      lock: null,
      expiry: null,
    },
    imagePresent: true,
    confs: new Map(
      nodesOf(spec).map((node) => [node.name, readConfFacts(renderConf(spec, node, history, null))]),
    ),
    access: null,
    users: [],
    tls: NO_DRIFT,
    live: {
      master: history.master,
      timing: spec.timing,
      sentinels: new Map(
        spec.sentinels.map(({ name }) => [
          name,
          {
            known: nodesOf(spec).flatMap((node) => (node.name === name ? [] : [node.address])),
            settings: spec.sentinel,
            periods: spec.timing,
            server: NEWEST,
          },
        ]),
      ),
    },
    settable: new Map(),
    refusing: new Set(),
    history,
    canPromote: true,
    data: DATA_AS_EXPECTED,
    isIgnored: true,
    elsewhere: null,
  };
}

/** The same with some members otherwise. */
export function withMembers(
  observed: ObservedState,
  names: readonly string[],
  changes: Partial<ObservedMember>,
): ObservedState {
  const { members } = observed.objects;
  return {
    ...observed,
    objects: {
      ...observed.objects,
      members: members.map((member) => (names.includes(member.node) ? { ...member, ...changes } : member)),
    },
  };
}

export function withoutMembers(observed: ObservedState, names: readonly string[]): ObservedState {
  const members = observed.objects.members.filter(({ node }) => !names.includes(node));
  return { ...observed, objects: { ...observed.objects, members } };
}

/** The history as it is read from what is observed; `live` is what running sentinels name. */
export function withHistory(
  spec: GroupSpec,
  observed: ObservedState,
  live: NamedMaster | null,
): ObservedState {
  return { ...observed, history: groupHistory(spec, observed.objects, observed.confs, live) };
}

/** A line per step: what, why, and after what. */
export function planLines(spec: GroupSpec, observed: ObservedState): string {
  return planUp(spec, observed, null)
    .map(({ id, reason, after }) => `${id}: ${reason}${after.length === 0 ? '' : ` < ${after.join(', ')}`}`)
    .join('\n');
}
