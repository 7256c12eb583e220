/** Docker 26.1 at a socket of this machine, and what a group outlives on it: restarts, crashes, a power cut. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../scripts/lib/engines/dockerd.mjs';
import {
  expectOutOfReach,
  expectPowerless,
  healthy,
  identityOf,
  leavesNothing,
  liveThroughFailover,
  topologyOf,
} from '../support/engine-life.js';
import { asLocal, connectInNetwork, startDocker26 } from '../support/engines.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { until } from '../support/until.js';

let engine: Engine;

beforeAll(async () => {
  engine = await startDocker26();
  expect((await engine.docker.version()).Version).toMatch(/^26\./);
});

describe.each(['loopback', 'bridge'])('a group in %s mode on Docker 26', (mode) => {
  let group: TestGroup;

  beforeAll(async () => {
    group = await testGroup(`docker26-${mode}`, topologyOf(`network: {mode: ${mode}}`), asLocal(engine));
    await group.up();
  });

  it('fails over for a client, and keeps what was decided', async () => {
    await liveThroughFailover(group, (report) => connectInNetwork(engine, report));
  });

  it('is out of reach for containers of others, and for other machines', async () => {
    await expectOutOfReach(`docker26-intruder-${mode}`, group, 'bridge', engine);
  });

  it('has no power, and bounds for all that it uses', async () => {
    await expectPowerless(group, engine);
  });

  it('goes down and leaves nothing', async () => {
    await leavesNothing(group);
  });
});

describe.each(['directory', 'volume'])('a group with its files in a %s is as it was', (storage) => {
  let group: TestGroup;
  let before: ReturnType<typeof identityOf>;

  beforeAll(async () => {
    group = await testGroup(`outlives-${storage}`, topologyOf(`storage: ${storage}`), asLocal(engine));
    await group.up();
    const report = await healthy(group);
    await using client = connectInNetwork(engine, report);
    await client.set('kept', 'all the time');
    // Another master than that of the file: only what was kept tells which.
    await group.container('redis-1').kill();
    await until('the client writes again', async () => {
      await client.set('kept', 'since the failover');
      return true;
    });
    await group.up();
    before = identityOf(await healthy(group));
    expect(before.master).not.toBe('redis-1');
  });

  async function expectAsBefore(): Promise<void> {
    const dark = await group.status();
    expect(dark.code).toBe(3);
    await group.up();
    const report = await healthy(group);
    expect(identityOf(report)).toEqual(before);
    await using client = connectInNetwork(engine, report);
    expect(await client.get('kept')).toBe('since the failover');
  }

  it('after the engine was stopped and started', async () => {
    await engine.stop('SIGTERM');
    await engine.start();
    await expectAsBefore();
  });

  it('after the engine was killed and started', async () => {
    await engine.stop('SIGKILL');
    await engine.start();
    await expectAsBefore();
  });

  it('after its machine has lost power', async () => {
    await engine.machine.powerOff();
    await engine.machine.powerOn();
    await engine.start();
    await expectAsBefore();
  });
});
