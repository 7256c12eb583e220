/** Passwords are planted, and looked for wherever somebody could read them who was not told. */
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Where } from '../support/command.js';
import { rsentinel, type TestGroup, testGroup } from '../support/group.js';
import { adminOf, askAs, connectionOf } from '../support/logins.js';
import { engineTells, expectNone, expectQuiet, openFiles, ProcessWatch, plant } from '../support/secrets.js';
import { QUICK, SMALL } from '../support/topologies.js';
import { until } from '../support/until.js';
import { masterOf } from '../support/while-writing.js';

const PLANTED = {
  REDIS: plant('redis'),
  SENTINEL: plant('sentinel'),
  NEXT: plant('next'),
  LAST: plant('last'),
};
const SECRETS = Object.values(PLANTED);
const TOLD: Where = { env: PLANTED };

const withAuth = (auth: string): string => `${QUICK}auth: ${auth}\n`;
const given = (mode: string, password: string, sentinel: string): string =>
  withAuth(`{mode: ${mode}, password: "\${${password}}", sentinel-password: "\${${sentinel}}"}`);

/** On a group. */
const COMMANDS = [
  ['up', '-v'],
  ['up', '--format', 'json'],
  ['up', '--dry-run', '--format', 'json'],
  ['status'],
  ['status', '-v'],
  ['status', '--format', 'json'],
  ['env'],
  ['env', '--format', 'json'],
  ['doctor', '-v'],
  ['doctor', '--format', 'json'],
  ['render'],
  ['failover', '-v'],
  ['kill', 'master', '-v'],
  ['status'],
  ['status', '--format', 'json'],
  ['doctor'],
  ['restart', '--all', '-v'],
  ['pause', 'sentinel-1', '--format', 'json'],
  ['unpause', '-v'],
  ['drill', '--fault', 'failover', '-v', '--report', 'drill.html'],
  ['drill', '--fault', 'failover', '--format', 'json'],
  ['drill', '--fault', 'failover', '--format', 'junit'],
  ['reset', '-v'],
] as const;

/** On an engine. */
const ON_THE_ENGINE = [
  ['ls'],
  ['ls', '--format', 'json'],
  ['prune', '--dry-run', '-v'],
  ['prune', '--dry-run', '--format', 'json'],
] as const;

/** What the command line prints is read, whatever comes of it. */
async function quietly(group: TestGroup, words: readonly string[], codes: readonly number[] = [0]) {
  const ran = await group.run(words, TOLD);
  expectQuiet(SECRETS, words.join(' '), ran);
  expect(codes, `${words.join(' ')}\n${ran.stderr}`).toContain(ran.code);
  return ran;
}

async function expectNoneOnEngine(group: TestGroup): Promise<void> {
  for (const [what, text] of await engineTells(group)) expectNone(SECRETS, what, text);
}

/** A line of each private key below a directory: enough to know it by. */
async function keysBelow(directory: string): Promise<readonly string[]> {
  const paths = (await readdir(directory, { recursive: true })).filter((path) => path.endsWith('.key'));
  const texts = await Promise.all(paths.map((path) => readFile(join(directory, path), 'utf8')));
  return texts.flatMap((text) => text.split('\n')[1] ?? []);
}

