/**
 * A group of a test's own: a topology file in a directory of its own, the built command line run as
 * users run it, and the engine beside it to see what really is there. Whatever a test makes is
 * removed when it leaves the scope (`await using`), and at the latest when its file is done.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterAll } from 'vitest';
import { connect } from '../../scripts/lib/docker.mjs';
import { listGroupObjects, removeAll } from '../../scripts/lib/leftovers.mjs';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { type Ran, type Running, start, type Where } from './command.js';
import { groupName, testImage } from './environment.js';

/** The engine that the tests run on. */
export const docker: Docker = connect();

/** An engine, for the tests and for the command line that they run. */
export interface EngineOfTests {
  /** A client that does not depend on what is tested. */
  readonly docker: Docker;
  /** How the command line is told of it. */
  readonly where: Where;
}

const { DOCKER_HOST } = process.env;
export const OUR_ENGINE: EngineOfTests = {
  docker,
  where: DOCKER_HOST === undefined ? {} : { env: { DOCKER_HOST } },
};

const groups = new Set<TestGroup>();

/** Removes what the tests of this file have made and not removed. */
export async function removeGroups(): Promise<void> {
  await Promise.all([...groups].map((group) => group.remove()));
}

afterAll(removeGroups);

/** Starts `rsentinel` with an engine and the image of the tests. */
export function startRsentinel(
  words: readonly string[],
  where: Where = {},
  engine: EngineOfTests = OUR_ENGINE,
): Running {
  const env = { RSENTINEL_IMAGE: testImage(), ...engine.where.env, ...where.env };
  return start(words, { ...engine.where, ...where, env });
}

/** Runs `rsentinel` to its end. */
export function rsentinel(words: readonly string[], where: Where = {}): Promise<Ran> {
  return startRsentinel(words, where, OUR_ENGINE).ended;
}

export class TestGroup {
  /** Carries the prefix of this run of the tests; given to every command by `-n`. */
  readonly name: string;
  /** The topology file is in here, and nothing that was not made for this group. */
  readonly directory: string;
  readonly #engine: EngineOfTests;

  constructor(name: string, directory: string, engine: EngineOfTests) {
    this.name = name;
    this.directory = directory;
    this.#engine = engine;
    groups.add(this);
  }

  /** `topology.yaml` in the group's directory. */
  get file(): string {
    return join(this.directory, 'topology.yaml');
  }

  /** Where the nodes keep their files, unless the topology says otherwise: `<node>/conf`, `<node>/data`. */
  get nodes(): string {
    return join(this.directory, '.rsentinel', this.name);
  }

  /** Replaces the topology file; one without an image gets that of the tests, as its last line. */
  async write(topology: string): Promise<void> {
    const image = /^image:/m.test(topology) ? '' : `image: ${testImage()}\n`;
    await writeFile(this.file, topology.endsWith('\n') ? topology + image : `${topology}\n${image}`);
  }

  /** Another group from the same file. @param label as for `testGroup` */
  another(label: string): TestGroup {
    return new TestGroup(groupName(label), this.directory, this.#engine);
  }

  /** Starts a command on this group: `start(['up', '-v'])` is `rsentinel up -v -f FILE -n NAME`. */
  start(words: readonly string[], where: Where = {}): Running {
    const there = { cwd: this.directory, ...where };
    return startRsentinel([...words, '-f', this.file, '-n', this.name], there, this.#engine);
  }

  /** Runs a command on this group to its end. */
  run(words: readonly string[], where: Where = {}): Promise<Ran> {
    return this.start(words, where).ended;
  }

  /** `up` that must succeed. */
  async up(...words: readonly string[]): Promise<Ran> {
    return succeeded(await this.run(['up', ...words]));
  }

  /** `down` that must succeed. */
  async down(...words: readonly string[]): Promise<Ran> {
    return succeeded(await this.run(['down', ...words]));
  }

  /** What `status --format json` says, and its exit code. */
  async status(): Promise<{ readonly code: number | null; readonly report: GroupReport }> {
    const { code, stdout, stderr } = await this.run(['status', '--format', 'json']);
    if (stdout === '') throw new Error(`status exited with ${code}:\n${stderr}`);
    return { code, report: JSON.parse(stdout) };
  }

  /** The container of a node (`redis-1`, `sentinel-2`, `anchor`), whatever its state is. */
  container(node: string): Docker.Container {
    return this.#engine.docker.getContainer(`${this.name}-${node}`);
  }

  /** All containers of the group, by their names, as the engine describes them. */
  async containers(): Promise<readonly Docker.ContainerInspectInfo[]> {
    const objects = await this.#objects();
    const names = objects.filter(({ kind }) => kind === 'container').map(({ name }) => name);
    return Promise.all(names.sort().map((name) => this.#engine.docker.getContainer(name).inspect()));
  }

  /** What the engine has of the group: `container x`, `network y`, `volume z`. */
  async left(): Promise<readonly string[]> {
    return (await this.#objects()).map(({ kind, name }) => `${kind} ${name}`).sort();
  }

  async #objects() {
    return (await listGroupObjects(this.#engine.docker)).filter(({ group }) => group === this.name);
  }

  /** Removes all of it from the engine and from the disk, without the help of what is tested. */
  async remove(): Promise<void> {
    await removeAll(await this.#objects());
    await rm(this.directory, { recursive: true, force: true });
    groups.delete(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }
}

/** @param label tells it from the other groups of this run: unique among all tests */
export async function testGroup(
  label: string,
  topology: string,
  engine: EngineOfTests = OUR_ENGINE,
): Promise<TestGroup> {
  const directory = await mkdtemp(join(tmpdir(), `rsentinel-${label}-`));
  // For tests that run the command as somebody else.
  await chmod(directory, 0o755);
  const group = new TestGroup(groupName(label), directory, engine);
  await group.write(topology);
  return group;
}

function succeeded(ran: Ran): Ran {
  if (ran.code !== 0) throw new Error(`it exited with ${ran.code}:\n${ran.stderr}`);
  return ran;
}
