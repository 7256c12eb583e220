import { anchorOptions, nodeOptions } from '../../dist/driver/docker/containers.js';
import { connectDocker } from '../../dist/driver/docker/docker-driver.js';
import { findServer } from '../../dist/driver/docker/image.js';
import { groupLabels } from '../../dist/driver/docker/labels.js';
import { CONF_FILE, renderConf } from '../../dist/render/conf.js';
import { initialHistory } from '../../dist/render/history.js';
import { loadTemplates } from '../../dist/render/templates.js';
import { allocate } from '../../dist/spec/allocate.js';
import { buildGroupSpec, nodesOf } from '../../dist/spec/build.js';
import { settle, THIS_MACHINE } from '../../dist/spec/settle.js';
import { nodeMounts } from '../../dist/storage/directory-storage.js';
import { parseTopology } from '../../dist/topology/parse.js';
import { connect } from '../../scripts/lib/docker.mjs';

/** @typedef {{ group: string, image: string, mode: 'loopback' | 'bridge' }} Asked */

/** First ports of the Redis nodes and of the sentinels: far from the usual ones, and from automatic ones. */
const PORTS = { loopback: [19200, 19210], bridge: [19220, 19230] };

/**
 * One master, two replicas, three sentinels: the topology that everyone brings up.
 *
 * @param {Asked} asked
 */
export function topologyText({ group, image, mode }) {
  const [redis, sentinel] = PORTS[mode];
  return [
    `name: ${group}`,
    `image: ${image}`,
    `master: {port: ${redis}}`,
    'replicas: 2',
    `sentinels: [{port: ${sentinel}}, {}, {}]`,
    `network: {mode: ${mode}}`,
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
  const topology = settle({ ...topologyOf(asked), directory }, undefined, THIS_MACHINE);
  const allocation = allocate(topology, new Map(), null, { ports: new Set(), subnets: new Set() }, () => 0);
  const spec = buildGroupSpec(topology, allocation, await loadTemplates(topology));
  const docker = connect();
  const { Config } = await docker.getImage(asked.image).inspect();
  const server = await findServer(docker, asked.image, Config, {});
  const owner = await connectDocker(() => {}).owner();
  const history = initialHistory(spec);
  return {
    network: {
      Name: spec.network.name,
      Driver: 'bridge',
      CheckDuplicate: true,
      Labels: groupLabels(spec),
      ...(spec.network.subnet === undefined ? {} : { IPAM: { Config: [{ Subnet: spec.network.subnet }] } }),
    },
    anchor: spec.anchor === null ? null : anchorOptions(spec, spec.anchor, server, owner),
    nodes: nodesOf(spec).map((node) => ({
      options: nodeOptions(spec, node, nodeMounts(directory, node.name), server, owner),
      mounts: nodeMounts(directory, node.name),
      file: CONF_FILE[node.kind],
      text: renderConf(spec, node, history),
    })),
    owner,
  };
}