describe.each(['password', 'acl'])('passwords of a group (mode: %s)', (mode) => {
  let group: TestGroup;
  let processes: ProcessWatch;

  beforeAll(async () => {
    processes = new ProcessWatch();
    group = await testGroup(`secrets-${mode}`, given(mode, 'REDIS', 'SENTINEL'));
  });
  afterAll(async () => {
    await processes[Symbol.asyncDispose]();
    await group.remove();
  });

  it('are not told while it is made', async () => {
    await quietly(group, ['render', '-v']);
    await quietly(group, ['up', '--dry-run', '-v']);
    await quietly(group, ['up', '-v']);
    await expectNoneOnEngine(group);
  });

  it('are what it is entered with, and found where somebody asks for them', async () => {
    const { redis, sentinel } = await connectionOf(group);
    expect([redis?.password, sentinel?.password]).toEqual([PLANTED.REDIS, PLANTED.SENTINEL]);
    for (const words of [['env'], ['status'], ['status', '--format', 'json'], ['render']]) {
      const { stdout } = await group.run([...words, '--show-secrets'], TOLD);
      expect(() => expectNone(SECRETS, 'it', stdout), words.join(' ')).toThrow('a password was found');
    }
  });

  it('are not told when they are changed', async () => {
    await group.write(given(mode, 'NEXT', 'LAST'));
    await quietly(group, ['up', '--dry-run']);
    await quietly(group, ['up', '-v']);
    expect((await connectionOf(group)).redis?.password).toBe(PLANTED.NEXT);
    await expectNoneOnEngine(group);
  });

  it('are not told by any command', { timeout: 300_000 }, async () => {
    // Some find that a node is down, and say so by their exit code.
    for (const words of COMMANDS) await quietly(group, words, [0, 3]);
    for (const words of ON_THE_ENGINE) expectQuiet(SECRETS, words.join(' '), await rsentinel(words, TOLD));
    const logs = await rsentinel(['logs', '-n', group.name, '-v'], TOLD);
    expect(logs.code).toBe(0);
    expectQuiet(SECRETS, 'logs', logs);
    expectNone(SECRETS, 'the report of a drill', await readFile(join(group.directory, 'drill.html'), 'utf8'));
    await expectNoneOnEngine(group);
  });

  it.each(['table', 'json'])('are not told while it is watched (%s)', async (format) => {
    const words = ['status', '--watch', '--format', format];
    const watching = group.start(words, TOLD);
    let seen = '';
    watching.child.stdout?.on('data', (text: string) => {
      seen += text;
    });
    await until('it shows the group', () => seen.includes('redis-1'));
    await quietly(group, ['failover']);
    watching.child.kill('SIGINT');
    expectQuiet(SECRETS, words.join(' '), await watching.ended);
  });

  it('are in no file that somebody else can read', async () => {
    const files = await openFiles(group.directory);
    expect([...files.keys()]).toContain(group.file);
    for (const [path, text] of files) expectNone(SECRETS, path, text);
  });

  it('are gone with it, and not told then', async () => {
    await quietly(group, ['down', '--verbose']);
    await quietly(group, ['up', '-v']);
    await quietly(group, ['down', '--verbose', '--volumes']);
  });

  it('were in no argument of a process, and in no environment but the one that they were given in', () => {
    expect(['redis-server *:', `reset -v -f ${group.file}`].filter((words) => !processes.saw(words))).toEqual(
      [],
    );
    processes.expectNone(SECRETS, 'without its environment');
  });
});

describe('passwords that no environment holds', () => {
  it.each([
    { label: 'made up, in directories', auth: 'acl', storage: 'directory' },
    { label: 'made up, with keys', auth: 'acl\ntls: generate', storage: 'directory' },
    { label: 'made up, in volumes', auth: 'acl', storage: 'volume' },
    { label: 'from a file', auth: '{mode: acl, password-file: ./redis.password}', storage: 'volume' },
  ])('are in no process and not on the engine ($label)', async ({ label, auth, storage }) => {
    await using processes = new ProcessWatch();
    const name = label.replaceAll(/\W+/g, '-');
    await using group = await testGroup(`secrets-${name}`, `${withAuth(auth)}storage: ${storage}\n`);
    await writeFile(join(group.directory, 'redis.password'), `${PLANTED.REDIS}\n`, { mode: 0o600 });
    const ran = [await group.up('-v'), await group.run(['restart', '--all', '-v'])];
    const { redis, sentinel } = await connectionOf(group);
    const keys = storage === 'directory' ? await keysBelow(group.nodes) : [];
    const secrets = [String(redis?.password), String(sentinel?.password), ...keys];
    expect(keys.length > 0).toBe(auth.includes('tls'));
    const shown = await engineTells(group);
    ran.push(await group.run(['status']), await group.down('--verbose', '--volumes'));
    for (const one of ran) expectQuiet(secrets, 'a command', one);
    for (const [what, text] of shown) expectNone(secrets, what, text);
    processes.expectNone(secrets, 'with its environment');
  });
});

