/** Groups in which everybody speaks TLS. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createSentinel } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAuthority, makeAuthority } from '../../src/tls/authority.js';
import { issueForNode } from '../../src/tls/issue.js';
import { ask } from '../support/clients.js';
import { expectFailure } from '../support/failures.js';
import { rsentinel, type TestGroup, testGroup } from '../support/group.js';
import { connectionOf } from '../support/logins.js';
import {
  authorityOf,
  certificateAt,
  clientOf,
  DAY,
  issuedFiles,
  trustOf,
  writeCredentials,
} from '../support/tls.js';
import { SMALL } from '../support/topologies.js';
import { until } from '../support/until.js';
import { healthy, masterOf } from '../support/while-writing.js';

const withTls = (tls: string, more = ''): string => `${SMALL}tls: ${tls}\n${more}`;
const nodesIn = ({ redis, sentinels }: Awaited<ReturnType<typeof healthy>>) => [...redis, ...sentinels];

describe.each([
  { mode: 'loopback', tls: 'generate', more: '', showsCertificate: false },
  {
    mode: 'bridge',
    tls: '{auth-clients: yes}',
    more: 'network: {mode: bridge}\nauth: acl\n',
    showsCertificate: true,
  },
])('a group over TLS in $mode mode, tls: $tls', ({ mode, tls, more, showsCertificate }) => {
  let group: TestGroup;
  beforeAll(async () => {
    group = await testGroup(`tls-${mode}`, withTls(tls, more));
    await group.up();
  });

  it('is healthy, for whoever knows nothing but its name', async () => {
    const { code, report } = await group.status();
    expect(report).toMatchObject({
      health: 'healthy',
      faults: [],
      tls: { clientCertificate: showsCertificate },
    });
    expect(code).toBe(0);
  });

  it('has certificates for exactly the announced address, which its own CA vouches for', async () => {
    const trust = trustOf(await connectionOf(group));
    for (const { address, name } of nodesIn(await healthy(group))) {
      expect(await certificateAt(address, trust), name).toEqual({ hosts: [address.host], trusted: true });
    }
  });

  it('answers nobody who does not speak it', async () => {
    for (const { address, name } of nodesIn(await healthy(group))) {
      await expect(ask(address, 'PING'), name).rejects.toThrow();
    }
  });

  it('has keys that nobody but their owner may read', async () => {
    const keys = nodesIn(await healthy(group)).map(({ name }) => join(group.nodes, name, 'conf', 'tls.key'));
    const own = showsCertificate ? ['ca.key', 'client.key'] : ['ca.key'];
    for (const path of [...keys, ...own.map((file) => join(group.nodes, '.access', file))]) {
      const { mode: bits } = await stat(path);
      expect((bits & 0o777).toString(8), path).toBe('600');
      expect(await readFile(path, 'utf8')).toContain('PRIVATE KEY');
    }
  });

  it('is not touched by an up that has nothing to do', async () => {
    expect((await group.run(['up', '--dry-run'])).stdout).toContain('nothing to do');
    expect((await group.up()).stdout).toContain('nothing was touched');
  });

  it('hands over, is reset, and has no trap', async () => {
    const before = masterOf(await healthy(group)).name;
    expect((await group.run(['failover'])).code).toBe(0);
    expect(masterOf(await healthy(group)).name).not.toBe(before);
    expect((await group.run(['reset'])).code).toBe(0);
    expect(masterOf(await healthy(group)).name).toBe('redis-1');
    expect((await group.run(['doctor'])).code).toBe(0);
  });

  it('is known by its sentinels alone to whoever names the CA in the environment', async () => {
    const { tls: files, sentinels, redis, sentinel } = await connectionOf(group);
    const [first] = sentinels;
    const words = ['status', '--sentinels', `${first?.host}:${first?.port}`];
    const env = {
      RSENTINEL_TLS_CA: files?.files?.ca ?? '',
      RSENTINEL_TLS_CERT: files?.files?.cert ?? '',
      RSENTINEL_TLS_KEY: files?.files?.key ?? '',
      RSENTINEL_USERNAME: redis?.user ?? '',
      RSENTINEL_PASSWORD: redis?.password ?? '',
      RSENTINEL_SENTINEL_USERNAME: sentinel?.user ?? '',
      RSENTINEL_SENTINEL_PASSWORD: sentinel?.password ?? '',
    };
    const without = await rsentinel(words);
    expectFailure(without, { code: 1, says: 'none of the sentinels answers', hint: 'RSENTINEL_TLS_CA' });
    const seen = await rsentinel(words, { env });
    expect(seen.stdout, seen.stderr).toContain('mymaster: master is');
  });

  it('is gone without a trace after down --volumes', async () => {
    await group.down('--volumes');
    expect(await group.left()).toEqual([]);
    await expect(stat(group.nodes)).rejects.toThrow('ENOENT');
  });
});

describe('a client', () => {
  it('reads and writes through the sentinels, with what env names', async () => {
    await using group = await testGroup('tls-client', withTls('{auth-clients: yes}', 'storage: volume\n'));
    await group.up();
    const client = await clientOf(group);
    await client.set('who', 'the application');
    expect(await client.get('who')).toBe('the application');
    client.disconnect();
    const { sentinels, tls } = await connectionOf(group);
    const socket = {
      tls: true as const,
      ca: tls?.pem.ca ?? '',
      cert: tls?.pem.cert ?? '',
      key: tls?.pem.key ?? '',
    };
    const other = createSentinel({
      name: 'mymaster',
      sentinelRootNodes: sentinels.map((address) => ({ ...address })),
      nodeClientOptions: { socket },
      sentinelClientOptions: { socket },
    });
    other.on('error', () => {});
    await other.connect();
    expect(await other.get('who')).toBe('the application');
    other.destroy();
    const { stdout, stderr } = await group.run(['env']);
    expect(stdout).not.toContain('TLS');
    expect(stderr).toContain('--format json prints their texts');
  });

  it('that shows no certificate is turned away where nodes ask for one', async () => {
    await using group = await testGroup('tls-asked', withTls('{auth-clients: yes}'));
    await group.up();
    const connection = await connectionOf(group);
    const [first] = connection.sentinels;
    const client = new Redis({
      ...first,
      tls: { ca: connection.tls?.pem.ca ?? '' },
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      lazyConnect: true,
    });
    let why = '';
    client.on('error', (error) => {
      why = error.message;
    });
    await client.ping().catch(() => {});
    client.disconnect();
    expect(why).toMatch(/certificate required|handshake failure/i);
  });
});

describe('a group that runs', () => {
  let group: TestGroup;
  beforeAll(async () => {
    group = await testGroup('tls-changes', SMALL);
    await group.up();
    await ask(masterOf(await healthy(group)).address, 'SET', 'kept', 'yes');
  });
  afterAll(() => group.remove());

  it('turns to TLS all at once, with its data', async () => {
    await group.write(withTls('generate'));
    expect((await group.run(['up', '--dry-run'])).stdout).toContain('from now on all speak TLS');
    await group.up();
    await healthy(group);
    const client = await clientOf(group);
    expect(await client.get('kept')).toBe('yes');
    client.disconnect();
  });

  it('asks clients for certificates from one node to the next', async () => {
    const authority = await authorityOf(group);
    await group.write(withTls('{auth-clients: yes}'));
    const plan = (await group.run(['up', '--dry-run'])).stdout;
    expect(plan).toContain('switch redis-1');
    expect(plan).not.toContain('remove');
    await group.up();
    expect((await healthy(group)).tls?.clientCertificate).toBe(true);
    expect(await authorityOf(group)).toEqual(authority);
  });

  it('gives a node that joins a certificate of the same CA', async () => {
    const authority = await authorityOf(group);
    await group.write(
      withTls('{auth-clients: yes}').replace('[{port: auto}]', '[{port: auto}, {port: auto}]'),
    );
    await group.up();
    expect((await healthy(group)).redis).toHaveLength(3);
    expect(await authorityOf(group)).toEqual(authority);
  });

  it('says of each node what is wrong with its certificate, and up heals it', async () => {
    const ours = await authorityOf(group);
    const put = async (node: string, host: string, signer: typeof ours, now: number) => {
      const made = issueForNode(loadAuthority(signer), node, [host], now);
      await writeCredentials(join(group.nodes, node, 'conf'), 'tls', made);
      await group.container(node).restart({ t: 1 });
    };
    const now = Date.now();
    const master = masterOf(await healthy(group)).name;
    const [one = '', two = ''] = ['redis-1', 'redis-2', 'redis-3'].filter((name) => name !== master);
    await put(one, '127.0.0.1', ours, now - 400 * DAY);
    await put(two, '10.1.2.3', ours, now);
    await put('sentinel-2', '127.0.0.1', makeAuthority('somebody else', now), now);
    await until('status tells it', async () => {
      const { faults } = (await group.status()).report;
      const of = (node: string) => faults.find((fault) => fault.node === node);
      return (
        of(one)?.message.includes(`the certificate of ${one} has expired`) === true &&
        of(two)?.message.includes(`the certificate of ${two} is not for 127.0.0.1: it is for 10.1.2.3`) ===
          true &&
        of('sentinel-2')?.code === 'certificate-untrusted'
      );
    });
    await group.up();
    await healthy(group);
  });

  it('is healed where all certificates have expired, with its data', async () => {
    const ours = await authorityOf(group);
    const names = nodesIn(await healthy(group)).map(({ name }) => name);
    for (const node of names) {
      const made = issueForNode(loadAuthority(ours), node, ['127.0.0.1'], Date.now() - 400 * DAY);
      await writeCredentials(join(group.nodes, node, 'conf'), 'tls', made);
    }
    await Promise.all(names.map((node) => group.container(node).restart({ t: 1 })));
    await group.up();
    await healthy(group);
    const client = await clientOf(group);
    expect(await client.get('kept')).toBe('yes');
    client.disconnect();
  });

  it('turns back to no TLS', async () => {
    await group.write(SMALL);
    await group.up();
    const report = await healthy(group);
    expect(report.tls).toBeNull();
    expect(await ask(masterOf(report).address, 'GET', 'kept')).toBe('yes');
  });
});

describe('an up that fails', () => {
  it('leaves no certificate behind', async () => {
    await using group = await testGroup('tls-rollback', withTls('{auth-clients: yes}'));
    const { code } = await group.run(['up', '--wait-timeout', '1ms']);
    expect(code).toBe(124);
    expect(await group.left()).toEqual([]);
    await expect(stat(group.nodes)).rejects.toThrow('ENOENT');
  });

  it('leaves a group without TLS as it was', async () => {
    await using group = await testGroup('tls-back', SMALL);
    await group.up();
    await group.write(withTls('{ca-cert-file: ./ca.crt, cert-file: ./node.crt, key-file: ./node.key}'));
    await issuedFiles(group.directory, ['10.1.2.3']);
    expect((await group.run(['up'])).code).toBe(2);
    await group.write(SMALL);
    expect((await group.run(['up', '--dry-run'])).stdout).toContain('nothing to do');
    await healthy(group);
  });
});

describe('certificates of somebody else', () => {
  it('are used, and changed from one node to the next while their CA stays', async () => {
    await using group = await testGroup('tls-given', SMALL);
    const signer = makeAuthority('somebody else', Date.now());
    const files = await issuedFiles(group.directory, ['127.0.0.1'], { signer });
    await group.write(withTls(`{${files}, auth-clients: yes}`));
    await group.up();
    await healthy(group);
    const client = await clientOf(group);
    expect(await client.ping()).toBe('PONG');
    client.disconnect();

    await issuedFiles(group.directory, ['127.0.0.1'], { signer });
    expect((await group.run(['up', '--dry-run'])).stdout).toContain('switch redis-1');
    await group.up();
    await healthy(group);

    await issuedFiles(group.directory, ['127.0.0.1']);
    const plan = (await group.run(['up', '--dry-run'])).stdout;
    expect(plan).toContain('another authority vouches for the certificates');
    await group.up();
    await healthy(group);
  });

  it.each([
    { what: 'have expired', hosts: ['127.0.0.1'], age: 400, says: 'has expired' },
    {
      what: 'are for another host',
      hosts: ['10.1.2.3'],
      age: 0,
      says: 'is not for 127.0.0.1: it is for 10.1.2.3',
    },
  ])('that $what are refused, and nothing is made', async ({ hosts, age, says }) => {
    await using group = await testGroup('tls-refused', SMALL);
    const files = await issuedFiles(group.directory, hosts, {
      signer: makeAuthority('somebody else', Date.now() - 500 * DAY),
      now: Date.now() - age * DAY,
    });
    await group.write(withTls(`{${files}}`));
    const plan = await group.run(['up', '--dry-run']);
    expect(plan.stderr).toContain(says);
    const ran = await group.run(['up']);
    expectFailure(ran, { code: 2, says: 'the certificates of `tls` cannot be used', hint: 'tls: generate' });
    expect(ran.stderr).toContain(says);
    expect(await group.left()).toEqual([]);
    await expect(stat(group.nodes)).rejects.toThrow('ENOENT');
  });

  it('that their CA has not signed are refused', async () => {
    await using group = await testGroup('tls-untrusted', SMALL);
    const files = await issuedFiles(group.directory, ['127.0.0.1']);
    const other = makeAuthority('nobody', Date.now());
    await writeCredentials(group.directory, 'ca', other);
    await group.write(withTls(`{${files}}`));
    const ran = await group.run(['up']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('is signed by CN=rsentinel somebody else, which is not in');
    expect(await group.left()).toEqual([]);
  });

  it('are told to end soon', async () => {
    await using group = await testGroup('tls-soon', SMALL);
    const files = await issuedFiles(group.directory, ['127.0.0.1'], {
      signer: makeAuthority('somebody else', Date.now() - 500 * DAY),
      now: Date.now() - 380 * DAY,
    });
    await group.write(withTls(`{${files}}`));
    const { code, stderr } = await group.run(['up', '--dry-run']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/warning: .* expires in 15 days/);
  });
});
