/**
 * Another machine beside that of an engine: a network namespace with a cable to it, which sends all that
 * it does not know by way of the engine's machine, as a machine of the same network can.
 */
import { spawn } from 'node:child_process';
import type { Machine } from '../../scripts/lib/engines/machine.mjs';
import type { Target } from './intruder.js';

const NAME = 'neighbour';
const HERE = '192.168.213.2';
/** The engine's machine, at the other end. */
export const ENGINE_MACHINE = '192.168.213.1';

const CABLE = `
ip netns add ${NAME}
ip link add ${NAME}0 type veth peer name ${NAME}1 netns ${NAME}
ip addr add ${ENGINE_MACHINE}/24 dev ${NAME}0
ip link set ${NAME}0 up
ip -n ${NAME} addr add ${HERE}/24 dev ${NAME}1
ip -n ${NAME} link set ${NAME}1 up
ip -n ${NAME} route add default via ${ENGINE_MACHINE}
`;

/** Asks one target for PONG, and prints whether anything came. */
const PROGRAM = `
const [, host, port] = process.argv;
const socket = require('node:net').connect({ host, port: Number(port), timeout: 1500 });
const end = (word) => { console.log(word); process.exit(0); };
socket.on('connect', () => socket.write('PING\\r\\n')).on('data', () => end('answered'));
socket.on('timeout', () => end('silent')).on('error', () => end('refused'));
`;

/** @returns those of the targets that answered, as `host:port` */
export async function neighbourReaches(
  machine: Machine,
  targets: readonly Target[],
): Promise<readonly string[]> {
  await machine.run('sh', '-ec', CABLE);
  try {
    const pid = /\d+/.exec(machine.inNetwork.join(' '))?.[0];
    const network = `--net=/proc/${pid}/root/run/netns/${NAME}`;
    const answers = await Promise.all(targets.map((target) => ask(network, target)));
    return targets
      .filter((_, index) => answers[index] === 'answered')
      .map(({ host, port }) => `${host}:${port}`);
  } finally {
    await machine.run('ip', 'netns', 'del', NAME);
  }
}

function ask(network: string, { host, port }: Target): Promise<string> {
  const child = spawn('nsenter', [network, '--', process.execPath, '-e', PROGRAM, host, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(said.trim()) : reject(new Error(`the neighbour ended with ${code}`)),
    );
  });
}