describe('what goes wrong is told without passwords', () => {
  it('when a node refuses them', async () => {
    await using group = await testGroup('secrets-refused', given('acl', 'REDIS', 'SENTINEL'));
    await quietly(group, ['up']);
    await group.write(
      given('acl', 'NEXT', 'LAST').replace('{mode', '{rules: ["~*", "+no-such-command"], mode'),
    );
    const { stderr } = await quietly(group, ['up', '-v'], [1]);
    expect(stderr).toContain('does not take the new passwords or users');
    await expectNoneOnEngine(group);
  });

  it('when a node does not start', async () => {
    await using group = await testGroup('secrets-exited', given('acl', 'REDIS', 'SENTINEL'));
    const wrong = await readFile(group.file, 'utf8');
    await group.write(wrong.replace('{mode', '{rules: ["~*", "+no-such-command"], mode'));
    const exited = await quietly(group, ['up', '-v'], [1]);
    expect(exited.stderr).toContain('no-such-command');
    await group.write(`${wrong}redis: {config: {maxmemory: lots}}\n`);
    const { stderr } = await quietly(group, ['up', '--no-rollback', '-v'], [1]);
    expect(stderr).toContain(">>> 'maxmemory lots'");
    await expectNoneOnEngine(group);
  });

  it.each([
    ['redis-2', `requirepass one ${PLANTED.REDIS}`, 'requirepass'],
    ['redis-2', `user other on >${PLANTED.REDIS} #no-hash`, 'user'],
    ['sentinel-2', `sentinel auth-pass nobody ${PLANTED.REDIS}`, 'sentinel auth-pass'],
  ])('when somebody has spoilt the file of %s (%#)', async (node, line, directive) => {
    await using group = await testGroup(`secrets-spoilt-${directive.replace(' ', '-')}`, withAuth('acl'));
    await group.up();
    await group.container(node).stop();
    const kind = node.startsWith('redis') ? 'redis' : 'sentinel';
    await appendFile(join(group.nodes, node, 'conf', `${kind}.conf`), `${line}\n`);
    const { stderr } = await quietly(group, ['restart', node, '-v'], [1]);
    expect(stderr).toContain(`last lines of the log of ${node}`);
    const logs = await rsentinel(['logs', node, '-n', group.name, '-v'], TOLD);
    expectQuiet(SECRETS, 'logs', logs);
  });

  it('when somebody has added one to the file of a node', async () => {
    await using group = await testGroup('secrets-added', withAuth('acl'));
    await group.up();
    const admin = await adminOf(group);
    const { address, name } = masterOf((await group.status()).report);
    await askAs(address, admin, 'CONFIG', 'SET', 'tls-key-file-pass', PLANTED.REDIS);
    await askAs(address, admin, 'CONFIG', 'REWRITE');
    await group.write(`${withAuth('acl')}redis: {config: {hz: 20}}\n`);
    const { stderr } = await quietly(group, ['up', '-v']);
    expect(stderr).toContain(`${name}: tls-key-file-pass [secret] was added`);
  });

  it.each([
    ['auth: {password: "${REDIS} x"}\n', 'is not a password'],
    ['auth: {mode: "${REDIS}"}\n', 'is not password or acl'],
    ['auth: ${REDIS}\n', 'is not generate, acl'],
    ['auth: [$REDIS]\n', 'is not generate, acl'],
    ['auth: {mode: acl, user: "${REDIS}/"}\n', 'is not the name of a user'],
    ['auth: {mode: acl, rules: [">${REDIS}"]}\n', 'is not an ACL rule'],
    [`auth: {${PLANTED.REDIS}: x}\n`, 'there is no such key'],
    [`auth: {password: *${PLANTED.REDIS}}\n`, 'there is no &NAME'],
    [`auth:\n  password: |${PLANTED.REDIS}\n`, 'this is not YAML'],
    [`auth:\n  password: "${PLANTED.REDIS}\n`, 'a quote is opened and never closed'],
    ['auth: {password-file: ./two-lines}\n', 'more than one line'],
  ])('when the file has a mistake (%#)', async (auth, says) => {
    await using group = await testGroup('secrets-mistake', `${SMALL}${auth}`);
    await writeFile(join(group.directory, 'two-lines'), `${PLANTED.REDIS}\n${PLANTED.NEXT}\n`, {
      mode: 0o600,
    });
    for (const words of [
      ['up', '-v'],
      ['up', '--dry-run'],
      ['render', '-v'],
    ]) {
      expect((await quietly(group, words, [2])).stderr).toContain(says);
    }
  });
});
