/** Who gets into a group: containers of others on the same engine try it, in every mode. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ownAddress } from '../support/addresses.js';
import { OUR_ENGINE, type TestGroup, testGroup } from '../support/group.js';
import { everywhere, intruder } from '../support/intruder.js';

const topology = (network: string): string => `
master: {port: auto}
replicas: [{port: auto}]
sentinels: [{port: auto}]
sentinel: {quorum: 1}
network: ${network}
`;

/** All nodes, as `host:port`. */
const announced = ({ redis, sentinels }: GroupReport): readonly string[] =>
  [...redis, ...sentinels].map(({ address }) => `${address.host}:${address.port}`);

const reachable = ownAddress();

interface Mode {
  readonly title: string;
  readonly network: string;
  /** Whether containers get in from anywhere: only where the topology says `insecure`. */
  readonly isOpen: boolean;
}

const MODES: readonly Mode[] = [
  { title: 'loopback', network: '{mode: loopback}', isOpen: false },
  { title: 'bridge', network: '{mode: bridge}', isOpen: false },
  { title: 'host', network: '{mode: host}', isOpen: false },
  {
    title: 'published',
    network: `{mode: published, address: ${reachable}, insecure: true}`,
    isOpen: true,
  },
  {
    title: 'host-open',
    network: `{mode: host, address: ${reachable}, insecure: true}`,
    isOpen: true,
  },
];

describe.each(MODES)('a group in $title mode ($network)', ({ title, network, isOpen }) => {
  let group: TestGroup;
  let report: GroupReport;

  /** What a container in a network of the engine reaches. @param where null: a network of its own */
  async function reachedFrom(label: string, where: string | null): Promise<readonly string[]> {
    await using attacker = await intruder(`intruder-${title}-${label}`, where, OUR_ENGINE);
    return await attacker.reaches(await everywhere(group, report, attacker));
  }

  beforeAll(async () => {
    group = await testGroup(`exposed-${title}`, topology(network));
    await group.up();
    ({ report } = await group.status());
    expect(report.health).toBe('healthy');
  });

  it.each([
    ['default', 'bridge'],
    ['own', null],
  ])(
    isOpen
      ? 'is reached from a container in the engine’s %s network, at what is announced alone'
      : 'is out of reach for a container in the engine’s %s network',
    async (label, where) => {
      expect([...(await reachedFrom(label, where))].sort()).toEqual(
        isOpen ? [...announced(report)].sort() : [],
      );
    },
  );

  if (title === 'loopback') {
    it('is out of reach even in the group’s own network', async () => {
      expect(await reachedFrom('inside', group.name)).toEqual([]);
    });
  }

  if (title === 'bridge') {
    it('is reached in the group’s own network, which is what it is for', async () => {
      const found = await reachedFrom('inside', group.name);
      expect([...found].sort()).toEqual([...announced(report)].sort());
    });
  }
});
