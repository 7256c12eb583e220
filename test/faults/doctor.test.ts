/** Every trap is found in a group that was made to have it, and so are groups that others made. */
import { chmod, readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Address, formatAddress } from '../../src/model/address.js';
import type { DoctorReport, Finding } from '../../src/model/report/doctor-report.js';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ask, info } from '../support/clients.js';
import type { Ran } from '../support/command.js';
import { testImage } from '../support/environment.js';
import { expectFailure } from '../support/failures.js';
import { type ForeignGroup, foreignGroup, ipOf, publishedPort, threePorts } from '../support/foreign.js';
import { docker, rsentinel, type TestGroup, testGroup } from '../support/group.js';
import { TINY } from '../support/topologies.js';
import { until } from '../support/until.js';

const GROUP = `
master: {port: auto}
replicas: [{port: auto}, {port: auto}]
sentinels: [{port: auto}, {port: auto}, {port: auto}]
sentinel: {down-after-milliseconds: 5000, failover-timeout: 10000}
`;

function reportOf({ stdout, stderr }: Ran): DoctorReport {
  if (stdout === '') throw new Error(`doctor said nothing:\n${stderr}`);
  return JSON.parse(stdout);
}

/** What `doctor` finds in a group of this engine. */
async function examine(group: TestGroup): Promise<{ code: number | null; findings: readonly Finding[] }> {
  const ran = await group.run(['doctor', '--format', 'json']);
  return { code: ran.code, findings: reportOf(ran).findings };
}

/** What `doctor` finds in a group, given some of its sentinels. */
async function examineBy(
  sentinels: readonly Address[],
  ...words: readonly string[]
): Promise<{ code: number | null; findings: readonly Finding[] }> {
  const addresses = sentinels.map(formatAddress).join(',');
  // No engine: what is found is found by asking the nodes.
  const ran = await rsentinel(['doctor', '--sentinels', addresses, ...words, '--format', 'json'], NO_ENGINE);
  return { code: ran.code, findings: reportOf(ran).findings };
}

const NO_ENGINE = { env: { DOCKER_HOST: 'unix:///nonexistent/docker.sock' } };

const found = (findings: readonly Finding[], code: string): readonly Finding[] =>
  findings.filter((finding) => finding.code === code);

const codes = (findings: readonly Finding[], severity: Finding['severity']): readonly string[] => [
  ...new Set(findings.filter((finding) => finding.severity === severity).map(({ code }) => code)),
];

/** Of the machine of the tests, which may have it or not. */
async function machineTraps(): Promise<readonly string[]> {
  const value = await readFile('/proc/sys/vm/overcommit_memory', 'utf8');
  return value.trim() === '0' ? ['overcommit'] : [];
}

