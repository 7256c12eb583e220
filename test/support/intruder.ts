/** Somebody else's containers on an engine, which try whether they get into a group. */
import { networkInterfaces } from 'node:os';
import type Docker from 'dockerode';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { groupName, testImage } from './environment.js';
import type { EngineOfTests, TestGroup } from './group.js';
import { until } from './until.js';

/** Where the intruder's own server listens, in its own network. */
const OWN_PORT = 18_999;
/** What every node answers to, Redis and Sentinel, if it talks to somebody at all. */
const QUESTIONS = 'PING\nINFO server\n';
const ANSWERED = /PONG|_version:|NOAUTH|DENIED|WRONGPASS/;

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A container in one network of the engine. */
export class Intruder implements AsyncDisposable {
  readonly #docker: Docker;
  readonly #container: Docker.Container;
  /** A network that was made for it alone. */
  readonly #network: Docker.Network | null;

  constructor(docker: Docker, container: Docker.Container, network: Docker.Network | null) {
    this.#docker = docker;
    this.#container = container;
    this.#network = network;
  }

  /** The gateways of the networks that it is in: the engine's host, as it sees it. */
  async gateways(): Promise<readonly string[]> {
    const { NetworkSettings } = await this.#container.inspect();
    return Object.values(NetworkSettings.Networks).map(({ Gateway }) => Gateway);
  }

  /** Asks at every target; gives those that answered, as `host:port`. */
  async reaches(targets: readonly Target[]): Promise<readonly string[]> {
    // Its questions do get answers where somebody listens.
    await until('the intruder’s own server answers', () => this.#ask({ host: '127.0.0.1', port: OWN_PORT }));
    const answers = await Promise.all(
      targets.map(async (target) => ({ target, answered: await this.#ask(target) })),
    );
    return answers.filter(({ answered }) => answered).map(({ target }) => `${target.host}:${target.port}`);
  }

  async #ask({ host, port }: Target): Promise<boolean> {
    const exec = await this.#container.exec({
      Cmd: ['redis-cli', '-t', '1', '-h', host, '-p', String(port)],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({ hijack: true, stdin: true });
    stream.end(QUESTIONS);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return ANSWERED.test(Buffer.concat(chunks).toString('latin1'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#docker.getContainer(this.#container.id).remove({ force: true, v: true });
    await this.#network?.remove();
  }
}

/**
 * @param label tells it from the other groups of this run: unique among all tests
 * @param network the name of one that there is; null: one of its own
 */
export async function intruder(
  label: string,
  network: string | null,
  { docker }: EngineOfTests,
): Promise<Intruder> {
  const name = groupName(label);
  // So that it is removed with what the run of the tests leaves, if this is interrupted.
  const Labels = { 'io.rsentinel.group': name };
  const made = network === null ? await docker.createNetwork({ Name: name, Driver: 'bridge', Labels }) : null;
  const container = await docker.createContainer({
    name,
    Image: testImage(),
    Entrypoint: ['redis-server'],
    Cmd: ['--port', String(OWN_PORT), '--save', ''],
    Labels,
    HostConfig: { NetworkMode: network ?? name },
  });
  const found = new Intruder(docker, container, made);
  await container.start();
  return found;
}

/**
 * Every place at which a node of the group could be: each port of the group, at the containers' own
 * addresses, the gateways of all networks concerned, the host's addresses, and what is announced.
 * @param hosts further addresses of the engine's host
 */
export async function everywhere(
  group: TestGroup,
  report: GroupReport,
  attacker: Intruder,
  hosts: readonly string[] = hostAddresses(),
): Promise<readonly Target[]> {
  const networks = (await group.containers()).flatMap(({ NetworkSettings }) =>
    Object.values(NetworkSettings.Networks),
  );
  const nodes = [...report.redis, ...report.sentinels].map(({ address }) => address);
  const places = new Set([
    ...nodes.map(({ host }) => host),
    ...networks.flatMap(({ IPAddress, Gateway }) => [IPAddress, Gateway]),
    ...(await attacker.gateways()),
    ...hosts,
  ]);
  const ports = new Set(nodes.map(({ port }) => port));
  return [...places]
    .filter((host) => host !== '')
    .flatMap((host) => [...ports].map((port): Target => ({ host, port })));
}

/** IPv4 addresses of this machine but for 127.0.0.1. */
function hostAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}
