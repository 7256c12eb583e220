/** Groups in which everybody has to log in. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, it } from 'vitest';
import { type TestGroup, testGroup } from '../support/group.js';
import { askAs, clientOptions, connectionOf } from '../support/logins.js';
import { SMALL } from '../support/topologies.js';
import { until } from '../support/until.js';
import { healthy, masterOf } from '../support/while-writing.js';
import { Writer } from '../support/writer.js';

const NOBODY = null;
const QUESTIONS = { redis: ['GET', 'x'], sentinel: ['SENTINEL', 'MASTERS'] } as const;
const withAuth = (auth: string): string => `${SMALL}auth: ${auth}\n`;
const SECRET = { env: { PASSWORD: 'the-first-password', OTHER: 'another-password-x' } };

describe.each([
  { label: 'one password that is made up', auth: 'generate', user: 'default' },
  { label: 'users of their own', auth: 'acl', user: 'app' },
])('a group with $label', ({ auth, user }) => {
  let group: TestGroup;

  beforeAll(async () => {
    group = await testGroup(`auth-${auth}`, withAuth(auth));
    await group.up();
  });

  it('is healthy for whoever knows nothing but its name', async () => {
    await mkdir(join(group.directory, 'elsewhere'), { recursive: true });
    const { report } = await group.status();
    expect(report).toMatchObject({
      health: 'healthy',
      auth: auth === 'acl' ? 'acl' : 'password',
      faults: [],
    });
  });

  it('lets nobody in who does not log in, at any of its nodes', async () => {
    const { report } = await group.status();
    for (const { address, kind } of [...report.redis, ...report.sentinels]) {
      const [command, ...args] = QUESTIONS[kind];
      await expect(askAs(address, NOBODY, command, ...args), `${address.port}`).rejects.toThrow(/NOAUTH/);
      const wrong = { user: 'default', password: 'wrong' };
      await expect(askAs(address, wrong, command, ...args), `${address.port}`).rejects.toThrow(/WRONGPASS/);
    }
  });

  it('lets the application in, and its client finds the master through the sentinels', async () => {
    const connection = await connectionOf(group);
    expect(connection.redis?.user).toBe(user);
    expect(connection.redis?.password).toMatch(/^[\w-]{43}$/);
    const client = new Redis(clientOptions(connection));
    await client.set('who', 'the application');
    expect(await client.get('who')).toBe('the application');
    client.disconnect();
  });

  it('says how to connect without a password unless it is asked for', async () => {
    const { redis } = await connectionOf(group);
    const hidden = await group.run(['env']);
    expect(hidden.stdout).toContain('REDIS_MASTER_NAME=mymaster\n');
    expect(hidden.stdout).not.toContain('PASSWORD');
    expect(hidden.stderr).toContain('--show-secrets prints them');
    const shown = await group.run(['env', '--show-secrets']);
    expect(shown.stdout).toContain(`REDIS_PASSWORD=${redis?.password}\n`);
    expect((await group.run(['status'])).stdout).not.toContain(String(redis?.password));
    expect((await group.run(['status', '--show-secrets'])).stdout).toContain(String(redis?.password));
  });

  it('is not touched by an up that has nothing to do', async () => {
    const before = await connectionOf(group);
    expect((await group.run(['up', '--dry-run'])).stdout).toContain('nothing to do');
    expect((await group.up()).stdout).toContain('nothing was touched');
    expect(await connectionOf(group)).toEqual(before);
  });

  it('keeps its passwords over down and up', async () => {
    const before = await connectionOf(group);
    await group.down();
    await group.up();
    expect(await connectionOf(group)).toEqual(before);
    await healthy(group);
  });

  it('hands over, and loses no master that is killed', async () => {
    const before = masterOf(await healthy(group)).name;
    expect((await group.run(['failover'])).code).toBe(0);
    expect(masterOf(await healthy(group)).name).not.toBe(before);
    expect((await group.run(['reset'])).code).toBe(0);
    expect(masterOf(await healthy(group)).name).toBe('redis-1');
  });

  it('has masterauth on every node, for today’s master is a replica one day', async () => {
    const { report } = await group.status();
    for (const { name } of report.redis) {
      const conf = await readFile(join(group.nodes, name, 'conf', 'redis.conf'), 'utf8');
      expect(conf, name).toMatch(/^masterauth "?[\w-]{43}"?$/m);
      expect(conf, name).toMatch(/^protected-mode yes$/m);
    }
  });

  it('is gone without a trace after down --volumes', async () => {
    await group.down('--volumes');
    expect(await group.left()).toEqual([]);
    await expect(readFile(join(group.nodes, '.access', 'access.json'))).rejects.toThrow('ENOENT');
  });
});

describe('users of their own', () => {
  it('may do what they are for, and nothing else', async () => {
    await using group = await testGroup(
      'auth-users',
      withAuth('{mode: acl, user: web, rules: ["~web:*", "+get", "+set"]}'),
    );
    await group.up();
    const { redis, sentinel, sentinels } = await connectionOf(group);
    const master = masterOf((await group.status()).report).address;
    expect(await askAs(master, redis, 'SET', 'web:1', 'x')).toBe('OK');
    await expect(askAs(master, redis, 'SET', 'other', 'x')).rejects.toThrow(/NOPERM/);
    await expect(askAs(master, redis, 'CONFIG', 'GET', '*')).rejects.toThrow(/NOPERM/);
    await expect(askAs(master, redis, 'ACL', 'LIST')).rejects.toThrow(/NOPERM/);
    const [first = master] = sentinels;
    expect(await askAs(first, sentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster')).toHaveLength(2);
    await expect(askAs(first, sentinel, 'SENTINEL', 'FAILOVER', 'mymaster')).rejects.toThrow(/NOPERM/);
    await expect(askAs(first, sentinel, 'SENTINEL', 'REMOVE', 'mymaster')).rejects.toThrow(/NOPERM/);
  });
});

describe('another password, of a group that runs', () => {
  it.each(['password', 'acl'] as const)('goes to every node without an outage (mode: %s)', async (mode) => {
    const auth = (variable: string) => withAuth(`{mode: ${mode}, password: "\${${variable}}"}`);
    await using group = await testGroup(`auth-change-${mode}`, auth('PASSWORD'));
    await group.run(['up'], SECRET);
    const before = await connectionOf(group);
    const started = (await group.containers()).map(({ State }) => State.StartedAt);
    const writer = Writer.with(clientOptions(before), 'written');
    await until('the client writes', async () => writer.count > 100);

    await group.write(auth('OTHER'));
    const { code, stderr } = await group.run(['up'], SECRET);
    expect(code, stderr).toBe(0);

    // Nobody was started anew, and whoever was connected goes on.
    expect((await group.containers()).map(({ State }) => State.StartedAt)).toEqual(started);
    const { count } = writer;
    await until('the client writes again', async () => writer.count > count + 100);
    expect(await writer.stop()).toMatchObject({ lost: [], interruptions: 0 });
    const after = await connectionOf(group);
    expect(after.redis?.password).toBe(SECRET.env.OTHER);
    const master = masterOf((await group.status()).report).address;
    expect(await askAs(master, after.redis, 'PING')).toBe('PONG');
    await expect(askAs(master, before.redis, 'PING')).rejects.toThrow(/WRONGPASS/);
    for (const sentinel of after.sentinels) {
      expect(await askAs(sentinel, after.sentinel, 'PING')).toBe('PONG');
      await expect(askAs(sentinel, before.sentinel, 'PING')).rejects.toThrow(/WRONGPASS/);
    }

    // What the nodes have written down is what they go by: also after a start, and in a failover.
    expect((await group.run(['restart', '--all'])).code).toBe(0);
    expect((await group.run(['failover'])).code).toBe(0);
    await healthy(group);
    expect((await group.run(['up', '--dry-run'], SECRET)).stdout).toContain('nothing to do');
  });

  it('reaches a node that was stopped meanwhile', async () => {
    const auth = (variable: string) => withAuth(`{password: "\${${variable}}"}`);
    await using group = await testGroup('auth-stopped', auth('PASSWORD'));
    await group.run(['up'], SECRET);
    await group.container('redis-2').kill();
    await group.container('sentinel-3').kill();
    await group.write(auth('OTHER'));
    const { code, stderr } = await group.run(['up'], SECRET);
    expect(code, stderr).toBe(0);
    await healthy(group);
  });

  it('is taken back when a node refuses it', async () => {
    await using group = await testGroup('auth-refused', withAuth('acl'));
    await group.up();
    const before = await connectionOf(group);
    await group.write(withAuth('{mode: acl, password: "${PASSWORD}", rules: ["~*", "+no-such-command"]}'));
    const { code, stderr } = await group.run(['up'], SECRET);
    expect(code).toBe(1);
    expect(stderr).toContain('does not take the new passwords or users');
    expect(stderr).toContain('no-such-command');
    expect(stderr).not.toContain(SECRET.env.PASSWORD);
    expect(await connectionOf(group)).toEqual(before);
    const { report } = await group.status();
    expect(report.faults).toEqual([]);
    await expect(
      askAs(masterOf(report).address, { user: 'app', password: SECRET.env.PASSWORD }, 'PING'),
    ).rejects.toThrow(/WRONGPASS/);
  });

  it('is taken back when its time is over before it has been seen to work', async () => {
    const auth = (variable: string) => withAuth(`{password: "\${${variable}}"}`);
    await using group = await testGroup('auth-late', auth('PASSWORD'));
    await group.run(['up'], SECRET);
    const before = await connectionOf(group);
    await group.write(auth('OTHER'));
    const { code, stderr } = await group.run(['up', '--wait-timeout', '1ms'], SECRET);
    expect(code, stderr).toBe(124);
    expect(stderr).not.toContain('not taken back');
    expect(await connectionOf(group)).toEqual(before);
    const other = { user: 'default', password: SECRET.env.OTHER };
    await expect(askAs(masterOf(await healthy(group)).address, other, 'PING')).rejects.toThrow(/WRONGPASS/);
  });

  it('is no trouble to whoever watches the group', async () => {
    const auth = (variable: string) => withAuth(`{password: "\${${variable}}"}`);
    await using group = await testGroup('auth-watched', auth('PASSWORD'));
    await group.run(['up'], SECRET);
    const watching = group.start(['status', '--watch', '--format', 'json'], SECRET);
    let lines = '';
    watching.child.stdout?.on('data', (chunk) => {
      lines += String(chunk);
    });
    await until('it has begun', async () => lines.includes('\n'));
    await group.write(auth('OTHER'));
    expect((await group.run(['up'], SECRET)).code).toBe(0);
    expect((await group.run(['failover'])).code).toBe(0);
    const master = masterOf(await healthy(group)).name;
    await until('it has seen the other master', async () => lines.includes(`"master":{"node":"${master}"`));
    watching.child.kill('SIGINT');
    await watching.ended;
    expect(lines).not.toContain('login-refused');
  });

  it('is finished by the next up when the one before was killed in between', async () => {
    const auth = (variable: string) => withAuth(`{password: "\${${variable}}"}`);
    await using group = await testGroup('auth-killed', auth('PASSWORD'));
    await group.run(['up'], SECRET);
    await group.write(auth('OTHER'));
    const running = group.start(['up', '-v'], SECRET);
    const file = join(group.nodes, '.access', 'access.json');
    await until('both passwords are noted', async () =>
      (await readFile(file, 'utf8')).includes(SECRET.env.OTHER),
    );
    running.child.kill('SIGKILL');
    await running.ended;
    // It had hastened the sentinels; nothing else is amiss.
    const { faults } = (await group.status()).report;
    expect(faults.filter(({ code }) => code !== 'periods-lowered')).toEqual([]);
    expect((await group.run(['up'], SECRET)).code).toBe(0);
    expect(JSON.parse(await readFile(file, 'utf8')).former).toBeNull();
    await expect(
      askAs(
        masterOf(await healthy(group)).address,
        { user: 'default', password: SECRET.env.PASSWORD },
        'PING',
      ),
    ).rejects.toThrow(/WRONGPASS/);
  });
});

describe('passwords that are lost', () => {
  it('are told of, and down and up make others; the data stays', async () => {
    await using group = await testGroup('auth-lost', withAuth('generate'));
    await group.up();
    const before = await connectionOf(group);
    const master = masterOf((await group.status()).report).address;
    await askAs(master, before.redis, 'SET', 'kept', 'yes');
    await rm(join(group.nodes, '.access'), { recursive: true });

    const { report } = await group.status();
    expect(report.faults).toContainEqual(expect.objectContaining({ code: 'login-refused', node: 'redis-1' }));
    const { code, stderr } = await group.run(['up']);
    expect(code).toBe(1);
    expect(stderr).toContain('does not let rsentinel in: ');
    expect(stderr).toContain('`rsentinel down` and `up`');

    await group.down();
    await group.up();
    const after = await connectionOf(group);
    expect(after.redis?.password).not.toBe(before.redis?.password);
    expect(await askAs(masterOf(await healthy(group)).address, after.redis, 'GET', 'kept')).toBe('yes');
  });
});

describe('a group that had no password', () => {
  it('gets one with all nodes started anew, and keeps its data; and loses it in the same way', async () => {
    await using group = await testGroup('auth-added', SMALL);
    await group.up();
    const master = masterOf(await healthy(group)).address;
    await askAs(master, NOBODY, 'SET', 'kept', 'yes');
    await group.write(withAuth('acl'));
    await group.up();
    const { redis } = await connectionOf(group);
    expect(await askAs(masterOf(await healthy(group)).address, redis, 'GET', 'kept')).toBe('yes');
    await group.write(SMALL);
    await group.up();
    expect(await askAs(masterOf(await healthy(group)).address, NOBODY, 'GET', 'kept')).toBe('yes');
  });
});

describe('a master that is paused while all nodes have to start anew', () => {
  it('goes on first, and keeps what it has in memory', async () => {
    const never = `${SMALL}redis: {config: {save: '""'}}\nsentinel: {down-after-milliseconds: 60000}\n`;
    await using group = await testGroup('auth-paused', never);
    await group.up();
    await askAs(masterOf(await healthy(group)).address, NOBODY, 'SET', 'kept', 'yes');
    await group.container('redis-1').pause();
    await group.write(`${never}auth: generate\n`);
    await group.up();
    const { redis } = await connectionOf(group);
    expect(await askAs(masterOf(await healthy(group)).address, redis, 'GET', 'kept')).toBe('yes');
  });
});

describe('passwords in volumes', () => {
  it('are found by the name of the group alone, and go with it', async () => {
    await using group = await testGroup('auth-volumes', `${withAuth('acl')}storage: volume\n`);
    await group.up();
    const { report } = await group.status();
    expect(report).toMatchObject({ health: 'healthy', auth: 'acl' });
    const { redis } = await connectionOf(group);
    expect(await askAs(masterOf(report).address, redis, 'SET', 'x', 'y')).toBe('OK');
    const before = await connectionOf(group);
    await group.down();
    await group.up();
    expect(await connectionOf(group)).toEqual(before);
    await group.down('--volumes');
    expect(await group.left()).toEqual([]);
  });
});

describe('a password in a file', () => {
  it('is used, without the end of its line', async () => {
    await using group = await testGroup('auth-file', withAuth('{password-file: ./redis.password}'));
    await writeFile(join(group.directory, 'redis.password'), 'from-a-file-1234\n', { mode: 0o600 });
    await group.up();
    expect((await connectionOf(group)).redis).toEqual({ user: 'default', password: 'from-a-file-1234' });
  });

  it.each([
    ['two lines', 'one-password\nanother\n', 'more than one line'],
    ['nothing', '\n', 'it is empty'],
    ['a key', `${'x'.repeat(600)}\n`, 'longer than 512 bytes'],
  ])('that holds %s is refused, and nothing of it is said', async (_, text, why) => {
    await using group = await testGroup('auth-bad-file', withAuth('{password-file: ./redis.password}'));
    await writeFile(join(group.directory, 'redis.password'), text, { mode: 0o600 });
    const { code, stderr } = await group.run(['up']);
    expect(code).toBe(2);
    expect(stderr).toContain(why);
    expect(stderr).not.toContain('one-password');
    expect(await group.left()).toEqual([]);
  });

  it('that others may read is warned of', async () => {
    await using group = await testGroup('auth-open-file', withAuth('{password-file: ./redis.password}'));
    await writeFile(join(group.directory, 'redis.password'), 'from-a-file-1234\n', { mode: 0o644 });
    const { stderr } = await group.run(['up', '--dry-run']);
    expect(stderr).toContain('can be read by other users of this machine');
  });
});
