import { loadTemplates } from '../../dist/config/templates.js';
import { connectDocker } from '../../dist/engine/docker/docker-engine.js';
import { endpointAt } from '../../dist/model/address.js';
import { OPEN } from '../../dist/model/credentials/group-access.js';
import { Connections } from '../../dist/nodes/client/connection.js';
import { Live } from '../../dist/nodes/live/live.js';
import { verifyReady } from '../../dist/nodes/wait/verify-ready.js';
import { buildGroupSpec } from '../../dist/spec/build.js';
import { THIS_MACHINE, withDefaults } from '../../dist/spec/defaults.js';
import { interruption } from '../../scripts/lib/interrupt.mjs';
import { SetupError } from '../../scripts/lib/log.mjs';
import { topologyOf } from './group.mjs';

/** As compose.yaml has them. */
const REDIS = { first: 11, port: 6379 };
const SENTINELS = { first: 21, port: 26379 };

const PATIENCE_MS = 90_000;

/**
 * Waits until the group of compose.yaml is proved ready by what proves it in `rsentinel up`.
 *
 * @param {string} image
 * @param {import('./addresses.mjs').Addresses} addresses
 * @returns {Promise<number>} Milliseconds.
 */
export async function untilComposeReady(image, addresses) {
  const spec = await composeSpec(image, addresses);
  const connections = new Connections();
  const engine = connectDocker(() => {});
  const context = { engine, emit: () => {}, signal: interruption };
  const started = performance.now();
  try {
    await verifyReady(new Live(spec, connections, context, AbortSignal.timeout(PATIENCE_MS)));
    return performance.now() - started;
  } catch (error) {
    interruption.throwIfAborted();
    const { message, details } = /** @type {import('../../dist/errors.js').RsentinelError} */ (error);
    throw new SetupError(`The compose group: ${message}.`, { output: details?.join('\n') });
  } finally {
    connections.close();
  }
}

/**
 * The compose group as a spec. Everybody, the host too, reaches its nodes at their addresses in its network.
 *
 * @param {string} image
 * @param {import('./addresses.mjs').Addresses} addresses
 * @returns {Promise<import('../../dist/model/group-spec.js').GroupSpec>}
 */
async function composeSpec(image, { port, composeNet }) {
  const topology = topologyOf({ group: 'compose', image, kind: 'bridge', port });
  const nodes = [
    ...topology.redis.map(({ name }, index) => ({
      name,
      ip: `${composeNet}.${REDIS.first + index}`,
      port: REDIS.port,
    })),
    ...topology.sentinels.map(({ name }, index) => ({
      name,
      ip: `${composeNet}.${SENTINELS.first + index}`,
      port: SENTINELS.port,
    })),
  ];
  const allocation = {
    ports: new Map(nodes.map(({ name, port }) => [name, port])),
    ips: new Map(nodes.map(({ name, ip }) => [name, ip])),
    subnet: `${composeNet}.0/24`,
    published: [],
  };
  const spec = buildGroupSpec(
    withDefaults(topology, undefined, THIS_MACHINE),
    allocation,
    await loadTemplates(topology),
    OPEN,
    null,
  );
  const [redis, ...otherRedis] = spec.redis;
  const [sentinel, ...otherSentinels] = spec.sentinels;
  return {
    ...spec,
    redis: [{ ...redis, ...direct(redis) }, ...otherRedis.map((node) => ({ ...node, ...direct(node) }))],
    sentinels: [
      { ...sentinel, ...direct(sentinel) },
      ...otherSentinels.map((node) => ({ ...node, ...direct(node) })),
    ],
  };
}

/**
 * The part of a node's spec that says where this machine reaches it. Not the whole node by a type parameter:
 * of a spread of one, the compiler checks nothing.
 *
 * @param {import('../../dist/model/group-spec.js').NodeSpec} node
 * @returns {Pick<import('../../dist/model/group-spec.js').NodeSpec, 'control'>}
 */
function direct({ address, kind }) {
  return { control: endpointAt(address, kind, false) };
}
