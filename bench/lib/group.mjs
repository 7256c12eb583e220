import { CONF_FILE, renderConf } from '../../dist/config/conf.js';
import { loadTemplates } from '../../dist/config/templates.js';
import { anchorOptions, networkOptions, nodeOptions } from '../../dist/engine/docker/containers.js';
import { connectDocker } from '../../dist/engine/docker/docker-engine.js';
import { findServer } from '../../dist/engine/docker/image.js';
import { OPEN } from '../../dist/model/credentials/group-access.js';
import { initialHistory } from '../../dist/model/history.js';
import { allocate, NOTHING_BEFORE } from '../../dist/spec/allocate.js';
import { buildGroupSpec, nodesOf } from '../../dist/spec/build.js';
import { THIS_MACHINE, withDefaults } from '../../dist/spec/defaults.js';
import { nodeMounts } from '../../dist/storage/node-places.js';
import { parseTopology } from '../../dist/topology/parse.js';
import { connect } from '../../scripts/lib/docker.mjs';

/**
 * `loopback` and `bridge`: the usual group in that address mode. `large`: one of 26 nodes in loopback mode.
 *
 * @typedef {'loopback' | 'bridge' | 'large'} Kind
 * @typedef {{ group: string, image: string, kind: Kind, port: number }} Asked `port`: the first of the bench's.
 */

/** `ports`: the first ones of the Redis nodes and of the sentinels, counted from the first one of the bench. */
const KINDS = {
  loopback: { mode: 'loopback', replicas: 2, sentinels: 3, ports: { redis: 0, sentinel: 10 } },
  bridge: { mode: 'bridge', replicas: 2, sentinels: 3, ports: { redis: 20, sentinel: 30 } },
  large: { mode: 'loopback', replicas: 20, sentinels: 5, ports: { redis: 40, sentinel: 70 } },
};

/**
 * The topology that everyone brings up.
 *
 * @param {Asked} asked
 */
export function topologyText({ group, image, kind, port }) {
  const { mode, replicas, sentinels, ports } = KINDS[kind];
  return [
    `name: ${group}`,
    `image: ${image}`,
    `master: {port: ${port + ports.redis}}`,
    `replicas: ${replicas}`,
    `sentinels: [{port: ${port + ports.sentinel}}${', {}'.repeat(sentinels - 1)}]`,
    `network: {mode: ${mode}}`,
    '',
  ].join('\n');
}

/**
 * The usual group, with ports that nobody else has.
 *
 * @param {string} image
 */
export function automaticTopologyText(image) {
  const list = (/** @type {number} */ count) => `[${Array(count).fill('{port: auto}').join(', ')}]`;
  return [
    `image: ${image}`,
    'master: {port: auto}',
    `replicas: ${list(KINDS.loopback.replicas)}`,
    `sentinels: ${list(KINDS.loopback.sentinels)}`,
    '',
  ].join('\n');
}

/**
 * The topology, as the parser of rsentinel understands it.
 *
 * @param {Asked} asked
 */
export function topologyOf(asked) {
  const source = { file: 'bench', path: undefined, directory: '/', env: {} };
  const parsed = parseTopology(topologyText(asked), source);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.topology;
}

/**
 * What rsentinel asks the engine for when it makes this group, and the files that it writes: plain data.
 *
 * @param {Asked & { directory: string }} asked
 */
export async function describeGroup({ directory, ...asked }) {
  const topology = withDefaults({ ...topologyOf(asked), directory }, undefined, THIS_MACHINE);
  // Its ports are given: what is left to chance are the spare ones of the anchor.
  const refused = { ports: new Set(), subnets: new Set() };
  const allocation = allocate(topology, NOTHING_BEFORE, refused, Math.random);
  const spec = buildGroupSpec(topology, allocation, await loadTemplates(topology), OPEN, null);
  const docker = connect();
  const { Config } = await docker.getImage(asked.image).inspect();
  const server = await findServer(docker, asked.image, Config, {});
  const owner = await connectDocker(() => {}).owner();
  const ground = { server, owner, isNative: true };
  const history = initialHistory(spec);
  return {
    network: networkOptions(spec),
    anchor: spec.anchor === null ? null : anchorOptions(spec, spec.anchor, ground),
    nodes: nodesOf(spec).map((node) => ({
      options: nodeOptions(spec, node, nodeMounts(directory, node.name), ground),
      mounts: nodeMounts(directory, node.name),
      file: CONF_FILE[node.kind],
      text: renderConf(spec, node, history, null),
    })),
    owner,
  };
}
