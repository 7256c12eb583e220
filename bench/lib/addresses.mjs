import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from '../../scripts/lib/log.mjs';

/**
 * Where the groups of a run are: others may run groups, or this bench, on the same machine.
 *
 * @typedef {object} Addresses
 * @property {number} port The first of {@link PORTS} free ports in a row.
 * @property {string} composeNet The first three numbers of a free /24 network.
 */

/** How many ports the groups with given ports take up. */
const PORTS = 80;

/** Where the ports may be: below those that `port: auto` gives to groups of others (from 15000). */
const RANGE = { first: 11_000, last: 15_000 };

/** 10.198.0.0 – 10.198.255.0: neither Docker's own pools nor the automatic networks of rsentinel. */
const NETS = Array.from({ length: 256 }, (_, index) => `10.198.${index}`);

/**
 * @param {import('dockerode')} docker
 * @returns {Promise<Addresses>}
 */
export async function freeAddresses(docker) {
  const networks = await docker.listNetworks();
  const taken = networks.flatMap(({ IPAM }) => IPAM?.Config ?? []).map(({ Subnet }) => Subnet ?? '');
  const nets = NETS.filter((net) => !taken.some((subnet) => subnet.startsWith(`${net}.`)));
  const composeNet = nets[Math.floor(Math.random() * nets.length)];
  if (composeNet === undefined) throw new SetupError('Every network of 10.198.0.0/16 is taken.');
  return { port: await freePorts(), composeNet };
}

async function freePorts() {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const first = RANGE.first + Math.floor(Math.random() * (RANGE.last - RANGE.first - PORTS));
    const ports = Array.from({ length: PORTS }, (_, index) => first + index);
    const areFree = await Promise.all(ports.map(isFree));
    if (areFree.every(Boolean)) return first;
    await delay(10);
  }
  throw new SetupError(`There are no ${PORTS} free ports in a row from ${RANGE.first} to ${RANGE.last}.`);
}

/** Whether nobody listens at a port, on whatever address. */
function isFree(/** @type {number} */ port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
}
