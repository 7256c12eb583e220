/** Commands killed at any moment: the next one puts right whatever they leave. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/report/group-report.js';
import type { Address } from '../../src/spec/address.js';
import type { Ran } from '../support/command.js';
import { chaosSettings } from '../support/environment.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { adminOf, askOver } from '../support/logins.js';
import { type Command, describeRound, type Harm, planRounds, type Round, type Shape } from './rounds.js';

const { rounds: count, seed } = chaosSettings();

const AUTH: Readonly<Record<Shape['auth'], string>> = {
  none: '',
  first: 'auth: {password: the-first-password}\n',
  second: 'auth: {password: the-second-password}\n',
  acl: 'auth: acl\n',
};

function topology({ replicas, sentinels, maxmemory, databases, saves, auth, tls }: Shape): string {
  const auto = (times: number) => `[${Array(times).fill('{port: auto}').join(', ')}]`;
  const save = saves ? '' : `, save: '""'`;
  return `
master: {port: auto}
replicas: ${auto(replicas)}
sentinels: ${auto(sentinels)}
sentinel: {down-after-milliseconds: 1500, failover-timeout: 10000}
redis: {config: {maxmemory: ${maxmemory}, databases: ${databases}${save}}}
${AUTH[auth]}${tls ? 'tls: generate\n' : ''}`;
}

function nodeOf({ redis, sentinels }: GroupReport, role: Harm['role']): string {
  const node = role === 'sentinel' ? sentinels[0] : redis.find((one) => one.role === role);
  if (node === undefined) throw new Error(`there is no ${role}`);
  return node.name;
}

async function harm(group: TestGroup, { kind, role }: Harm): Promise<void> {
  const { report } = await group.status();
  const container = group.container(nodeOf(report, role));
  if (kind === 'kill') await container.kill();
  else if (kind === 'remove') await container.remove({ force: true });
  else await container.pause();
}

/** Runs the commands of a round, and kills the first. */
async function runAndKill(group: TestGroup, { commands, moment }: Round): Promise<readonly Ran[]> {
  const running = commands.map((command) => group.start([...command.split(' '), '-v']));
  const [first] = running;
  await Promise.race([delay(moment), first?.ended]);
  first?.child.kill('SIGKILL');
  return Promise.all(running.map(({ ended }) => ended));
}

const OWN_FILES =
  /^topology\.yaml$|^\.rsentinel(\/[^/]+(\/[^/]+(\/(conf|data)(\/(redis|sentinel)\.conf|\/dump\.rdb|\/(tls|ca)\.(crt|key))?)?|\/\.access\/(access\.json|tls\.json|ca\.(crt|key)))?)?$/;

/** Files of the group's directory that are neither the user's nor those of a node. */
async function strangeFiles(group: TestGroup): Promise<readonly string[]> {
  const entries = await readdir(group.directory, { recursive: true });
  return entries.filter((entry) => !OWN_FILES.test(entry));
}

/** Processes that were started for a group and still are there. */
async function processesOf(group: TestGroup): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const lines = await Promise.all(
    ids.map(async (id) =>
      (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '),
    ),
  );
  return lines.filter((line) => line.includes('rsentinel.js') && line.includes(group.name));
}

const KEY = 'written-before';

/** Asks nodes of a group with whatever it takes by now. */
type Ask = (at: Address, command: string, ...args: readonly string[]) => Promise<unknown>;

async function asking(group: TestGroup, { auth, tls }: Shape): Promise<Ask> {
  const login = auth === 'none' ? null : await adminOf(group);
  const trust = tls ? { ca: await readFile(join(group.nodes, '.access', 'ca.crt'), 'utf8') } : undefined;
  return (at, command, ...args) => askOver(trust, at, login, command, ...args);
}

async function writeEverywhere({ redis, master }: GroupReport, value: string, ask: Ask): Promise<void> {
  if (master === null) throw new Error('there is no master');
  await ask(master.address, 'SET', KEY, value);
  for (const { address, role } of redis) {
    if (role !== 'replica') continue;
    // All that the master has said up to now: not an asynchronous replication's loss, then.
    await expect.poll(() => ask(address, 'GET', KEY), { timeout: 5_000, interval: 10 }).toBe(value);
  }
}

async function expectUp(group: TestGroup, { shape, keepsData, number }: Round): Promise<void> {
  const { code, report } = await group.status();
  expect(code, JSON.stringify(report.faults)).toBe(0);
  expect(report.redis).toHaveLength(1 + shape.replicas);
  expect(report.sentinels).toHaveLength(shape.sentinels);
  const nodes = [...report.redis, ...report.sentinels].map(({ name }) => `container ${group.name}-${name}`);
  const expected = [...nodes, `container ${group.name}-anchor`, `network ${group.name}`];
  expect(await group.left()).toEqual(expected.sort());
  const ask = await asking(group, shape);
  for (const { address } of report.redis) {
    expect(await ask(address, 'CONFIG', 'GET', 'databases')).toEqual(['databases', String(shape.databases)]);
  }
  if (keepsData)
    expect(await ask(report.master?.address ?? { host: '', port: 0 }, 'GET', KEY)).toBe(written.get(group));
  written.set(group, `round ${number}`);
  await writeEverywhere(report, `round ${number}`, ask);
}

const written = new Map<TestGroup, string>();

async function expectDown(group: TestGroup, command: Command): Promise<void> {
  expect(await group.left()).toEqual([]);
  if (command === 'down --volumes') expect(await readdir(group.directory)).toEqual(['topology.yaml']);
}

async function play(group: TestGroup, round: Round): Promise<void> {
  if (round.harm !== null) await harm(group, round.harm);
  await group.write(topology(round.shape));
  const runs = await runAndKill(group, round);
  const ran = await group.run(round.again.split(' '));
  const told = [...runs, ran].map(({ code, stderr }) => `exit ${code}\n${stderr}`).join('\n--\n');
  try {
    expect(ran.code).toBe(0);
    if (round.again === 'up') await expectUp(group, round);
    else await expectDown(group, round.again);
    expect(await strangeFiles(group)).toEqual([]);
    expect(await processesOf(group)).toEqual([]);
  } catch (error) {
    throw new Error(`${describeRound(round)} (seed ${seed})\n${told}`, { cause: error });
  }
}

const rounds = planRounds(seed, count);
const groups = [...new Set(rounds.map(({ group }) => group))];

describe.each(groups)(`group %i of seed ${seed}`, (number) => {
  const its = rounds.filter(({ group }) => group === number);
  let group: TestGroup | null = null;
  let isBroken = false;

  afterAll(async () => {
    if (group === null || isBroken) return;
    await group.down('--volumes');
    await expectDown(group, 'down --volumes');
  });

  it.each(its.map((round) => [describeRound(round), round] as const))('%s', async (_, round) => {
    if (isBroken) throw new Error('an earlier round has failed with this group');
    group ??= await testGroup(`chaos-${number}`, topology(round.shape));
    isBroken = true;
    await play(group, round);
    isBroken = false;
  });
});
