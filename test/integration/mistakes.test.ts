/** A topology file that cannot be used: the whole way from the file to the exit code. The rules have unit tests. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exists, expectFailure } from '../support/failures.js';
import { rsentinel, type TestGroup, testGroup } from '../support/group.js';

async function expectNothingOf(group: TestGroup): Promise<void> {
  expect(await group.left()).toEqual([]);
  expect(await exists(join(group.directory, '.rsentinel'))).toBe(false);
}

it('says that the file is missing', async () => {
  await using group = await testGroup('mistakes-missing', '');
  await rm(group.file);
  const ran = await rsentinel(['up', '-f', 'topology.yaml'], { cwd: group.directory });
  expectFailure(ran, { code: 2, says: 'topology.yaml', hint: '' });
  await expectNothingOf(group);
});

it('says that the file is a directory', async () => {
  await using group = await testGroup('mistakes-directory', '');
  await rm(group.file);
  await mkdir(group.file);
  const ran = await group.run(['up']);
  expectFailure(ran, { code: 2, says: 'directory', hint: '' });
  await expectNothingOf(group);
});

it.each([
  ['that it is not YAML', 'master: {port: 6379\nreplicas: 2\n'],
  ['that it is no mapping', '- just\n- a list\n'],
])('says of a file %s, and where', async (_what, text) => {
  await using group = await testGroup('mistakes-yaml', text);
  const ran = await group.run(['up']);
  expectFailure(ran, { code: 2, says: group.file, hint: '' });
  expect(ran.stderr).toMatch(/topology\.yaml:\d+:\d+: /);
  await expectNothingOf(group);
});

it('says every mistake at once, each with its place', async () => {
  await using group = await testGroup(
    'mistakes-all',
    ['master: {port: 70000}', 'replica: 2', 'sentinels: 3', 'sentinel: {quorum: 4}', ''].join('\n'),
  );
  const ran = await group.run(['up']);
  expectFailure(ran, { code: 2, says: group.file, hint: '' });
  expect(ran.stderr).toMatch(/topology\.yaml:1:16: .*70000/);
  expect(ran.stderr).toMatch(/topology\.yaml:2:1: .*replicas/);
  expect(ran.stderr).toMatch(/topology\.yaml:4:20: .*quorum/);
  await expectNothingOf(group);
});

it('warns of two sentinels, says why, and carries on', async () => {
  await using group = await testGroup(
    'mistakes-warning',
    'master: {port: auto}\nreplicas: 0\nsentinels: [{port: auto}, {port: auto}]\n',
  );
  const ran = await group.run(['up', '--dry-run']);
  expect(ran.code).toBe(0);
  expect(ran.stderr).toMatch(/^warning: .*topology\.yaml:3:\d+: .*sentinels/m);
  await expectNothingOf(group);
});