describe('a group of rsentinel', () => {
  let group: TestGroup;
  let report: GroupReport;
  let redis: readonly Address[];
  let sentinels: readonly Address[];

  beforeAll(async () => {
    group = await testGroup('doctor', GROUP);
    await group.up();
    ({ report } = await group.status());
    redis = report.redis.map(({ address }) => address);
    sentinels = report.sentinels.map(({ address }) => address);
  });

  const node = (kind: 'redis' | 'sentinels', number: number): Address => {
    const found = report[kind].find(({ name }) => name.endsWith(`-${number}`));
    if (found === undefined) throw new Error(`there is no ${kind} ${number}`);
    return found.address;
  };

  it('has no problem when it is healthy, and is told what it is not', async () => {
    const { code, findings } = await examine(group);
    expect(codes(findings, 'problem')).toEqual([]);
    expect(codes(findings, 'warning')).toEqual(await machineTraps());
    expect(codes(findings, 'note')).toEqual(
      expect.arrayContaining(['min-replicas-unset', 'sentinels-one-machine']),
    );
    expect(code).toBe(0);
  });

  it('is told of for people: each finding with its remedy, and a verdict', async () => {
    const { code, stdout, stderr } = await group.run(['doctor']);
    expect(stdout).toMatch(
      /^· min-replicas-to-write is 0 on redis-1, redis-2 and redis-3: .*\[min-replicas-unset\]\n {2}Set min-replicas-to-write 1/m,
    );
    expect(stdout).toMatch(new RegExp(`^${group.name}: no problem, .*2 notes?$`, 'm'));
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('says nothing with -q', async () => {
    expect(await group.run(['doctor', '-q'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('shows every fault that status finds as a problem', async () => {
    await group.container('redis-3').kill();
    const { code, findings } = await examine(group);
    expect(found(findings, 'container-stopped')).toEqual([
      expect.objectContaining({ severity: 'problem', node: 'redis-3' }),
    ]);
    expect(code).toBe(3);
    await group.up();
  });

  it('has sentinels that watch something else as well', async () => {
    const other = ['other', '127.0.0.1', String(node('redis', 1).port)] as const;
    await ask(node('sentinels', 2), 'SENTINEL', 'MONITOR', ...other, '2');
    expect(found((await examine(group)).findings, 'other-master')).toEqual([
      expect.objectContaining({
        severity: 'warning',
        node: 'sentinel-2',
        message: 'sentinel-2 watches another master too: other',
      }),
    ]);

    expectFailure(await rsentinel(['doctor', '--sentinels', sentinels.map(formatAddress).join()]), {
      code: 2,
      says: 'the sentinels watch several masters',
      hint: '--master-name',
    });
    const given = await examineBy(sentinels, '--master-name', 'mymaster');
    expect(found(given.findings, 'other-master')).toEqual([expect.objectContaining({ severity: 'note' })]);
    await ask(node('sentinels', 2), 'SENTINEL', 'REMOVE', 'other');
  });

  it('has a quorum that cannot be met, is low, or differs', async () => {
    const set = (quorums: readonly number[]) =>
      Promise.all(
        quorums.map((quorum, index) =>
          ask(node('sentinels', index + 1), 'SENTINEL', 'SET', 'mymaster', 'quorum', String(quorum)),
        ),
      );
    await set([4, 4, 4]);
    const impossible = await examine(group);
    expect(codes(impossible.findings, 'problem')).toEqual(['quorum-impossible']);
    expect(found(impossible.findings, 'quorum-impossible')[0]?.message).toContain('the quorum is 4');
    expect(impossible.code).toBe(3);
    await set([1, 1, 3]);
    const { findings } = await examine(group);
    expect(found(findings, 'quorum-below-majority')[0]?.message).toContain('the quorum is 1 of 3 sentinels');
    expect(found(findings, 'quorum-differs')[0]?.message).toContain('1 on sentinel-1 and sentinel-2; 3 on');
    await set([2, 2, 2]);
  });

  it('has times that are too low', async () => {
    const set = (name: string, ms: number) =>
      Promise.all(sentinels.map((at) => ask(at, 'SENTINEL', 'SET', 'mymaster', name, String(ms))));
    await set('down-after-milliseconds', 400);
    await set('failover-timeout', 2_000);
    const { findings } = await examine(group);
    await set('down-after-milliseconds', 5_000);
    await set('failover-timeout', 10_000);
    expect(found(findings, 'down-after-low')[0]?.message).toContain('down-after-milliseconds is 400');
    expect(found(findings, 'failover-timeout-low')[0]?.message).toContain('failover-timeout is 2000 ms');
  });

  it('has no replica that may be promoted', async () => {
    const set = (priority: number) =>
      Promise.all(redis.map((at) => ask(at, 'CONFIG', 'SET', 'replica-priority', String(priority))));
    await set(0);
    const { code, findings } = await examine(group);
    await set(100);
    expect(found(findings, 'no-candidate')).toEqual([
      expect.objectContaining({
        severity: 'problem',
        message: expect.stringMatching(/^replica-priority is 0 on all 2 replicas \(redis-2 and redis-3\)/),
      }),
    ]);
    expect(code).toBe(3);
  });

  it('has a master that wants more replicas than there are', async () => {
    const set = (number: number) =>
      Promise.all(redis.map((at) => ask(at, 'CONFIG', 'SET', 'min-replicas-to-write', String(number))));
    await set(3);
    const { findings } = await examine(group);
    await set(1);
    const calm = await examine(group);
    await set(0);
    expect(found(findings, 'min-replicas-too-many')[0]).toMatchObject({
      severity: 'problem',
      message: expect.stringContaining('min-replicas-to-write is 3'),
    });
    expect(calm.findings.filter(({ code }) => code.startsWith('min-replicas'))).toEqual([]);
  });

  it('has nodes that cannot save their configuration', async () => {
    const conf = (name: string): string => join(group.nodes, name, 'conf');
    await Promise.all(['redis-2', 'sentinel-1'].map((name) => chmod(conf(name), 0o555)));
    const { code, findings } = await examine(group);
    await Promise.all(['redis-2', 'sentinel-1'].map((name) => chmod(conf(name), 0o755)));
    const [sentinel, replica] = found(findings, 'conf-not-saved');
    expect(sentinel).toMatchObject({ severity: 'problem', node: 'sentinel-1' });
    expect(sentinel?.message).toMatch(/^sentinel-1 cannot save its configuration \(.+\)/);
    expect(replica).toMatchObject({ severity: 'problem', node: 'redis-2' });
    expect(replica?.message).toContain(`redis-2 may not write to ${conf('redis-2')}`);
    expect(code).toBe(3);
  });

  it('has a sentinel in TILT mode, because it could not run for two seconds', async () => {
    const container = group.container('sentinel-3');
    await container.pause();
    // This is the trap itself: Sentinel notices that its timer has not run for 2 s.
    await delay(2_500);
    await container.unpause();
    await until('it is in TILT mode', async () => {
      return (await info(node('sentinels', 3), 'sentinel')).get('sentinel_tilt') === '1';
    });
    expect(found((await examine(group)).findings, 'tilt')).toEqual([
      expect.objectContaining({ severity: 'problem', node: 'sentinel-3' }),
    ]);
  });

  it('has a sentinel whose clock is wrong', async () => {
    await using wrong = await proxy(node('sentinels', 1), (text) =>
      text.replace(
        /server_time_usec:(\d{16})/g,
        (_, time) => `server_time_usec:${BigInt(time) - 9_000_000n}`,
      ),
    );
    const { findings } = await examineBy([wrong.address, ...sentinels]);
    expect(found(findings, 'clock-skew')).toEqual([
      expect.objectContaining({
        severity: 'warning',
        message: expect.stringMatching(
          /^the clocks are 9\.\d s apart \(against this machine: 127\.0\.0\.1:\d+ -[89]\.\d s\)/,
        ),
      }),
    ]);
  });

  it('has a container that a killed command has left', async () => {
    const name = `${group.name}-stray`;
    const stray = await docker.createContainer({
      name,
      Image: testImage(),
      Labels: { 'io.rsentinel.group': group.name },
    });
    const { findings } = await examine(group);
    await stray.remove();
    expect(found(findings, 'leftovers').map(({ message }) => message)).toContainEqual(
      expect.stringContaining(`the container ${name} belongs to the group and is none of its nodes`),
    );
  });

  it('is known by its sentinels as well: status says the same of it', async () => {
    await group.up();
    const [seed] = sentinels;
    const words = ['status', '--sentinels', formatAddress(seed ?? node('sentinels', 1))];
    const given = await until('nothing is under way', async () => {
      const ran = await rsentinel([...words, '--format', 'json'], NO_ENGINE);
      return ran.code === 0 && (JSON.parse(ran.stdout) as GroupReport);
    });
    const { report: own } = await group.status();
    const seen = ({ redis, sentinels }: GroupReport) => [
      ...redis.map(({ address, role, version, link }) => ({ address, role, version, link })),
      ...sentinels.map(({ address, version, id, view }) => ({ address, version, id, view })),
    ];
    const byPort = (a: { address: Address }, b: { address: Address }) => a.address.port - b.address.port;
    expect(seen(given).sort(byPort)).toEqual(seen(own).sort(byPort));
    expect(given).toMatchObject({ version: 1, group: 'mymaster', health: 'healthy', networkMode: null });
    expect(given.master?.address).toEqual(own.master?.address);
    for (const { container, name, address } of [...given.redis, ...given.sentinels]) {
      expect(container).toBeNull();
      expect(name).toBe(formatAddress(address));
    }

    const { code, stdout, stderr } = await rsentinel(words, NO_ENGINE);
    expect(stdout).toMatch(/^NODE +ROLE +LINK +OFFSET +LAG +VERSION$/m);
    expect(stdout).toContain(
      `mymaster: master is ${formatAddress(own.master?.address ?? redis[0] ?? node('redis', 1))}, as`,
    );
    expect(stdout).toMatch(/^mymaster is healthy$/m);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('cannot be looked at by another master’s name, or at addresses of Redis', async () => {
    const given = sentinels.map(formatAddress).join();
    expectFailure(await rsentinel(['doctor', '--sentinels', given, '--master-name', 'nobody']), {
      code: 1,
      says: 'the sentinels do not watch a master named nobody: they watch mymaster',
      hint: '--master-name',
    });
    const ran = await rsentinel(['status', '--sentinels', formatAddress(node('redis', 1))]);
    expectFailure(ran, { code: 1, says: 'none of the sentinels answers', hint: '26379' });
    expect(ran.stderr).toContain('it is no sentinel');
  });
});

describe('the number of sentinels', () => {
  it('one is too few, and a master without a replica has no successor', async () => {
    await using group = await testGroup('doctor-tiny', TINY);
    await group.up();
    const { code, findings } = await examine(group);
    expect(codes(findings, 'warning')).toEqual(expect.arrayContaining(['sentinels-too-few', 'no-candidate']));
    expect(code).toBe(0);
  });

  it('four are an even number', async () => {
    const four = Array.from({ length: 4 }, () => '{port: auto}').join(', ');
    await using group = await testGroup(
      'doctor-even',
      `master: {port: auto}\nreplicas: 0\nsentinels: [${four}]\n`,
    );
    await group.up();
    expect(found((await examine(group)).findings, 'sentinels-even')[0]?.message).toContain(
      'there are 4 sentinels, of which 3 must agree',
    );
  });
});

describe('a group that is not there', () => {
  it('cannot be looked at', async () => {
    await using group = await testGroup('doctor-absent', TINY);
    expectFailure(await group.run(['doctor']), {
      code: 1,
      says: `nothing of the group ${group.name} is on this engine`,
      hint: '--sentinels',
    });
  });

  it('but has left its network is half of a group', async () => {
    await using group = await testGroup('doctor-half', TINY);
    await group.up();
    await Promise.all(
      ['redis-1', 'sentinel-1'].map((name) => group.container(name).remove({ force: true, v: true })),
    );
    await group.container('anchor').remove({ force: true, v: true });
    const { code, findings } = await examine(group);
    expect(codes(findings, 'problem')).toEqual(['half-made']);
    expect(code).toBe(3);
  });
});

describe('a group that somebody made by hand', () => {
  /** Made on the network of the engine: nodes announce the IPs of their containers. */
  let group: ForeignGroup;
  let ips: { readonly master: string; readonly replica: string };
  /** Published under a number that the engine has picked. */
  let seed: Address;

  beforeAll(async () => {
    group = await foreignGroup('doctor-foreign');
    const master = await group.start({ words: ['--protected-mode', 'no', '--save', ''] });
    const replicaOf = ['--replicaof', `${await ipOf(master)} 6379`];
    const replica = await group.start({ words: ['--protected-mode', 'no', '--save', '', ...replicaOf] });
    ips = { master: await ipOf(master), replica: await ipOf(replica) };
    const lines = ['port 26379', 'protected-mode no', `sentinel monitor mymaster ${ips.master} 6379 2`];
    // One with its directory, one with its file alone.
    const directory = await group.conf('directory', lines);
    const first = await group.start({
      words: ['/conf/sentinel.conf', '--sentinel'],
      binds: [`${directory}:/conf`],
      published: [26_379],
    });
    const file = join(await group.conf('file', lines), 'sentinel.conf');
    await group.start({ words: ['/sentinel.conf', '--sentinel'], binds: [`${file}:/sentinel.conf`] });
    seed = { host: '127.0.0.1', port: await publishedPort(first, 26_379) };
  });

  afterAll(() => group[Symbol.asyncDispose]());

  it('is found whole from the address of one sentinel, and its traps with it', async () => {
    const { code, findings } = await until(
      'the sentinels have found each other and the replica',
      async () => {
        const looked = await examineBy([seed]);
        return found(looked.findings, 'conf-not-saved').length === 1 && looked;
      },
    );
    const [remapped] = found(findings, 'address-remapped');
    expect(remapped?.message).toMatch(
      new RegExp(`^the sentinel at ${formatAddress(seed)} announces \\d+\\.\\d+\\.\\d+\\.\\d+:26379`),
    );
    const [unsaved] = found(findings, 'conf-not-saved');
    expect(unsaved?.message).toMatch(/cannot save its configuration \(.+\)/);
    expect(found(findings, 'conf-missing').map(({ node }) => node)).toEqual(
      [ips.master, ips.replica].sort().map((ip) => `${ip}:6379`),
    );
    expect(codes(findings, 'warning')).toEqual(
      expect.arrayContaining(['sentinels-too-few', 'min-replicas-unset', 'no-password']),
    );
    expect(code).toBe(3);
  });
});

describe('a group inside of one container network', () => {
  it('sends clients to addresses that are elsewhere for them: nothing is there', async () => {
    const [master, first, second] = await threePorts();
    await using group = await foreignGroup('doctor-inside');
    const sentinelAt = async (port: number) => {
      const conf = await group.conf('inside', [
        `port ${port}`,
        'protected-mode no',
        `sentinel monitor mymaster 127.0.0.1 ${master} 2`,
      ]);
      return { words: ['/conf/sentinel.conf', '--sentinel'], binds: [`${conf}:/conf`] };
    };
    const anchor = await group.start({ ...(await sentinelAt(first)), published: [first, second] });
    await group.start({ words: ['--port', String(master), '--save', ''], inside: anchor });
    await group.start({ ...(await sentinelAt(second)), inside: anchor });
    const seeds = await Promise.all(
      [first, second].map(async (port) => ({ host: '127.0.0.1', port: await publishedPort(anchor, port) })),
    );

    const { code, findings } = await until('the sentinels have found each other', async () => {
      const looked = await examineBy(seeds);
      return found(looked.findings, 'address-unreachable').length === 3 && looked;
    });
    const says = (port: number) =>
      found(findings, 'address-unreachable').find(({ node }) => node === `127.0.0.1:${port}`)?.message;
    expect(says(master)).toMatch(
      /^clients are sent to .* where it does not answer from here \(connect ECONNREFUSED .*\), while .* reach it there$/,
    );
    for (const [index, port] of [first, second].entries()) {
      expect(says(port)).toMatch(new RegExp(`while it answers at 127.0.0.1:${seeds[index]?.port}$`));
    }
    // Said once, with its cause.
    expect(found(findings, 'node-silent')).toEqual([]);
    expect(code).toBe(3);
  });

  it('sends clients to another node that is there for them, and mixes names with IPs', async () => {
    await using neighbour = await testGroup('doctor-neighbour', TINY);
    await neighbour.up();
    const port = (await neighbour.status()).report.master?.address.port ?? 0;
    const [own, replica] = await threePorts();
    await using group = await foreignGroup('doctor-other');
    const conf = await group.conf('names', [
      `port ${own}`,
      'protected-mode no',
      'sentinel resolve-hostnames yes',
      'sentinel announce-hostnames yes',
      `sentinel monitor mymaster localhost ${port} 1`,
    ]);
    const anchor = await group.start({
      words: ['/conf/sentinel.conf', '--sentinel'],
      binds: [`${conf}:/conf`],
      published: [own],
    });
    await group.start({ words: ['--port', String(port), '--save', ''], inside: anchor });
    await group.start({
      words: ['--port', String(replica), '--save', '', '--replicaof', `localhost ${port}`],
      inside: anchor,
    });
    const seed = { host: '127.0.0.1', port: await publishedPort(anchor, own) };

    const { code, findings } = await until('both are seen', async () => {
      const looked = await examineBy([seed]);
      const isThere = (code: string) => found(looked.findings, code).length > 0;
      return isThere('address-other-node') && isThere('address-mixed') && looked;
    });
    expect(found(findings, 'address-other-node')).toEqual([
      expect.objectContaining({ severity: 'problem', node: `localhost:${port}` }),
    ]);
    expect(found(findings, 'address-mixed')[0]?.message).toContain('some nodes announce names (localhost)');
    expect(code).toBe(3);
  });
});

/** Something between a client and a node that changes what the node says. */
async function proxy(
  to: Address,
  change: (text: string) => string,
): Promise<AsyncDisposable & { readonly address: Address }> {
  const server = createServer((client) => {
    const node = connect(to);
    client.pipe(node);
    // Latin-1 keeps every byte.
    node.on('data', (data) => void client.write(change(data.toString('latin1')), 'latin1'));
    for (const socket of [client, node]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        node.destroy();
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    address: { host: '127.0.0.1', port },
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}
