/** Engines of the laboratory, each on a machine of its own, which ends with the test file at the latest. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { listenWithTls, tlsOf } from '../../scripts/lib/engines/certificates.mjs';
import { type Engine, startDocker } from '../../scripts/lib/engines/dockerd.mjs';
import { startPodman } from '../../scripts/lib/engines/podman.mjs';
import { listenBySsh } from '../../scripts/lib/engines/sshd.mjs';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { type EngineOfTests, removeGroups } from './group.js';

/** What `npm run test:engines` has laid out: directories of unpacked Debian releases, an archive of the image. */
interface Laboratory {
  readonly bookworm: string;
  readonly trixie: string;
  readonly image: string;
}

function laboratory(): Laboratory {
  const text = process.env.RSENTINEL_TEST_LABORATORY;
  if (text === undefined) throw new Error('run this with `npm run test:engines`, which sees to the engines');
  return JSON.parse(text);
}

const engines = new Set<Engine>();

afterAll(async () => {
  // While their engines still are there.
  await removeGroups();
  await Promise.all([...engines].map(({ release }) => release()));
});

async function kept(starting: Promise<Engine>): Promise<Engine> {
  const engine = await starting;
  engines.add(engine);
  return engine;
}

/** Docker 20.10 at another address, over TLS; it sees nothing of this machine's files. */
export function startRemoteDocker(): Promise<Engine> {
  const { bookworm: debian, image } = laboratory();
  return kept(startDocker({ debian, files: 'own', image, listen: listenWithTls }));
}

/** Docker 20.10 on a machine that is reached by ssh. */
export function startDockerBehindSsh(): Promise<Engine> {
  const { bookworm: debian, image } = laboratory();
  return kept(startDocker({ debian, files: 'own', image, listen: listenBySsh }));
}

/** Docker 26.1, at a socket of this machine; its 127.0.0.1 is not ours. */
export function startDocker26(): Promise<Engine> {
  const { trixie: debian, image } = laboratory();
  return kept(startDocker({ debian, files: 'shared', image }));
}

/** Podman 4.3, at a socket of this machine; its 127.0.0.1 is not ours. */
export function startPodman43(): Promise<Engine> {
  const { bookworm: debian, image } = laboratory();
  return kept(startPodman({ debian, image }));
}

/** An engine as one of this machine: the command line runs in its network, where its 127.0.0.1 is. */
export function asLocal({ docker, host, machine }: Engine): EngineOfTests {
  return {
    docker,
    where: {
      env: { DOCKER_HOST: host },
      // Another one after the machine was off.
      get through() {
        return machine.inNetwork;
      },
    },
  };
}

/** An engine at another address, by the variables that Docker has for it. */
export function asRemote({ docker, machine }: Engine): EngineOfTests {
  const { host, client } = tlsOf(machine);
  return {
    docker,
    where: { env: { DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: client } },
  };
}

const CLIENT = fileURLToPath(new URL('network-client.mjs', import.meta.url));

/** `ioredis` by way of the sentinels, in the network of an engine's machine. */
export interface NetworkClient extends AsyncDisposable {
  set(key: string, value: string): Promise<void>;
  get(key: string): Promise<string | null>;
}

export function connectInNetwork({ machine }: Engine, report: GroupReport): NetworkClient {
  const sentinels = JSON.stringify(report.sentinels.map(({ address }) => address));
  const [program = '', ...args] = [...machine.inNetwork, process.execPath, CLIENT];
  const child = spawn(program, [...args, sentinels, report.masterName ?? ''], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (...words: readonly string[]): Promise<string | null> => {
    child.stdin.write(`${JSON.stringify(words)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('the client has ended');
    const answer: { readonly reply: string | null; readonly error?: string } = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.reply;
  };
  return {
    set: async (key, value) => {
      await ask('SET', key, value);
    },
    get: (key) => ask('GET', key),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
    },
  };
}
