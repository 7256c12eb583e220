/** Whatever the topology and the environment say: a clear error, or files and containers that are the group's own. */
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideAccess } from '../../src/access/decide-access.js';
import { generatePassword, givenPasswords } from '../../src/access/passwords.js';
import { CONF_FILE, renderConf } from '../../src/config/conf.js';
import { readConfFacts, readDirectiveLines } from '../../src/config/conf-facts.js';
import { loadTemplates } from '../../src/config/templates.js';
import { anchorOptions, type ContainerDefaults, nodeOptions } from '../../src/engine/docker/containers.js';
import { GROUP_LABEL } from '../../src/engine/docker/labels.js';
import { RsentinelError } from '../../src/errors.js';
import type { GroupSpec, NodeSpec } from '../../src/model/group-spec.js';
import { initialHistory } from '../../src/model/history.js';
import type { Topology } from '../../src/model/topology.js';
import { allocate, NOTHING_BEFORE } from '../../src/spec/allocate.js';
import { buildGroupSpec, nodesOf } from '../../src/spec/build.js';
import { THIS_MACHINE, withDefaults } from '../../src/spec/defaults.js';
import { nodeMounts } from '../../src/storage/node-places.js';
import { formatDiagnostic } from '../../src/topology/diagnostic.js';
import { parseTopology } from '../../src/topology/parse.js';
import { share, TIMEOUT } from './share.js';
import { ACTIVE, prototypesAreUntouched } from './texts.js';
import { environment, topologyText } from './topologies.js';

/** ms: most take one; a machine that is busy with other things stops now and then. */
const PATIENCE = 5_000;
const GROUND: ContainerDefaults = { server: 'redis-server', owner: { uid: 1000, gid: 1000 }, isNative: true };
const SOURCE = { file: 't.yaml', path: '/srv/app/t.yaml', directory: '/srv/app' };

const templates = await (async () => {
  const parsed = parseTopology('sentinels: 1\n', { ...SOURCE, env: {} });
  if (!parsed.ok) throw new Error('the smallest topology is not valid');
  return loadTemplates(parsed.topology);
})();

/** What nobody could have chosen: of passwords, and of the application's user and rules. */
const PLAIN_AUTH = {
  password: { kind: 'generate' },
  sentinelPassword: 'same',
  user: 'app',
  rules: null,
} as const;

/** @returns null: it cannot be brought up here, which is told clearly */
async function specOf(topology: Topology): Promise<GroupSpec | null> {
  try {
    const address = topology.network.address === undefined ? undefined : '10.1.2.3';
    const settled = withDefaults(topology, address, THIS_MACHINE);
    const refused = { ports: new Set<number>(), subnets: new Set<string>() };
    return buildGroupSpec(
      settled,
      allocate(settled, NOTHING_BEFORE, refused, () => 0),
      templates,
      decideAccess(topology, await givenPasswords(topology), null, null, generatePassword),
      null,
    );
  } catch (error) {
    expect(error).toBeInstanceOf(RsentinelError);
    return null;
  }
}

/** What nobody but rsentinel may say. */
const OURS =
  /^(?:port|bind|dir|include|logfile|pidfile|unixsocket.*|daemonize|replicaof|slaveof|sentinel.*|.*announce-ip)$/;

const withoutHeader = (text: string): readonly string[] =>
  text.split('\n').filter((line) => !line.startsWith('# rsentinel'));

