/**
 * Commands that get a signal at any moment: the next one puts right whatever they leave, and no write that was
 * acknowledged is lost.
 *
 * A program writes numbers all the time, through the sentinels. Every number that was acknowledged has to be on every node
 * after each round. Nothing is exempt but what is deleted by design (`keepsData`; `isNew`: an `up` that makes a group and is
 * interrupted takes it back); before the master itself is killed, removed,
 * frozen or cut off, the program stands still until all replicas have what it wrote: replication is asynchronous, and what
 * a replica has not been told yet is lost with the master whatever anybody does.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/model/address.js';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { chaosSettings } from '../support/environment.js';
import { removeGroups, type TestGroup, testGroup } from '../support/group.js';
import { adminOf, askOver } from '../support/logins.js';
import { NumberedWriter } from '../support/numbered-writer.js';
import { type Extents, rehearse } from './rehearsal.js';
import { describeRound, type Harm, planRounds, type Round, type Shape } from './rounds.js';
import { runAndSignal } from './signalled.js';
import { topologyText } from './topology-text.js';
import { processesOf, strangeFiles } from './traces.js';

const { rounds: count, seed } = chaosSettings();

/** ms that the rehearsal may take: it has a dozen commands. */
const REHEARSAL = 300_000;

/** For the line at the end. */
const figures = { rounds: 0, SIGINT: 0, SIGTERM: 0, SIGKILL: 0, late: 0, acknowledged: 0, lost: 0, stuck: 0 };

function nodeOf({ redis, sentinels }: GroupReport, role: Harm['role']): string {
  const node = role === 'sentinel' ? sentinels[0] : redis.find((one) => one.role === role);
  if (node === undefined) throw new Error(`there is no ${role}`);
  return node.name;
}

async function harm(group: TestGroup, report: GroupReport, { kind, role }: Harm): Promise<void> {
  const node = nodeOf(report, role);
  const container = group.container(node);
  if (kind === 'kill') await container.kill();
  else if (kind === 'remove') await container.remove({ force: true });
  else if (kind === 'restart') await container.restart({ t: 10 });
  else if (kind === 'pause') await container.pause();
  else await group.run(['partition', node]);
}

async function harmUnderWriter(
  group: TestGroup,
  writer: NumberedWriter,
  report: GroupReport,
  what: Harm,
): Promise<void> {
  const losesWrites = what.role === 'master' && what.kind !== 'restart';
  if (!losesWrites) return harm(group, report, what);
  await writer.hold();
  await writer.confirm(report.redis.length - 1);
  await harm(group, report, what);
  writer.goOn();
}

/** Asks nodes of a group with whatever it takes by now. */
type Ask = (at: Address, command: string, ...args: readonly string[]) => Promise<unknown>;

async function asking(group: TestGroup, { auth, tls }: Shape): Promise<Ask> {
  const login = auth === 'none' ? null : await adminOf(group);
  const trust = tls ? { ca: await readFile(join(group.nodes, '.access', 'ca.crt'), 'utf8') } : undefined;
  return (at, command, ...args) => askOver(trust, at, login, command, ...args);
}

async function expectUp(group: TestGroup, { shape }: Round): Promise<GroupReport> {
  const { code, report } = await group.status();
  expect(code, JSON.stringify(report.faults)).toBe(0);
  expect(report.redis).toHaveLength(1 + shape.replicas);
  expect(report.sentinels).toHaveLength(shape.sentinels);
  const nodes = [...report.redis, ...report.sentinels].map(({ name }) => `container ${group.name}-${name}`);
  const anchor = shape.mode === 'loopback' ? [`container ${group.name}-anchor`] : [];
  expect(await group.left()).toEqual([...nodes, ...anchor, `network ${group.name}`].sort());
  const ask = await asking(group, shape);
  for (const { address } of report.redis) {
    expect(await ask(address, 'CONFIG', 'GET', 'databases')).toEqual(['databases', String(shape.databases)]);
  }
  return report;
}

