/** A group that is changed under a client, which must not lose what was acknowledged. */
import { expect } from 'vitest';
import type { GroupReport } from '../../src/model/report/group-report.js';
import type { TestGroup } from './group.js';
import { until } from './until.js';
import { Writer, type Written } from './writer.js';

/** The report of a group in which nothing is wrong. */
export async function healthy(group: TestGroup): Promise<GroupReport> {
  const { code, report } = await group.status();
  expect(report.faults).toEqual([]);
  expect(code).toBe(0);
  return report;
}

export function masterOf(report: GroupReport) {
  const master = report.redis.find(({ role }) => role === 'master');
  if (master === undefined) throw new Error('there is no master');
  return master;
}

/** Changes the file and brings the group up again, with a client that writes all the time. */
export async function whileWriting(
  group: TestGroup,
  changed: string,
): Promise<Written & { readonly report: GroupReport }> {
  const before = await healthy(group);
  const sentinels = before.sentinels.map(({ address }) => address);
  const writer = Writer.through(sentinels, 'mymaster', `written-${Date.now()}`);
  await until('the client writes', async () => writer.count > 100);
  await group.write(changed);
  await group.up();
  const report = await healthy(group);
  const count = writer.count;
  await until('the client writes again', async () => writer.count > count + 100);
  const written = await writer.stop();
  expect(written.lost).toEqual([]);
  return { ...written, report };
}
