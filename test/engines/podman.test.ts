/** Podman 4.3, at a socket of this machine. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../scripts/lib/engines/dockerd.mjs';
import {
  expectOutOfReach,
  expectPowerless,
  healthy,
  leavesNothing,
  liveThroughFailover,
  topologyOf,
} from '../support/engine-life.js';
import { asLocal, connectInNetwork, startPodman43 } from '../support/engines.js';
import { testImage } from '../support/environment.js';
import { expectFailure } from '../support/failures.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { TINY } from '../support/topologies.js';

let engine: Engine;

beforeAll(async () => {
  engine = await startPodman43();
});

describe.each([
  ['loopback', 'directory'],
  ['loopback', 'volume'],
  ['bridge', 'directory'],
])('a group in %s mode with its files in a %s', (mode, storage) => {
  let group: TestGroup;

  beforeAll(async () => {
    const more = `network: {mode: ${mode}}\nstorage: ${storage}`;
    group = await testGroup(`podman-${mode}-${storage}`, topologyOf(more), asLocal(engine));
    await group.up();
    await healthy(group);
  });

  it('fails over for a client, and keeps what was decided', async () => {
    await liveThroughFailover(group, (report) => connectInNetwork(engine, report));
  });

  it('is out of reach for containers of others, and for other machines', async () => {
    await expectOutOfReach(`podman-intruder-${mode}-${storage}`, group, 'podman', engine);
  });

  it('has no power, and bounds for all that it uses', async () => {
    await expectPowerless(group, engine);
  });

  it('goes down and leaves nothing', async () => {
    await leavesNothing(group);
  });
});

describe('what goes wrong is told as with Docker', () => {
  it('a port that is taken, and by what', async () => {
    const taken = TINY.replace('port: auto', 'port: 7801');
    await using first = await testGroup('podman-first', taken, asLocal(engine));
    await first.up();
    await using second = await testGroup('podman-second', taken, asLocal(engine));
    const ran = await second.run(['up']);
    expectFailure(ran, { code: 1, says: '7801', hint: 'Choose another port' });
    expect(ran.stderr).toContain(first.name);
    expect(await second.left()).toEqual([]);
    await healthy(first);
  });

  it('a container of the same name that is not ours', async () => {
    await using group = await testGroup('podman-name', TINY, asLocal(engine));
    const other = await engine.docker.createContainer({ name: `${group.name}-redis-1`, Image: testImage() });
    try {
      const ran = await group.run(['up']);
      expectFailure(ran, { code: 1, says: `${group.name}-redis-1`, hint: 'another name' });
      expect(await group.left()).toEqual([]);
    } finally {
      await other.remove({ force: true });
    }
  });

  it('an image that there is not', async () => {
    const topology = `${TINY}image: localhost/no/such-image:1\n`;
    await using group = await testGroup('podman-image', topology, asLocal(engine));
    const ran = await group.run(['up']);
    expectFailure(ran, { code: 1, says: 'localhost/no/such-image:1', hint: '' });
    expect(await group.left()).toEqual([]);
  });

  it('Podman that does not run', async () => {
    const nowhere = `unix://${engine.machine.state}/nowhere.sock`;
    await using group = await testGroup('podman-none', TINY, {
      docker: engine.docker,
      where: { env: { DOCKER_HOST: nowhere } },
    });
    expectFailure(await group.run(['up']), { code: 1, says: nowhere, hint: 'DOCKER_HOST' });
  });
});
