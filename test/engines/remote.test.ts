/** An engine on another machine, over TLS, as `docker:dind` in CI: nothing is shared with it but the network. */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tlsOf } from '../../scripts/lib/engines/certificates.mjs';
import type { Engine } from '../../scripts/lib/engines/dockerd.mjs';
import { connectIoredis } from '../support/clients.js';
import { healthy, leavesNothing, liveThroughFailover, topologyOf } from '../support/engine-life.js';
import { asRemote, startRemoteDocker } from '../support/engines.js';
import { expectFailure } from '../support/failures.js';
import { rsentinel, type TestGroup, testGroup } from '../support/group.js';
import { TINY } from '../support/topologies.js';

const EXPOSED = 'network: {insecure: true}\n';

let engine: Engine;
let tls: ReturnType<typeof tlsOf>;

beforeAll(async () => {
  engine = await startRemoteDocker();
  tls = tlsOf(engine.machine);
});

describe('a group on a remote engine', () => {
  let group: TestGroup;

  beforeAll(async () => {
    group = await testGroup('remote', topologyOf(EXPOSED), asRemote(engine));
  });

  it('is not exposed to the network unless that is asked for', async () => {
    await using careless = await testGroup('remote-careless', TINY, asRemote(engine));
    const ran = await careless.run(['up']);
    expectFailure(ran, { code: 2, says: engine.machine.address, hint: 'insecure: true' });
    expect(ran.stderr).toMatch(/there is no password/);
    expect(await careless.left()).toEqual([]);
  });

  it('comes up at the address of the engine, and says what is exposed', async () => {
    const { stderr } = await group.up();
    expect(stderr).toMatch(/there is no password/);
    const report = await healthy(group);
    for (const node of [...report.redis, ...report.sentinels]) {
      expect(node.address.host).toBe(engine.machine.address);
    }
  });

  it('keeps its files in volumes over there', async () => {
    const volumes = (await group.left()).filter((what) => what.startsWith('volume '));
    expect(volumes).toHaveLength(12);
    for (const { Mounts } of await group.containers()) {
      expect(Mounts.map(({ Type }) => Type)).toEqual(Mounts.map(() => 'volume'));
    }
  });

  it('fails over for a client over here, and keeps what was decided', async () => {
    await liveThroughFailover(group, connectIoredis);
  });

  it('goes down and leaves nothing', async () => {
    await leavesNothing(group);
  });
});

describe('docker contexts', () => {
  /** DOCKER_CONFIG, as `docker context create` leaves it. */
  let config: string;

  beforeAll(async () => {
    config = join(engine.machine.state, 'docker-config');
    const id = createHash('sha256').update('laboratory').digest('hex');
    const [meta, files] = [join(config, 'contexts/meta', id), join(config, 'contexts/tls', id, 'docker')];
    await Promise.all([mkdir(meta, { recursive: true }), mkdir(files, { recursive: true })]);
    const endpoint = { Host: tls.host, SkipTLSVerify: false };
    const context = { Name: 'laboratory', Metadata: {}, Endpoints: { docker: endpoint } };
    await writeFile(join(meta, 'meta.json'), JSON.stringify(context));
    for (const file of ['ca.pem', 'cert.pem', 'key.pem']) {
      await copyFile(join(tls.client, file), join(files, file));
    }
  });

  it.each([
    ['--context', ['--context', 'laboratory'], {}],
    ['DOCKER_CONTEXT', [], { DOCKER_CONTEXT: 'laboratory' }],
  ])('%s names an engine', async (_, words, env) => {
    const where = { env: { DOCKER_CONFIG: config, ...env } };
    await using group = await testGroup(`context-${words.length}`, TINY + EXPOSED, {
      docker: engine.docker,
      where,
    });
    await group.up(...words);
    const names = (await group.containers()).map(({ Name }) => Name);
    expect(names).toContain(`/${group.name}-redis-1`);
    await group.down('--volumes', ...words);
    expect(await group.left()).toEqual([]);
  });

  it('the current one is used when nothing else is said', async () => {
    await writeFile(join(config, 'config.json'), JSON.stringify({ currentContext: 'laboratory' }));
    const ran = await rsentinel(['status', '-n', 'there-is-none'], { env: { DOCKER_CONFIG: config } });
    expect(ran.code, ran.stderr).toBe(3);
    const other = { DOCKER_CONFIG: config, DOCKER_HOST: 'unix:///nowhere.sock' };
    const overruled = await rsentinel(['status', '-n', 'there-is-none'], { env: other });
    expectFailure(overruled, { code: 1, says: 'unix:///nowhere.sock', hint: '' });
  });

  it('one that there is not is told, with those that there are', async () => {
    const ran = await rsentinel(['status', '-n', 'x', '--context', 'labratory'], {
      env: { DOCKER_CONFIG: config },
    });
    expectFailure(ran, { code: 2, says: '"labratory"', hint: 'Did you mean laboratory?' });
  });
});

describe('an engine that cannot be used is told by the name that the user gave it', () => {
  const status = (env: Record<string, string>) =>
    rsentinel(['status', '-n', 'there-is-none'], { env: { DOCKER_HOST: tls.host, ...env } });

  it('when its certificate is of another authority', async () => {
    const ran = await status({ DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: tls.stranger });
    expectFailure(ran, { code: 1, says: tls.host, hint: 'DOCKER_CERT_PATH' });
    expect(ran.stderr).toMatch(/certificate/i);
  });

  it('when it wants a certificate, and there is none', async () => {
    const directory = join(engine.machine.state, 'only-the-authority');
    await mkdir(directory);
    await copyFile(join(tls.client, 'ca.pem'), join(directory, 'ca.pem'));
    const ran = await status({ DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: directory });
    expectFailure(ran, { code: 2, says: join(directory, 'cert.pem'), hint: 'DOCKER_CERT_PATH' });
  });

  it('when TLS is not asked for at all', async () => {
    const ran = await status({});
    expectFailure(ran, { code: 1, says: tls.host, hint: 'DOCKER_TLS_VERIFY' });
  });

  it('when nothing listens there', async () => {
    const host = `tcp://${engine.machine.address}:2399`;
    const ran = await status({ DOCKER_HOST: host });
    expectFailure(ran, { code: 1, says: `no Docker engine answers at ${host}`, hint: '' });
    expect(ran.stderr).toContain('ECONNREFUSED');
  });

  it('when there is no such host', async () => {
    const ran = await status({ DOCKER_HOST: 'tcp://engine.invalid:2376' });
    expectFailure(ran, { code: 1, says: 'tcp://engine.invalid:2376', hint: '' });
  });
});
