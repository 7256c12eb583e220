/** An engine that is reached by ssh, as `docker -H ssh://…` does it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../scripts/lib/engines/dockerd.mjs';
import { sshOf } from '../../scripts/lib/engines/sshd.mjs';
import { connectIoredis } from '../support/clients.js';
import { healthy, leavesNothing, liveThroughFailover, topologyOf } from '../support/engine-life.js';
import { startDockerBehindSsh } from '../support/engines.js';
import { expectFailure } from '../support/failures.js';
import { rsentinel, type TestGroup, testGroup } from '../support/group.js';

let engine: Engine;
let ssh: ReturnType<typeof sshOf>;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  engine = await startDockerBehindSsh();
  ssh = sshOf(engine.machine);
  env = {
    DOCKER_HOST: ssh.host,
    SSH_AUTH_SOCK: ssh.agent,
    PATH: `${ssh.programs}:${process.env.PATH}`,
  };
});

describe('a group on an engine behind ssh', () => {
  let group: TestGroup;

  beforeAll(async () => {
    const where = { env };
    group = await testGroup('ssh', topologyOf('network: {insecure: true}'), { docker: engine.docker, where });
    await group.up();
  });

  it('has the address of the host that ssh connects to', async () => {
    const report = await healthy(group);
    const hosts = [...report.redis, ...report.sentinels].map(({ address }) => address.host);
    expect(new Set(hosts)).toEqual(new Set([engine.machine.address]));
  });

  it('fails over for a client over here, and keeps what was decided', async () => {
    await liveThroughFailover(group, connectIoredis);
  });

  it('goes down and leaves nothing', async () => {
    await leavesNothing(group);
  });
});

describe('what ssh says is told', () => {
  const status = (more: Record<string, string>) =>
    rsentinel(['status', '-n', 'there-is-none'], { env: { ...env, ...more } });

  it('when the agent has no key that fits', async () => {
    const ran = await status({ SSH_AUTH_SOCK: '/nowhere' });
    expectFailure(ran, { code: 1, says: ssh.host, hint: 'ssh' });
    expect(ran.stderr).toContain('Permission denied');
  });

  it('when the host is not known', async () => {
    const nobody = join(engine.machine.state, 'ssh/nobody');
    await writeFile(nobody, '');
    const ran = await status({ KNOWN_HOSTS: nobody });
    expectFailure(ran, { code: 1, says: ssh.host, hint: 'ssh' });
    expect(ran.stderr).toContain('Host key verification failed');
  });

  it('when nobody listens', async () => {
    const host = ssh.host.replace(/\d+$/, '2299');
    const ran = await status({ DOCKER_HOST: host });
    expectFailure(ran, { code: 1, says: host, hint: 'ssh' });
    expect(ran.stderr).toContain('Connection refused');
  });
});