/** The program goes on by itself, and each node has every number that it was told is there. */
async function expectWritten(writer: NumberedWriter, report: GroupReport, keepsData: boolean): Promise<void> {
  await writer.untilWriting();
  await writer.hold();
  await writer.confirm(report.redis.length - 1);
  if (keepsData) {
    const lost = await Promise.all(report.redis.map(({ address }) => writer.lostAt(address)));
    figures.lost += Math.max(...lost.map((stretches) => stretches.reduce((sum, one) => sum + one.count, 0)));
    const roles = report.redis
      .map(({ name, role, address }) => `${name} (${role}, ${address.port})`)
      .join(', ');
    expect(
      lost
        .flat()
        .map(
          ({ text }) => `${text}
`,
        )
        .join(''),
      roles,
    ).toBe('');
  } else {
    writer.forget();
  }
  expect(writer.stuck.join(', ')).toBe('');
  writer.goOn();
}

async function expectDown(group: TestGroup, command: Round['again']): Promise<void> {
  expect(await group.left()).toEqual([]);
  if (command === 'down --volumes') expect(await readdir(group.directory)).toEqual(['topology.yaml']);
}

/** @returns the report of the group after the round, for the next one; null: it is down */
async function play(
  group: TestGroup,
  writer: NumberedWriter,
  round: Round,
  before: GroupReport | null,
  extents: Extents,
): Promise<GroupReport | null> {
  const replica = before?.redis.find(({ role }) => role === 'replica')?.name ?? null;
  if (round.harm !== null && before !== null) await harmUnderWriter(group, writer, before, round.harm);
  await group.write(topologyText(round.shape));
  const { runs, isSent } = await runAndSignal(group, round, extents, replica);
  figures.rounds += 1;
  figures[isSent ? round.signal : 'late'] += 1;
  if (round.isNew) writer.forget();
  const ran = await group.run([round.again, '--verbose'].join(' ').split(' '));
  const told = [...runs, ran].map(({ code, stderr }) => `exit ${code}\n${stderr}`).join('\n--\n');
  try {
    expect(ran.code).toBe(0);
    let after: GroupReport | null = null;
    if (round.again === 'up') {
      after = await expectUp(group, round);
      await expectWritten(writer, after, round.keepsData);
    } else {
      await expectDown(group, round.again);
      if (!round.keepsData) writer.forget();
    }
    expect(await strangeFiles(group)).toEqual([]);
    expect(await processesOf(group)).toEqual([]);
    return after;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${describeRound(round)} (seed ${seed})\n${why}\n${told}`, { cause: error });
  }
}

const rounds = planRounds(seed, count);
const groups = [...new Set(rounds.map(({ group }) => group))];
let extents: Extents = new Map();

beforeAll(async () => {
  extents = await rehearse();
}, REHEARSAL);

afterAll(() => {
  const { rounds: played, acknowledged, lost, stuck, late } = figures;
  const signals = `${figures.SIGINT} by INT, ${figures.SIGTERM} by TERM, ${figures.SIGKILL} by KILL`;
  process.stdout.write(
    `chaos, seed ${seed}: ${played} rounds (${signals}, ${late} had ended before); ${acknowledged} writes acknowledged, ${lost} lost, ${stuck} connections stuck\n`,
  );
});

describe.each(groups)(`group %i of seed ${seed}`, (number) => {
  const its = rounds.filter(({ group }) => group === number);
  let group: TestGroup | null = null;
  let writer: NumberedWriter | null = null;
  let report: GroupReport | null = null;
  let isBroken = false;

  afterAll(async () => {
    await writer?.stop();
    figures.acknowledged += writer?.total ?? 0;
    figures.stuck += writer?.stuck.length ?? 0;
    if (group === null) return;
    if (isBroken) return removeGroups();
    await group.down('--volumes');
    await expectDown(group, 'down --volumes');
  });

  it.each(its.map((round) => [describeRound(round), round] as const))('%s', async (_, round) => {
    if (isBroken) throw new Error('an earlier round has failed with this group');
    group ??= await testGroup(`chaos-${number}`, topologyText(round.shape));
    writer ??= new NumberedWriter(group);
    isBroken = true;
    report = await play(group, writer, round, report, extents);
    isBroken = false;
  });
});
