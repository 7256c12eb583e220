/** Commands on groups in memory, each of which fails at every point: at calls of the engine, or at commands to servers. */
import { expect } from 'vitest';
import type { Topology } from '../../../src/model/topology.js';
import type { Injection, Standstill } from '../../support/fake/failures.js';
import { FakeWorld, type Outcome, topologyOf } from '../../support/fake/fake-world.js';

export const THREE = topologyOf('replicas: 2');
const SIX = topologyOf('replicas: 2\nimage: redis:6.0');
export interface Scenario {
  readonly title: string;
  /** Brings the group to where the command begins. */
  readonly prepare: (world: FakeWorld) => Promise<void>;
  readonly command: (world: FakeWorld, mishap: Injection | Standstill | null) => Promise<Outcome>;
  /** What the next `up` goes by. */
  readonly topology: Topology;
  /** The only password that lets anybody in afterwards; left out: nobody has to log in. */
  readonly password?: string;
}

export const running = async (world: FakeWorld): Promise<void> => {
  expect((await world.up(THREE)).error).toBeNull();
};

const changed = (title: string, text: string, prepare = running): Scenario => {
  const topology = topologyOf(text);
  return { title, prepare, topology, command: (world, mishap) => world.up(topology, mishap) };
};

/** Another password for a group that runs. */
function rotation(title: string, image: string): Scenario {
  const of = (password: string): Topology =>
    topologyOf(`replicas: 2\nimage: ${image}\nauth: {password: ${password}}`);
  const password = 'another-password-2';
  return {
    ...changed(title, '', async (world) => {
      expect((await world.up(of('a-password-1'))).error).toBeNull();
    }),
    topology: of(password),
    command: (world, mishap) => world.up(of(password), mishap),
    password,
  };
}

export const SCENARIOS: readonly Scenario[] = [
  changed('a new group', 'replicas: 2', async () => {}),
  changed('a group that was stopped', 'replicas: 2', async (world) => {
    await running(world);
    expect((await world.down(THREE)).error).toBeNull();
  }),
  changed('a directive that is set', 'replicas: 2\nredis: {config: {timeout: 77}}'),
  changed('directives of the sentinels', 'replicas: 2\nsentinel: {down-after-milliseconds: 1500}'),
  changed('another memory limit', 'replicas: 2\nredis: {memory: 512mb}'),
  changed('another image', 'replicas: 2\nimage: redis:8.2'),
  changed('a replica more', 'replicas: 3'),
  changed('a replica less', 'replicas: 1'),
  changed('a sentinel more', 'replicas: 2\nsentinels: 4'),
  changed('another fixed port', 'replicas: 2\nmaster: {port: 7777}'),
  changed('a paused replica', 'replicas: 2', async (world) => {
    await running(world);
    await world.pause(THREE, 'redis-2');
  }),
  changed(
    'a paused replica that needs another container',
    'replicas: 2\nredis: {memory: 512mb}',
    async (world) => {
      await running(world);
      await world.pause(THREE, 'redis-2');
    },
  ),
  changed('a paused replica that leaves', 'replicas: 1', async (world) => {
    await running(world);
    await world.pause(THREE, 'redis-3');
  }),
  changed('a dead master', 'replicas: 2', async (world) => {
    await running(world);
    await world.kill(THREE, 'redis-1');
  }),
  changed('faster timing', 'replicas: 2\ntiming: fast'),
  changed('data that cannot be loaded', 'replicas: 2', async (world) => {
    await running(world);
    expect((await world.down(THREE)).error).toBeNull();
    world.machine.spoilData('redis-3');
  }),
  changed(
    'a master that a killed command has refuse writes',
    'replicas: 2\nimage: redis:6.0',
    async (world) => {
      expect((await world.up(SIX)).error).toBeNull();
      world.machine.nodes.refuseWrites('g-redis-1');
    },
  ),
  {
    title: 'a group that is to expire',
    prepare: async (world) => {
      expect((await world.up(THREE, null, 1_000)).error).toBeNull();
    },
    topology: THREE,
    command: (world, mishap) => world.up(THREE, mishap, 3_600_000),
  },
  rotation('another password', 'redis:8.0'),
  rotation('another password on Redis 6.0', 'redis:6.0'),
  {
    title: 'down',
    prepare: running,
    topology: THREE,
    command: (world, mishap) => world.down(THREE, mishap),
  },
  {
    title: 'down --volumes',
    prepare: running,
    topology: THREE,
    command: (world, mishap) => world.down(THREE, mishap, 'remove'),
  },
];

/** Plans most of whose operations are commands to servers. */
export const COMMANDING: readonly Scenario[] = [
  ...SCENARIOS.filter(({ title }) =>
    [
      'a directive that is set',
      'directives of the sentinels',
      'another memory limit',
      'down',
      'another password',
      'another password on Redis 6.0',
    ].includes(title),
  ),
  {
    title: 'failover',
    prepare: running,
    topology: THREE,
    command: (world, mishap) => world.failover('redis-3', mishap),
  },
  {
    title: 'reset',
    prepare: running,
    topology: THREE,
    command: (world, mishap) => world.reset(THREE, mishap),
  },
  {
    title: 'reset after a failover',
    prepare: async (world) => {
      await running(world);
      expect((await world.failover('redis-3')).error).toBeNull();
    },
    topology: THREE,
    command: (world, mishap) => world.reset(THREE, mishap),
  },
];

export async function rehearse(prepare: Scenario['prepare'], command: Scenario['command']): Promise<Outcome> {
  const world = new FakeWorld();
  await prepare(world);
  return command(world, null);
}