/** Exactly the lines that were meant, and nothing else anywhere. */
function checkFile(spec: GroupSpec, node: NodeSpec, plain: GroupSpec): void {
  const history = initialHistory(spec);
  const text = renderConf(spec, node, history, null);
  expect(text).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cs}\u2028\u2029]/u);
  const bare = withoutHeader(renderConf(spec, { ...node, directives: [] }, history, null));
  const lines = [...withoutHeader(text)];
  const meant = node.directives.map(({ name, value }) => `${name} ${value}`);
  const at = lines.findIndex((_, index) => meant.every((line, offset) => lines[index + offset] === line));
  expect(at).toBeGreaterThanOrEqual(0);
  lines.splice(at, meant.length);
  expect([...lines].sort()).toEqual([...bare].sort());

  // Whom it lets in is told by as many lines as of a group of which nobody has chosen anything.
  const namesIn = (file: string) => readDirectiveLines(file).map(({ name }) => name);
  const unchosen = renderConf({ ...spec, access: plain.access }, { ...node, directives: [] }, history, null);
  expect(namesIn(bare.join('\n'))).toEqual(namesIn(unchosen));

  // Whatever Redis takes for a line, by another way of reading it.
  expect(readDirectiveLines(text)).toHaveLength(
    withoutHeader(text).filter((line) => !/^\s*(#|$)/.test(line)).length,
  );
  expect(node.directives.filter(({ name }) => OURS.test(name))).toEqual([]);

  const facts = readConfFacts(text);
  expect(facts.header).toMatchObject({ group: spec.name, node: node.name, directives: node.directives });
  expect(facts.announced).toEqual(node.address);
  const isFirst = node.name === spec.redis[0].name;
  if (node.kind === 'redis') {
    expect(facts.replicaOf).toEqual(isFirst ? null : spec.redis[0].address);
  } else {
    expect(facts.monitor?.master).toEqual(spec.redis[0].address);
    expect(facts.replicaOf).toBeNull();
  }
}

/** Inside of the directory that the topology names, by the node's own name. */
function checkPlaces(spec: GroupSpec, node: NodeSpec): void {
  const { conf, data } = nodeMounts(spec.directory, node.name);
  expect(relative(spec.directory, join(conf, CONF_FILE[node.kind])).split('/')).toEqual([
    node.name,
    'conf',
    CONF_FILE[node.kind],
  ]);
  expect(relative(spec.directory, data).split('/')).toEqual([node.name, 'data']);
}

/** With the group's label and name, and nothing mounted but the node's own. */
function checkContainer(spec: GroupSpec, node: NodeSpec): void {
  const mounts = nodeMounts(spec.directory, node.name);
  const options = nodeOptions(spec, node, mounts, GROUND);
  const { HostConfig: host = {} } = options;
  expect(options.Labels?.[GROUP_LABEL]).toBe(spec.name);
  expect(options.name).toBe(`${spec.name}-${node.name}`);
  expect(options.Image).toBe(spec.image);
  expect(host.Mounts?.map(({ Source, Target }) => [Source, Target])).toEqual([
    [mounts.conf, '/conf'],
    [mounts.data, '/data'],
  ]);
  expect(host.CapDrop).toEqual(['ALL']);
  expect([host.Binds, host.Privileged, host.Devices, host.CapAdd, host.PidMode, host.VolumesFrom]).toEqual(
    Array.from({ length: 6 }, () => undefined),
  );
  expect(options.Cmd?.[0]).toBe(`/conf/${CONF_FILE[node.kind]}`);
}

async function checkText(text: string, env: Readonly<Record<string, string>>): Promise<void> {
  const started = performance.now();
  const parsed = parseTopology(text, { ...SOURCE, env });
  const told = parsed.ok ? parsed.warnings : parsed.diagnostics;
  for (const line of told.map(formatDiagnostic)) {
    expect(line).toMatch(/^t\.yaml:[1-9]\d*:[1-9]\d*: ./u);
    expect(line).not.toMatch(ACTIVE);
  }
  if (!parsed.ok) expect(told.length).toBeGreaterThan(0);
  const topology = parsed.ok ? parsed.topology : null;
  const spec = topology === null ? null : await specOf(topology);
  if (spec !== null && topology !== null) {
    const auth = topology.auth === null ? null : { ...topology.auth, ...PLAIN_AUTH };
    const plain = {
      ...spec,
      access: decideAccess({ auth }, await givenPasswords({ auth }), null, null, generatePassword),
    };
    expect(spec.name).toMatch(/^[a-z0-9][a-z0-9-]*$/);
    for (const node of nodesOf(spec)) {
      checkPlaces(spec, node);
      checkFile(spec, node, plain);
      checkContainer(spec, node);
    }
    if (spec.anchor !== null) {
      const anchor = anchorOptions(spec, spec.anchor, GROUND);
      expect(anchor.Labels?.[GROUP_LABEL]).toBe(spec.name);
      expect([anchor.HostConfig?.Mounts, anchor.HostConfig?.Binds]).toEqual([undefined, undefined]);
    }
  }
  expect(prototypesAreUntouched()).toBe(true);
  expect(performance.now() - started).toBeLessThan(PATIENCE);
}

describe('a topology and an environment', () => {
  it('are understood or refused, whatever they say', { timeout: TIMEOUT }, async () => {
    await fc.assert(fc.asyncProperty(topologyText, environment, checkText), share(47));
  });
});
