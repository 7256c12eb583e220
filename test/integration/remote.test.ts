/** An engine that is reached by TCP at an address of its host: here the same engine, through a proxy. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ownAddress } from '../support/addresses.js';
import { connectIoredis } from '../support/clients.js';
import { expectFailure } from '../support/failures.js';
import { rsentinel, type TestGroup, testGroup } from '../support/group.js';

const OPEN = `
master: {port: auto}
replicas: [{port: auto}]
sentinels: [{port: auto}, {port: auto}, {port: auto}]
network: {insecure: true}
`;

let proxy: Server;
let host: string;

beforeAll(async () => {
  const socket = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');
  proxy = createServer((client) => {
    const engine = connect(socket);
    client.pipe(engine).pipe(client);
    for (const end of [client, engine]) end.on('error', () => [client, engine].map((one) => one.destroy()));
  });
  await new Promise<void>((resolve) => proxy.listen(0, ownAddress(), resolve));
  host = `tcp://${ownAddress()}:${(proxy.address() as AddressInfo).port}`;
});

afterAll(() => {
  proxy.close();
});

/** A configuration directory of the docker command with one context. */
async function configWith(group: TestGroup, name: string): Promise<string> {
  const config = join(group.directory, 'docker');
  const meta = join(config, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'));
  await mkdir(meta, { recursive: true });
  const endpoints = { docker: { Host: host, SkipTLSVerify: false } };
  await writeFile(
    join(meta, 'meta.json'),
    JSON.stringify({ Name: name, Metadata: {}, Endpoints: endpoints }),
  );
  return config;
}

describe('an engine elsewhere', () => {
  it('has groups published on its host, in volumes, for clients here', async () => {
    await using group = await testGroup('remote', OPEN);
    const env = { DOCKER_HOST: host };
    const up = await group.run(['up', '--format', 'json'], { env });
    expect(up.code, up.stderr).toBe(0);
    const report: GroupReport = JSON.parse(up.stdout);
    expect(report.networkMode).toBe('published');
    expect(report.directory).toBeNull();
    for (const { address } of [...report.redis, ...report.sentinels]) expect(address.host).toBe(ownAddress());
    await using client = await connectIoredis(report);
    await client.set('from', 'here');
    expect(await client.get('from')).toBe('here');

    const again = await group.run(['up'], { env });
    expect(again.stdout).toContain('healthy; nothing was touched');
    expect((await rsentinel(['status', '-n', group.name], { env })).code).toBe(0);
    expect((await rsentinel(['down', '--volumes', '-n', group.name], { env })).code).toBe(0);
    expect(await group.left()).toEqual([]);
  });

  it('may be named by a docker context, which counts more than DOCKER_HOST when it is given', async () => {
    await using group = await testGroup('context', OPEN);
    const DOCKER_CONFIG = await configWith(group, 'far');
    const nowhere = { DOCKER_CONFIG, DOCKER_HOST: 'unix:///nowhere.sock' };
    const up = await group.run(['up', '--context', 'far'], { env: nowhere });
    expect(up.code, up.stderr).toBe(0);
    const env = { DOCKER_CONFIG, DOCKER_HOST: '', DOCKER_CONTEXT: 'far' };
    expect((await rsentinel(['status', '-n', group.name], { env })).code).toBe(0);
    const down = ['--context', 'far', 'down', '--volumes', '-n', group.name];
    expect((await rsentinel(down, { env: nowhere })).code).toBe(0);
    expect(await group.left()).toEqual([]);
  });

  it('that is not there is called by the name that the user knows', async () => {
    await using group = await testGroup('context-dead', OPEN);
    const DOCKER_CONFIG = await configWith(group, 'far');
    expectFailure(await group.run(['up', '--context', 'fra'], { env: { DOCKER_CONFIG } }), {
      code: 2,
      says: 'there is no docker context "fra", which is given by --context',
      hint: 'Did you mean far?',
    });
    expectFailure(await rsentinel(['status', '-n', 'x'], { env: { DOCKER_HOST: 'tcp://127.0.0.1:1' } }), {
      code: 1,
      says: 'no Docker engine answers at tcp://127.0.0.1:1 (DOCKER_HOST)',
      hint: 'Check the address and whether the engine there runs',
    });
  });

  it('has no group that only its own host could reach, and none that others reach unasked', async () => {
    await using group = await testGroup('remote-refused', OPEN.replace(/network.*/, ''));
    const env = { DOCKER_HOST: host };
    expectFailure(await group.run(['up'], { env }), {
      code: 2,
      says: `the nodes would be reached at ${ownAddress()}: whoever reaches that address`,
      hint: 'Write auth: generate, or insecure: true',
    });
    await group.write(OPEN.replace(/network.*/, 'network: {mode: loopback}'));
    expectFailure(await group.run(['up'], { env }), {
      code: 2,
      says: `mode: loopback needs an engine on this machine, and the engine is at ${host} (DOCKER_HOST)`,
      hint: 'mode: published',
    });
    expect(await group.left()).toEqual([]);
  });
});
