/** Many groups at once, from one file: none waits for another, and none takes what another has. */
import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { docker, type TestGroup, testGroup } from '../support/group.js';
import { SMALL, TINY } from '../support/topologies.js';

async function upAll(groups: readonly TestGroup[]): Promise<readonly string[]> {
  const runs = await Promise.all(groups.map((group) => group.run(['up', '--wait-timeout', '100s'])));
  for (const { code, stderr } of runs) expect(code, stderr).toBe(0);
  return runs.map(({ stderr }) => stderr);
}

async function downAll(groups: readonly TestGroup[]): Promise<void> {
  await Promise.all(groups.map((group) => group.down('--volumes')));
  for (const group of groups) {
    expect(await group.left()).toEqual([]);
    expect(await readdir(group.directory)).toEqual(['topology.yaml']);
  }
}

/** Ports that the groups publish. */
async function ports(groups: readonly TestGroup[]): Promise<readonly number[]> {
  const names = groups.map(({ name }) => name);
  const running = await docker.listContainers();
  return running
    .filter(({ Labels }) => names.includes(Labels['io.rsentinel.group'] ?? ''))
    .flatMap(({ Ports }) => Ports.flatMap(({ PublicPort }) => PublicPort ?? []));
}

/** That the anchor of each group publishes beyond those of its nodes, for nodes that join it. */
const SPARE_PORTS = 4;

const NUMBERS = Array.from({ length: 12 }, (_, index) => index + 1);

it('twelve groups from one file come up at once, each with ports of its own', async () => {
  const first = await testGroup('many-1', TINY);
  const groups = [first, ...NUMBERS.slice(1).map((number) => first.another(`many-${number}`))];
  await upAll(groups);
  const taken = await ports(groups);
  expect(taken).toHaveLength(12 * (2 + SPARE_PORTS));
  expect(new Set(taken).size).toBe(taken.length);
  for (const group of groups) expect((await group.status()).code).toBe(0);
  await downAll(groups);
}, 300_000);

it('four groups in bridge mode come up at once, each with a subnet of its own', async () => {
  const first = await testGroup('many-bridge-1', `${SMALL}network: {mode: bridge}\n`);
  const groups = [first, ...[2, 3, 4].map((number) => first.another(`many-bridge-${number}`))];
  await upAll(groups);
  const networks = await Promise.all(groups.map(({ name }) => docker.getNetwork(name).inspect()));
  const subnets = networks.map(({ IPAM }) => IPAM?.Config?.[0]?.Subnet);
  expect(new Set(subnets).size).toBe(4);
  for (const group of groups) expect((await group.status()).code).toBe(0);
  await downAll(groups);
}, 300_000);

it('a group whose automatic ports and subnet others have taken meanwhile finds new ones in one go', async () => {
  await using group = await testGroup('many-taken', `${SMALL}network: {mode: bridge}\n`);
  await group.up();
  const had = await ports([group]);
  const { IPAM } = await docker.getNetwork(group.name).inspect();
  await group.down();
  await using squatter = await testGroup('many-squatter', TINY);
  const [one, two, three, four, five] = had;
  await squatter.write(
    `master: {port: ${one}}\nreplicas: [{port: ${two}}]\nsentinels: [{port: ${three}}, {port: ${four}}, {port: ${five}}]\n` +
      `network: {mode: bridge, subnet: ${IPAM?.Config?.[0]?.Subnet}}\n`,
  );
  await squatter.up();
  const { stderr } = await group.up();
  expect(stderr.match(/^trying again: .*/gm)?.length, stderr).toBeLessThanOrEqual(2);
  expect((await ports([group])).filter((port) => had.includes(port))).toEqual([]);
  expect((await group.status()).code).toBe(0);
});
